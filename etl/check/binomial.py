"""Exact one-sided confidence bounds of a binomial share (Clopper and Pearson, 1934), by the standard library."""

from math import exp, lgamma, log, log1p

# Halvings of the interval: more than a float has digits.
HALVINGS = 60


def upper_bound(wrong: int, draws: int, confidence: float = 0.95) -> float:
    """Return the largest share under which so few wrong ones, or fewer, still have probability 1 - confidence.

    If each draw is wrong with probability p, independently, the bound is below p in at most 1 - confidence of all
    samples.  The same holds if the draws have different probabilities with mean p (Hoeffding 1956, theorem 4: for at
    most np - 1 the sum is then less probable than the binomial).

    >>> round(upper_bound(0, 200), 5), round(upper_bound(3, 200), 5), upper_bound(5, 5), upper_bound(0, 0)
    (0.01487, 0.03831, 1.0, 1.0)
    """
    if not 0 <= wrong <= draws:
        raise ValueError(f"{wrong} of {draws} draws")
    if wrong == draws:
        return 1.0
    low, high = wrong / draws, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if at_most(wrong, draws, middle) > 1 - confidence else (low, middle)
    return high


def at_most(wrong: int, draws: int, share: float) -> float:
    """Return the probability of at most so many wrong ones, if each draw is wrong with probability `share`."""
    if share <= 0 or wrong >= draws:
        return 1.0
    if share >= 1:
        return 0.0
    whole = lgamma(draws + 1)
    logs = (
        whole - lgamma(count + 1) - lgamma(draws - count + 1) + count * log(share) + (draws - count) * log1p(-share)
        for count in range(wrong + 1)
    )
    return min(1.0, sum(exp(one) for one in logs))
