"""What the first pass thinks of a line's neighbourhood: the features of the second pass."""

from functools import cache
from math import log

import numpy as np

from etl.array_types import I64, Mask
from etl.markup.features.catalogue import LEVELS
from etl.markup.features.columns import Columns, around, shifted, sums_of
from etl.markup.features.page import Page
from etl.trees import THOUSANDTHS

# In the log-odds of features, thousandths.
MAX_ODDS = 6_000
# A line of so many characters, with this probability in thousandths, is surely story.
SURE_CHARS, SURE = 60, 600
FAR = 99
# Thousandths that a line of this probability neither earns nor costs its boxes; a line below costs six characters more.
NEUTRAL, COST_OF_LINE = 400, 6


@cache
def _odds() -> I64:
    """Return the log-odds, in thousandths, at which the probability is 1, 2, ... 999 thousandths."""
    return np.array([round(THOUSANDTHS * log(part / (1000 - part))) for part in range(1, 1000)], dtype=np.int64)


def probabilities(odds: I64) -> I64:
    """Return the probability of log-odds in thousandths, itself in thousandths.  Integers know no rounding."""
    return _odds().searchsorted(odds, side="right")


def log_odds(likely: I64) -> I64:
    """Return the least log-odds of probabilities, both in thousandths."""
    odds: I64 = np.where(likely > 0, _odds()[np.maximum(likely, 1) - 1], -MAX_ODDS - THOUSANDTHS)
    return odds


def context(page: Page, odds: I64) -> Columns:
    """Return the columns CONTEXT_FEATURES of a page's lines, from the log-odds of the first pass."""
    tree, chars = page.tree, page.chars
    first, likely = np.clip(odds, -MAX_ODDS, MAX_ODDS), probabilities(odds)
    mass = likely * chars
    total, until = max(1, int(mass.sum())), np.cumsum(mass)
    whole = 1000 * chars
    columns: Columns = {"first-pass": first}
    for step in (-3, -2, -1, 1, 2, 3):
        columns[f"first-pass{step:+d}"] = shifted(first, step, -MAX_ODDS)
    for reach in (2, 5, 12):
        columns[f"story-within-{reach}"] = around(mass, reach) / around(whole, reach)
    masses, wholes = tree.sums(mass), tree.sums(whole)
    for up, level in enumerate(LEVELS):
        at = tree.level(up)
        columns[f"story-{level}"] = (masses[at] - mass) / np.maximum(1, wholes[at] - whole)
        columns[f"mass-{level}"] = masses[at] / total
    count = int(page.kin.max()) + 1
    of_kin, whole_kin = (sums_of(page.kin, values, count)[page.kin] for values in (mass, whole))
    alone = whole_kin == whole
    columns["story-kin"] = np.where(alone, -1, (of_kin - mass) / np.maximum(1, whole_kin - whole))
    columns["mass-kin"] = of_kin / total
    columns["mass-before"], columns["mass-after"] = (until - mass) / total, (total - until) / total
    columns |= _distances((likely > SURE) & (chars > SURE_CHARS))
    earned = (likely - NEUTRAL) * chars - np.where(likely < NEUTRAL, 1000 * COST_OF_LINE, 0)
    best = int(np.argmax(tree.sums(earned)))
    inside = tree.inside(best)
    columns["in-story-container"] = inside.astype(np.int64)
    columns["story-container-mass"] = np.full(len(mass), int(masses[best]) / total)
    columns["up-to-story-container"] = np.where(inside, -1, tree.up_to(best))
    columns["mass"] = np.full(len(mass), total // 1000)
    parent = tree.level(1)
    columns["mass-direct"] = sums_of(parent, mass, tree.count)[parent] / total
    columns["mass-of-page"] = np.full(len(mass), total / max(1, int(whole.sum())))
    return columns


def _distances(sure: Mask) -> Columns:
    """Return the lines from each to the last sure one above and the next below, FAR if there is none."""
    places, found = np.arange(len(sure)), np.flatnonzero(sure)
    if not len(found):
        return {"since-story": np.full(len(sure), FAR), "until-story": np.full(len(sure), FAR)}
    above, below = np.searchsorted(found, places, "left") - 1, np.searchsorted(found, places, "right")
    return {
        "since-story": np.where(above >= 0, places - found[np.maximum(above, 0)], FAR),
        "until-story": np.where(below < len(found), found[np.minimum(below, len(found) - 1)] - places, FAR),
    }
