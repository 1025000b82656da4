"""Elementary functions against the C library's, the standard library's and closed forms; draws against chance."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel
from tests.matrix.axes import OLDEST_CPU

KEYS = st.integers(0, 2**64 - 1).map(np.uint64)
LN2 = math.log(2.0)


def ulps(found: float, right: float) -> float:
    return abs(found - right) / math.ulp(right)


@given(st.floats(-700.0, 700.0))
@example(0.0)
@example(-1e-300)
@example(LN2 / 2)
def test_exp_is_within_2_ulp(x: float) -> None:
    assert ulps(am.exp(x), math.exp(x)) <= 2.0


@given(st.floats(700.1, 1e300))
def test_exp_saturates_outside_its_range(x: float) -> None:
    assert am.exp(-x) == 0.0
    assert am.exp(x) == math.inf


@given(st.floats(0.0, exclude_min=True, allow_infinity=False))
@example(1.0)
@example(math.nextafter(1.0, 0.0))
@example(math.nextafter(1.0, 2.0))
@example(5e-324)
def test_log_is_within_2_ulp(x: float) -> None:
    right = math.log(x)
    assert am.log(x) == 0.0 if right == 0.0 else ulps(am.log(x), right) <= 2.0


def test_log_of_nothing_is_minus_infinity() -> None:
    assert am.log(0.0) == -math.inf


@given(st.floats(1e-150, 1e150))
def test_cbrt_is_within_4_ulp(x: float) -> None:
    assert ulps(am.cbrt(x), math.cbrt(x)) <= 4.0


@given(st.integers(0, 100_000))
def test_cbrt_of_a_whole_cube_is_near_whole(n: int) -> None:
    assert am.cbrt(float(n**3)) == pytest.approx(n, rel=5e-16)


@given(st.floats(-1e9, 1e9))
@example(0.25)
@example(0.5)
@example(-0.75)
def test_cos_turns_is_within_1e_14(turns: float) -> None:
    # the remainder of a division by 1 is exact, so the reference loses nothing to a large argument
    assert abs(am.cos_turns(turns) - math.cos(2.0 * math.pi * math.remainder(turns, 1.0))) <= 1e-14


@given(st.floats(1e-300, 1.0, exclude_max=True))
@example(0.075)
@example(0.925)
@example(math.exp(-25.0))
def test_normal_quantile_agrees_with_the_standard_library(u: float) -> None:
    assert am.normal_quantile(u) == pytest.approx(NormalDist().inv_cdf(u), rel=1e-13, abs=1e-15)


@given(st.floats(1e-300, 0.5))
def test_normal_quantile_inverts_the_normal_distribution(u: float) -> None:
    z = am.normal_quantile(u)
    assert 0.5 * math.erfc(-z / math.sqrt(2.0)) == pytest.approx(u, rel=2e-12)


def poisson_cdf(mean: float, n: int) -> float:
    """P(N <= n) from the logarithms of the probabilities, which share nothing with the kernel's recursion."""
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1))


@given(st.floats(-40.0, 40.0))
@example(0.0)
@example(8.5)
@example(-8.5000001)
def test_normal_cdf_is_within_1e_14(x: float) -> None:
    assert abs(am.normal_cdf(x) - 0.5 * math.erfc(-x / math.sqrt(2.0))) < 1e-14
    assert 0.0 <= am.normal_cdf(x) <= 1.0


@given(st.floats(-8.0, 8.0))
def test_the_normal_density_is_the_slope_of_the_distribution(x: float) -> None:
    assert am.normal_density(x) == pytest.approx(NormalDist().pdf(x), rel=1e-13)
    slope = (am.normal_cdf(x + 1e-4) - am.normal_cdf(x - 1e-4)) / 2e-4
    assert slope == pytest.approx(am.normal_density(x), abs=1e-8)


@given(st.floats(1e-6, 39.99), st.floats(1e-9, 1.0 - 1e-9))
def test_poisson_quantile_is_exact_below_40(mean: float, u: float) -> None:
    n = am.poisson_quantile(mean, u)
    assert poisson_cdf(mean, n) >= u - 1e-11
    assert n == 0 or poisson_cdf(mean, n - 1) < u + 1e-11


@given(st.floats(40.0, 3000.0), st.floats(1e-4, 1.0 - 1e-4))
def test_poisson_quantile_is_one_off_at_most_above_40(mean: float, u: float) -> None:
    n = am.poisson_quantile(mean, u)
    assert poisson_cdf(mean, n + 1) >= u
    assert n < 2 or poisson_cdf(mean, n - 2) < u


@kernel
def poissons(mean: float, draws: int) -> np.ndarray:
    out = np.empty(draws)
    for i in range(draws):
        out[i] = am.poisson_quantile(mean, (i + 0.5) / draws)
    return out


@pytest.mark.parametrize("mean", [0.003, 0.7, 12.0, 39.9, 40.1, 900.0, 5e6])
def test_poisson_has_mean_and_variance_of_its_name(mean: float) -> None:
    found = poissons(mean, 400_000)  # at equal steps of probability: no chance, a small error of quadrature
    assert found.mean() == pytest.approx(mean, rel=2e-4)
    assert found.var() == pytest.approx(mean, rel=5e-3)


@given(KEYS, st.floats(-1e6, 0.0))
def test_no_fish_die_of_no_hazard(key: np.uint64, mean: float) -> None:
    assert am.poisson_quantile(mean, am.uniform(key, 0)) == 0


@given(st.integers(-(2**40), 2**40), st.sampled_from([-0.5, -0.25, 0.0, 0.25]))
def test_whole_rounds_halves_up(n: int, part: float) -> None:
    assert am.whole(n + part) == n
    assert am.whole(n + 0.5) == n + 1


@kernel
def draws(key: np.uint64, first: int, count: int) -> np.ndarray:
    out = np.empty(count)
    for i in range(count):
        out[i] = am.uniform(key, first + i)
    return out


@kernel
def first_draws(key: np.uint64, count: int) -> np.ndarray:
    """Draw 0 of `count` neighbouring keys."""
    out = np.empty(count)
    for i in range(count):
        out[i] = am.uniform(key + np.uint64(i), 0)
    return out


SAMPLE = 200_000
SIGMA = 1.0 / math.sqrt(12.0)


@pytest.mark.parametrize("key", [0, 1, 2**63, 2**64 - 1, 0x9E3779B97F4A7C15])
@pytest.mark.parametrize("kind", ["indices", "keys", "far indices"])
def test_draws_are_uniform_and_independent(key: int, kind: str) -> None:
    first = {"indices": 0, "far indices": 2**40}
    u = first_draws(np.uint64(key), SAMPLE) if kind == "keys" else draws(np.uint64(key), first[kind], SAMPLE)
    noise = 5.0 / math.sqrt(SAMPLE)  # five standard errors
    assert abs(u.mean() - 0.5) < noise * SIGMA
    assert abs(u.var() - 1.0 / 12.0) < noise * math.sqrt(1.0 / 180.0)
    for lag in (1, 2, 7):
        assert abs(np.corrcoef(u[:-lag], u[lag:])[0, 1]) < noise
    counts = np.bincount((u * 256).astype(int), minlength=256)
    assert (((counts - SAMPLE / 256) ** 2) / (SAMPLE / 256)).sum() < 255 + 6 * math.sqrt(2 * 255)


def test_one_index_of_neighbouring_keys_and_neighbouring_indices_of_one_key_share_no_value() -> None:
    found = np.concatenate([draws(np.uint64(k), 0, 1000) for k in range(100)])
    assert len(np.unique(found)) == len(found)


def unmix(z: int) -> int:
    """The inverse of the finaliser, in Python's whole numbers."""
    for shift, factor in ((31, 0x94D049BB133111EB), (27, 0xBF58476D1CE4E5B9), (30, 1)):
        x = z
        while (y := z ^ (x >> shift)) != x:
            x = y
        z = x * pow(factor, -1, 2**64) % 2**64
    return z


@given(st.one_of(st.integers(0, 2**64 - 1), st.integers(2**64 - 5000, 2**64 - 1), st.integers(0, 5000)))
@example(2**64 - 1)
@example(0)
def test_every_hash_gives_a_draw_inside_0_and_1(hashed: int) -> None:
    key = np.uint64((unmix(hashed) - 0x9E3779B97F4A7C15) % 2**64)
    u = am.uniform(key, 0)
    assert 0.0 < u < 1.0
    assert u == pytest.approx(hashed / 2**64, abs=2.0**-52)
    assert math.isfinite(am.normal(key, 0))


@given(KEYS, st.integers(0, 2**40))
def test_a_normal_draw_is_the_quantile_of_the_uniform_one(key: np.uint64, index: int) -> None:
    assume(0.0 < am.uniform(key, index) < 1.0)
    assert am.normal(key, index) == am.normal_quantile(am.uniform(key, index))


BITS = """
import hashlib, numpy as np
from engine.simulation.numerics import arithmetic as am
from engine.simulation.numerics.compilation import kernel

@kernel
def table(n):
    out = np.empty((n, 8))
    for i in range(n):
        u = am.uniform(np.uint64(11), i)
        out[i, 0] = am.exp(1400.0 * u - 700.0)
        out[i, 1] = am.log(u * 1e6)
        out[i, 2] = am.cbrt(u * 1e4)
        out[i, 3] = am.cos_turns(u * 1e3)
        out[i, 4] = am.normal_quantile(u)
        out[i, 5] = am.poisson_quantile(80.0 * u, am.uniform(np.uint64(12), i))
        out[i, 6] = am.exp(u) * am.log(u) + am.cbrt(u)  # would differ if fused into one rounding
        out[i, 7] = am.normal_cdf(10.0 * u - 5.0)
    return out

print(hashlib.sha256(table(50_000).tobytes()).hexdigest())
print(any(word in table.inspect_asm(table.signatures[0]) for word in ("ymm", "zmm", "vfmadd", "vmulsd")))
"""


def test_an_older_processor_gives_the_same_bits(tmp_path: Path) -> None:
    script = tmp_path / "bits.py"  # a file, since numba caches by the source's path
    script.write_text(BITS)
    this_cpu = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    oldest_cpu = {**this_cpu, **OLDEST_CPU, "NUMBA_CACHE_DIR": str(tmp_path / "kernels")}
    (here, _), (there, uses_avx) = (
        subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, check=True).stdout.split()
        for env in (this_cpu, oldest_cpu)
    )
    assert uses_avx == "False"
    assert here == there
