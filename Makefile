# make run: the main job on the demo.  make test: every test.  Both set up .venv first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := runs/demo

.DEFAULT_GOAL := help
.PHONY: help setup run test bench bench-smoke lint format clean

help:
	@echo "make run    plan, simulate, load, verify and report the demo schedule"
	@echo "make test   every test"
	@echo "make bench  the benchmarks, each beside its ceiling"
	@echo "make lint   ruff and mypy"
	@echo "make clean  remove the demo run and caches"

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

run: setup
	@$(BIN)/python -m engine.plan --farm faroe-scotland --batches 6 --stagger 88 --as-of 2025-11-19 --seed 20251119 \
		--partitions 4 --output schedules/demo.yaml
	@$(BIN)/python -m engine.run --schedule schedules/demo.yaml --out $(DEMO) --overwrite
	@$(BIN)/python -m engine.load $(DEMO)
	@$(BIN)/python -m engine.verify $(DEMO)
	@$(BIN)/python -m engine.report $(DEMO)

test: setup
	$(BIN)/python -m pytest

bench: setup
	$(BIN)/python -m pytest benchmarks -s --benchmark-columns=min,median,rounds

bench-smoke: setup
	SMOLTWORKS_BENCH=smoke $(BIN)/python -m pytest benchmarks -s --benchmark-columns=min,median,rounds

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(DEMO) .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks
