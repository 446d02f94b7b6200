"""Name the furniture that has no label, by its company: lists, menus, teasers, promotions among the blocks of a page.

A small additive model: each feature of a block adds a weight for every step that it is above.  Features, steps and
weights stand in `rules/context.toml`, where they can be read; `benchmarks/context.py` trains and measures them.

The same blocks are named on any machine: features come of counts by one division each, weights are whole thousandths,
so that their sum knows no order, and a block whose sum is just what is asked for is named.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.rules.matching.view import ArticleView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAME = "context/surroundings"
# Below these there is no company to judge by: a list of three lines may be the story.
MIN_BLOCKS, MIN_SENTENCES = 8, 2
# The least probability on an HTML page, in any profile.  The model has learnt from dumps of text; what the elements of
# a page leave is more often story: recall of five sets of pages is .880 on average at 0.64, .897 at 0.9, for a
# hundredth of precision.
LEAST_ON_PAGES = 0.9
# The features that weigh most stand in the audit.
FEATURES_TOLD = 3
# Weights are counted in thousandths of log-odds.
THOUSANDTHS = 1_000


class Feature(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """What a feature says, and its steps: (above this value, add so many thousandths of log-odds)."""

    says: str
    steps: tuple[tuple[float, int], ...]

    def weights(self, values: "Sequence[float] | NDArray[np.float64]") -> "NDArray[np.int64]":
        """Sum up, for each value, the steps that it is above."""
        starts, sums = _stairs(self)
        return sums[starts.searchsorted(values)]


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """The model: log-odds of furniture = bias + the weights of all features, in thousandths.

    `likely` and `guess` are the least probabilities at which the profiles `standard` and `hard` let it name a block.
    """

    version: str
    bias: int
    likely: float
    guess: float
    feature: dict[str, Feature]


class Suspect(Struct, frozen=True):
    """A block that its company gives away: its position, its log-odds in thousandths, what weighs most for it."""

    at: int
    odds: int
    evidence: tuple[str, ...]


def suspects(view: ArticleView, model: Model, least: float) -> list[Suspect]:
    """Find the blocks that no rule has named and that are furniture with at least this probability.

    On an HTML page it is at least LEAST_ON_PAGES.
    """
    if len(view) < MIN_BLOCKS or len(view.sentences) < MIN_SENTENCES:
        return []
    unnamed = [at for at in range(len(view)) if at not in view.named and at not in view.frame]
    weights = weigh(view, model, unnamed)
    odds = model.bias + weights.sum(axis=0)
    bar = max(least, LEAST_ON_PAGES) if view.kind == "html" else least
    found = (odds >= _thousandths(bar)).nonzero()[0].tolist()
    # A stable sort leaves features of one weight in the order of their names.
    ranked = (-weights[:, found]).argsort(axis=0, kind="stable")[:FEATURES_TOLD]
    names = sorted(model.feature)
    return [
        Suspect(unnamed[row], int(odds[row]), tuple(names[rank] for rank in told))
        for row, told in zip(found, ranked.T.tolist(), strict=True)
    ]


def weigh(view: ArticleView, model: Model, places: Sequence[int]) -> "NDArray[np.int64]":
    """Give the weights of the features: a row for each, by name, and a column for each of these blocks."""
    import numpy as np  # 0.1 s, which a document too short for the model need not wait for

    from etl.rules.features import features

    if not places:
        return np.zeros((len(model.feature), 0), dtype=np.int64)
    columns = features(view, places)
    weights = [model.feature[name].weights(columns[name]) for name in sorted(model.feature)]
    return np.array(weights, dtype=np.int64).reshape(len(weights), len(places))


@cache
def _stairs(feature: Feature) -> "tuple[NDArray[np.float64], NDArray[np.int64]]":
    """Where the steps of a feature are, and what those below add up to."""
    import numpy as np

    starts = np.array([start for start, _ in feature.steps])
    return starts, np.cumsum([0, *(weight for _, weight in feature.steps)])


def _thousandths(probability: float) -> float:
    return THOUSANDTHS * math.log(probability / (1 - probability)) if probability < 1 else math.inf
