"""The classifier: a lexicon and a boosted forest that name the furniture of an article that no rule has named.

Weights are data (`rules/classifier.json`), written by `benchmarks/classifier/train.py`.  Scores are whole thousandths of
log-odds, sums of whole numbers: the same blocks are named on any machine, however articles fall into batches.
"""

import math
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.trees import THOUSANDTHS, Forest, contributions, score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from etl.rules.classifier.features import Page, Rows

NAME = "classifier/furniture"
# Below these there are no neighbours to judge by: a list of three lines may be the story.
MIN_BLOCKS, MIN_PROSE = 8, 2
# Characters.  No block that anyone has shown us is longer and furniture: some pages hold a story in one block.
MAX_CHARS = 2_000
# The least probability on an HTML page, in any profile: the forest has learnt from dumps of text; what the elements of
# a page leave is more often story.
MIN_ON_PAGES = 0.9
# The features that weigh most stand in the audit.
FEATURES_TOLD = 3


class Classifier(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Lexicon and forest; `likely` and `guess` are the least probabilities of the profiles `standard` and `hard`."""

    version: str
    likely: float
    guess: float
    lexicon: str
    forest: Forest


class Prediction(Struct, frozen=True, gc=False):
    """A block that is furniture by the classifier: its place in its article, and the features that weigh most."""

    at: int
    score: int
    evidence: tuple[str, ...]


def classify(rows: "Rows", classifier: Classifier, bars: Sequence[float]) -> list[list[Prediction]]:
    """Return, for each article of the rows, the blocks that are furniture with at least the probability of its bar."""
    import numpy as np

    found: list[list[Prediction]] = [[] for _ in bars]
    if not len(rows.pages):
        return found
    matrix = rows.matrix(classifier.forest.features)
    scores = score(classifier.forest, matrix)
    least = np.array([threshold(bar) for bar in bars])[rows.pages]
    taken = np.flatnonzero((scores >= least) & rows.judged)
    changes = contributions(classifier.forest, matrix[taken])
    for row, evidence in zip(taken.tolist(), _evidence(changes, classifier.forest.features), strict=True):
        found[rows.pages[row]].append(Prediction(int(rows.places[row]), int(scores[row]), evidence))
    return found


def _evidence(changes: "NDArray[np.int64]", names: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the features that add most to each score; those that add alike in the order of the forest."""
    order = (-changes).argsort(axis=1, kind="stable")[:, :FEATURES_TOLD]
    yield from (tuple(names[rank] for rank in ranks) for ranks in order.tolist())


@cache
def lexicon_of(classifier: Classifier) -> "NDArray[np.int8]":
    """Return the weights of a classifier's lexicon."""
    from etl.rules.classifier.lexicon import unpack

    return unpack(classifier.lexicon)


def threshold(probability: float) -> float:
    """Return the log-odds of a probability in thousandths; nothing reaches that of 1."""
    return THOUSANDTHS * math.log(probability / (1 - probability)) if probability < 1 else math.inf
