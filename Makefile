# make run: the main job on the demo.  make test: every test.  Both set up .venv first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := runs/demo
BOUNDS := runs/bounds

.DEFAULT_GOAL := help
.PHONY: help setup run test bounds faults matrix readers fingerprints nightly bench bench-whole growth bench-smoke lint format lock audit clean docs figures

help:
	@echo "make run    plan, simulate, load, verify and report the demo schedule: a page to look at"
	@echo "make test   every test"
	@echo "make bounds the demo again, on the oldest processor and every access to an array checked, after make run"
	@echo "make faults break runs, loads and inputs by chance, then make matrix; SEED=.. CASE=.. KIND=.. plays one case again"
	@echo "make matrix one run by every Python, processor, locale, partitioning and executor: the same data?"
	@echo "make readers old and new readers of Parquet, each in an environment of its own: do they see the same?"
	@echo "make fingerprints every shipped schedule again: the recorded data, and does every invariant hold?"
	@echo "make nightly what the gate is too short for: fingerprints, readers, matrix and faults"
	@echo "make bench  the benchmarks, each beside its ceiling; kept in .benchmarks, compared with the last"
	@echo "make bench-whole the whole way of BATCHES=55, each step beside its ceiling, kept in benchmarks/results"
	@echo "make growth 55, 550 and 5,500 batches: does an event cost the same? PARTITIONS=0 runs each whole"
	@echo "make docs   the documentation as a site that opens from the disk, its generated pages renewed"
	@echo "make figures its figures, from a run of 550 batches; FROM=.. takes one that is there"
	@echo "make lint   ruff and mypy"
	@echo "make lock   renew requirements.lock, the hashes of what constraints.txt names"
	@echo "make audit  ask whether a vulnerability of a locked dependency is known"
	@echo "make clean  remove the demo runs, the databases of all runs here, and caches"

setup: $(READY)

$(READY): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e .
	@$(BIN)/python -c 'import smoltworks; smoltworks.compile_kernels()' 2>/dev/null || echo "runs will compile what they call"
	@touch $@

run: setup
	@$(BIN)/smoltworks plan --farm faroe-scotland --batches 6 --stagger 88 --as-of 2025-11-19 --seed 20251119 \
		--partitions 4 --output schedules/demo.yaml
	@$(BIN)/smoltworks run --schedule schedules/demo.yaml --out $(DEMO) --overwrite
	@$(BIN)/smoltworks load $(DEMO)
	@$(BIN)/smoltworks verify $(DEMO)
	@$(BIN)/smoltworks report $(DEMO) --html

test: setup
	$(BIN)/python -m pytest -n logical --maxprocesses 8 --dist worksteal -p no:benchmark

bounds: setup
	@$(BIN)/python -m tests.matrix.bounds $(DEMO) $(BOUNDS)

# SEED, CASES, CASE, KIND and JOBS of the environment are read by the campaign, which writes docs/reliability.md's table.
faults: setup
	$(BIN)/python -m tests.faults --sweep 1 --planted --write
	$(if $(CASE),,$(BIN)/python -m tests.matrix)

matrix: setup
	$(BIN)/python -m tests.matrix

# Makes .venv-readers/NAME from the registries, and writes docs/readers.md's table where all could be tried; ONLY=polars
# tries some and writes nothing.
readers: setup
	$(BIN)/python -m tests.readers $(if $(ONLY),--only "$(ONLY)",--write)

# Every shipped schedule, whole: the recorded data, and every invariant holds. Needs 3 GB in the temporary folder.
fingerprints: setup
	$(BIN)/smoltworks fingerprints --verify

nightly: fingerprints readers faults

bench: setup
	$(BIN)/python -m pytest benchmarks -s --benchmark-columns=min,median,rounds --benchmark-autosave --benchmark-compare

# The whole way of BATCHES batches: plan, run, verify, load, reconcile, each beside its ceiling. 55 want 6 GB, 550 want
# 80 GB of FOLDER, where the run stays; FLAGS="--steps run verify" measures those alone.
bench-whole: BATCHES := 55
bench-whole: FOLDER := runs/bench
bench-whole: setup
	$(BIN)/python -m benchmarks.whole --batches $(BATCHES) --folder $(FOLDER) $(FLAGS)

# 55, 550 and 5,500 batches, planned whole, so many partitions of each run: does an event cost the same?
growth: PARTITIONS := 4
growth: FOLDER := runs/bench
growth: setup
	$(BIN)/python -m benchmarks.growth --partitions $(PARTITIONS) --folder $(FOLDER)

bench-smoke: setup
	SMOLTWORKS_BENCH=smoke $(BIN)/python -m pytest benchmarks -s --benchmark-columns=min,median,rounds

# Strict: a page that is in no menu, a link or an anchor that leads nowhere fail it.
docs: export NO_MKDOCS_2_WARNING := 1
docs: setup
	@$(BIN)/python -m tests.docs
	$(BIN)/mkdocs build --strict --quiet
	@echo "open site/index.html"

figures: FROM := runs/550-6day
figures: setup
	@test -e $(FROM)/manifest.json || $(BIN)/smoltworks run --schedule 550-6day --out $(FROM)
	@$(BIN)/python -m tests.docs --figures $(FROM)

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: TOOLS := .venv-tools
lock:
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/pip install -qq --disable-pip-version-check uv==0.13.9
	{ echo "# Every file of constraints.txt's versions by its hash; make lock writes this."; \
		$(TOOLS)/bin/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header --no-annotate \
		-c constraints.txt --extra dev pyproject.toml; } > requirements.lock.new
	mv requirements.lock.new requirements.lock

# Fails with 1 when one is known, with 3 when it can't be told: a mirror may know of none at all, so what surely has one
# is asked for first.
audit: TOOLS := .venv-tools
audit: KNOWN := pyyaml==5.3
audit:
	@$(PYTHON) -m venv $(TOOLS)
	@$(TOOLS)/bin/pip install -qq --disable-pip-version-check pip-audit==2.10.1 || { echo "not audited: no pip-audit"; exit 3; }
	@echo $(KNOWN) >$(TOOLS)/known; \
		$(TOOLS)/bin/pip-audit --no-deps --disable-pip --progress-spinner off -r $(TOOLS)/known >$(TOOLS)/found 2>$(TOOLS)/told; \
		grep -q '^Found [0-9]* known' $(TOOLS)/told || \
		{ echo "not audited: of $(KNOWN), which has known vulnerabilities, the service tells none"; exit 3; }
	@$(TOOLS)/bin/pip-audit --require-hashes --disable-pip --progress-spinner off -r requirements.lock \
		>$(TOOLS)/found 2>$(TOOLS)/told && { cat $(TOOLS)/told; exit 0; }; \
		if grep -q '^Found [0-9]* known' $(TOOLS)/told; then cat $(TOOLS)/told $(TOOLS)/found; exit 1; fi; \
		echo "not audited: $$(tail -n 1 $(TOOLS)/told)"; exit 3

clean:
	@if [ -x $(BIN)/smoltworks ]; then $(BIN)/smoltworks clean all --yes; fi
	rm -rf $(DEMO) $(BOUNDS) .venv-* .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks site
