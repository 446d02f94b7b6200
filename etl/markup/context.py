"""What the first pass thinks of a line's neighbourhood: the features of the second pass."""

from functools import cache
from math import log
from typing import TYPE_CHECKING

from etl.markup.features import LEVELS, Page, around, shifted
from etl.trees import THOUSANDTHS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from etl.markup.features import Columns, Integers

CONTEXT_FEATURES = {
    "first": "log-odds of the first pass, in thousandths, from -6000 to 6000",
    **{f"first{step:+d}": f"the same of the line {step:+d}" for step in (-3, -2, -1, 1, 2, 3)},
    **{f"story-within-{reach}": f"expected share of story in the lines within {reach}" for reach in (2, 5, 12)},
    **{f"story-{level}": f"expected share of story in the rest of its {level} box" for level in LEVELS},
    **{f"mass-{level}": f"share of the page's expected story in its {level} box" for level in LEVELS},
    "story-kin": "expected share of story in other lines with such boxes; -1 if there are none",
    "mass-kin": "share of the page's expected story in all of these",
    "mass-before": "share of the page's expected story above it",
    "mass-after": "share of it below",
    "since-story": "lines up to the last one above that is surely story, 99 if there is none",
    "until-story": "lines down to the next one below",
    "in-story-container": "1 inside the box with the most expected story less other text",
    "story-container-mass": "share of the page's expected story in that box",
    "up-to-story-container": "boxes up to the first that holds both; -1 inside",
    "mass": "characters of expected story on the page",
    "mass-direct": "share of it in boxes right inside the parent box",
    "mass-of-page": "share of the page's characters that it is",
}

# In the log-odds of features, thousandths.
MAX_ODDS = 6_000
# A line of so many characters, with this probability in thousandths, is surely story.
SURE_CHARS, SURE = 60, 600
FAR = 99
# Thousandths that a line of this probability neither earns nor costs its boxes; a line below costs six characters more.
NEUTRAL, COST_OF_LINE = 400, 6


@cache
def _odds() -> "Integers":
    """Return the log-odds, in thousandths, at which the probability is 1, 2, ... 999 thousandths."""
    import numpy as np

    return np.array([round(THOUSANDTHS * log(part / (1000 - part))) for part in range(1, 1000)], dtype=np.int64)


def probabilities(odds: "Integers") -> "Integers":
    """Return the probability of log-odds in thousandths, itself in thousandths.  Integers know no rounding."""
    return _odds().searchsorted(odds, side="right")


def context(page: Page, odds: "Integers") -> "Columns":
    """Return the columns CONTEXT_FEATURES of a page's lines, from the log-odds of the first pass."""
    import numpy as np

    tree, chars = page.tree, page.chars
    first, likely = np.clip(odds, -MAX_ODDS, MAX_ODDS), probabilities(odds)
    mass = likely * chars
    total, until = max(1, int(mass.sum())), np.cumsum(mass)
    whole = 1000 * chars
    columns: Columns = {"first": first}
    for step in (-3, -2, -1, 1, 2, 3):
        columns[f"first{step:+d}"] = shifted(first, step, -MAX_ODDS)
    for reach in (2, 5, 12):
        columns[f"story-within-{reach}"] = around(mass, reach) / around(whole, reach)
    masses, wholes = tree.sums(mass), tree.sums(whole)
    for up, level in enumerate(LEVELS):
        at = tree.level(up)
        columns[f"story-{level}"] = (masses[at] - mass) / np.maximum(1, wholes[at] - whole)
        columns[f"mass-{level}"] = masses[at] / total
    count = int(page.kin.max()) + 1
    of_kin, whole_kin = (
        np.bincount(page.kin, weights=values, minlength=count).astype(np.int64)[page.kin] for values in (mass, whole)
    )
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
    direct = np.bincount(parent, weights=mass, minlength=tree.count).astype(np.int64)
    columns["mass-direct"] = direct[parent] / total
    columns["mass-of-page"] = np.full(len(mass), total / max(1, int(whole.sum())))
    return columns


def _distances(sure: "NDArray[np.bool_]") -> "Columns":
    """Return the lines from each to the last sure one above and the next below, FAR if there is none."""
    import numpy as np

    places, found = np.arange(len(sure)), np.flatnonzero(sure)
    if not len(found):
        return {"since-story": np.full(len(sure), FAR), "until-story": np.full(len(sure), FAR)}
    above, below = np.searchsorted(found, places, "left") - 1, np.searchsorted(found, places, "right")
    return {
        "since-story": np.where(above >= 0, places - found[np.maximum(above, 0)], FAR),
        "until-story": np.where(below < len(found), found[np.minimum(below, len(found) - 1)] - places, FAR),
    }
