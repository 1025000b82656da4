"""Elementary functions from +, -, *, / and sqrt alone, so that every x86-64 machine gives the same bits.

NumPy's and the C library's exp, log, cos and cbrt choose code by processor (AVX-512, FMA) and differ in the last
bit. These don't: they are compiled without fastmath and use only operations that IEEE 754 rounds exactly.
"""

from __future__ import annotations

import math

import numpy as np

from engine.simulation.numerics.compilation import kernel

LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
INVERSE_LN2 = 1.44269504088896338700
SQRT_HALF = 0.70710678118654752440
TWO_PI = 6.28318530717958647693
INVERSE_SQRT_TWO_PI = 0.39894228040143267794


@kernel
def exp(x: float) -> float:
    """e^x within 2 ulp for |x| < 700; 0 below, inf above. Cody-Waite reduction and a Taylor polynomial."""
    if x < -700.0:
        return 0.0
    if x > 700.0:
        return math.inf
    k = math.floor(x * INVERSE_LN2 + 0.5)
    r = (x - k * LN2_HIGH) - k * LN2_LOW
    p = 1.0
    for n in range(13, 0, -1):
        p = 1.0 + p * r / n
    return math.ldexp(p, int(k))


@kernel
def log(x: float) -> float:
    """Natural logarithm within 2 ulp for finite x > 0; -inf at 0. Series of artanh after frexp."""
    if x <= 0.0:
        return -math.inf
    m, e = math.frexp(x)
    if m < SQRT_HALF:
        m *= 2.0
        e -= 1
    s = (m - 1.0) / (m + 1.0)
    s2 = s * s
    p = 0.0
    for n in range(23, 0, -2):
        p = 1.0 / n + p * s2
    return e * LN2_HIGH + (2.0 * s * p + e * LN2_LOW)


@kernel
def cbrt(x: float) -> float:
    """Cube root of x >= 0: a logarithmic start, two Newton steps."""
    if x <= 0.0:
        return 0.0
    y = exp(log(x) / 3.0)
    y = (2.0 * y + x / (y * y)) / 3.0
    return (2.0 * y + x / (y * y)) / 3.0


@kernel
def cos_turns(turns: float) -> float:
    """cos(2 pi turns), absolute error below 1e-14."""
    f = abs(turns - math.floor(turns + 0.5))
    sign = 1.0
    if f > 0.25:
        f = 0.5 - f
        sign = -1.0
    x2 = (TWO_PI * f) ** 2
    p = 1.0
    for n in range(20, 0, -2):
        p = 1.0 - p * x2 / (n * (n - 1))
    return sign * p


@kernel
def acos_turns(x: float) -> float:
    """The turns, 0 to 0.5, whose cosine is x, by halving; x beyond -1 and 1 is taken as these."""
    low, high = 0.0, 0.5
    for _ in range(52):
        middle = 0.5 * (low + high)
        if cos_turns(middle) > x:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@kernel
def normal_quantile(u: float) -> float:
    """The standard normal deviate of a probability in (0, 1). Wichura 1988, Applied Statistics 37, AS 241."""
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        num = 2.5090809287301226727e3
        for c in (
            3.3430575583588128105e4,
            6.7265770927008700853e4,
            4.5921953931549871457e4,
            1.3731693765509461125e4,
            1.9715909503065514427e3,
            1.3314166789178437745e2,
            3.3871328727963666080e0,
        ):
            num = num * r + c
        den = 5.2264952788528545610e3
        for c in (
            2.8729085735721942674e4,
            3.9307895800092710610e4,
            2.1213794301586595867e4,
            5.3941960214247511077e3,
            6.8718700749205790830e2,
            4.2313330701600911252e1,
            1.0,
        ):
            den = den * r + c
        return q * num / den
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-log(tail))
    if r <= 5.0:
        r -= 1.6
        num = 7.74545014278341407640e-4
        for c in (
            2.27238449892691845833e-2,
            2.41780725177450611770e-1,
            1.27045825245236838258e0,
            3.64784832476320460504e0,
            5.76949722146069140550e0,
            4.63033784615654529590e0,
            1.42343711074968357734e0,
        ):
            num = num * r + c
        den = 1.05075007164441684324e-9
        for c in (
            5.47593808499534494600e-4,
            1.51986665636164571966e-2,
            1.48103976427480074590e-1,
            6.89767334985100004550e-1,
            1.67638483018380384940e0,
            2.05319162663775882187e0,
            1.0,
        ):
            den = den * r + c
    else:
        r -= 5.0
        num = 2.01033439929228813265e-7
        for c in (
            2.71155556874348757815e-5,
            1.24266094738807843860e-3,
            2.65321895265761230930e-2,
            2.96560571828504891230e-1,
            1.78482653991729133580e0,
            5.46378491116411436990e0,
            6.65790464350110377720e0,
        ):
            num = num * r + c
        den = 2.04426310338993978564e-15
        for c in (
            1.42151175831644588870e-7,
            1.84631831751005468180e-5,
            7.86869131145613259100e-4,
            1.48753612908506148525e-2,
            1.36929880922735805310e-1,
            5.99832206555887937690e-1,
            1.0,
        ):
            den = den * r + c
    return -num / den if q < 0.0 else num / den


@kernel
def normal_density(x: float) -> float:
    """The standard normal density."""
    return INVERSE_SQRT_TWO_PI * exp(-0.5 * x * x)


@kernel
def normal_cdf(x: float) -> float:
    """The standard normal distribution, absolute error below 1e-14; a far tail's relative error is not bounded.

    Marsaglia 2004, Evaluating the normal distribution, J. Stat. Software 11(4): a Taylor series of positive terms.
    """
    if x < -8.5:
        return 0.0
    if x > 8.5:
        return 1.0
    term = x
    total = x
    before = 0.0
    n = 1.0
    while total != before:
        before = total
        n += 2.0
        term *= x * x / n
        total += term
    return min(max(0.5 + total * normal_density(x), 0.0), 1.0)


@kernel
def poisson_quantile(mean: float, u: float) -> int:
    """A Poisson count of the given mean from one uniform: inversion below 40, Cornish-Fisher above."""
    if mean <= 0.0:
        return 0
    if mean < 40.0:
        p = exp(-mean)
        total = p
        n = 0
        while u > total and n < 200:
            n += 1
            p *= mean / n
            total += p
        return n
    z = normal_quantile(u)
    return max(0, math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5))


@kernel
def binomial_quantile(trials: int, share: float, u: float) -> int:
    """Successes in `trials` of the given share from one uniform: inversion below 30 expected, Cornish-Fisher above."""
    if trials <= 0 or share <= 0.0:
        return 0
    if share >= 1.0:
        return trials
    p = min(share, 1.0 - share)
    v = u if share <= 0.5 else 1.0 - u
    mean = trials * p
    n = 0
    if mean < 30.0:
        term = exp(trials * log(1.0 - p))
        total = term
        while v > total and n < trials:
            term *= (trials - n) / (n + 1.0) * (p / (1.0 - p))
            n += 1
            total += term
    else:
        z = normal_quantile(v)
        wide = mean + math.sqrt(mean * (1.0 - p)) * z + (1.0 - 2.0 * p) * (z * z - 1.0) / 6.0
        n = min(trials, max(0, math.floor(wide + 0.5)))
    return n if share <= 0.5 else trials - n


@kernel
def choose(u: float, cumulative: np.ndarray) -> int:
    """The position that a uniform draw falls on, by the running sums of shares that sum to 1."""
    i = 0
    while i < cumulative.shape[0] - 1 and u >= cumulative[i]:
        i += 1
    return i


@kernel
def whole(x: float) -> int:
    """The nearest whole number, halves up."""
    return math.floor(x + 0.5)


MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
S30, S27, S31, S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


@kernel
def mix(z: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014) on a 64-bit counter."""
    z = (z ^ (z >> S30)) * MIX_1
    z = (z ^ (z >> S27)) * MIX_2
    return z ^ (z >> S31)


@kernel
def uniform(key: np.uint64, index: int) -> float:
    """Draw `index` of the stream `key`: a double in (0, 1). Random access, no state."""
    z = mix(key + np.uint64(index + 1) * GOLDEN)
    # the greatest hash would round to 1, whose normal deviate is infinite
    return min((float(z >> S11) + 0.5) * 1.1102230246251565e-16, 0.9999999999999999)


@kernel
def normal(key: np.uint64, index: int) -> float:
    """Draw `index` of the stream `key` as a standard normal deviate."""
    return normal_quantile(uniform(key, index))


# a near-normal deviate at a fifteenth of the cost: the sum of the four 16-bit uniforms of one hash
IRWIN_HALL_MEAN = 131070.0
IRWIN_HALL_SD = 37837.22626
MASK_16 = np.uint64(0xFFFF)
S16, S32, S48 = np.uint64(16), np.uint64(32), np.uint64(48)


@kernel
def irwin_hall_sum(z: np.uint64) -> float:
    """The sum of a hash's four 16-bit uniforms: mean IRWIN_HALL_MEAN, standard deviation IRWIN_HALL_SD."""
    return float((z & MASK_16) + ((z >> S16) & MASK_16) + ((z >> S32) & MASK_16) + (z >> S48))


@kernel
def irwin_hall(key: np.uint64, index: int) -> float:
    """Draw `index` of the stream `key` as a standard deviate, near normal, within 3.46."""
    return (irwin_hall_sum(mix(key + np.uint64(index + 1) * GOLDEN)) - IRWIN_HALL_MEAN) / IRWIN_HALL_SD
