"""The classifier: a lexicon and a boosted forest that find the furniture that no rule matches.

Weights are data (`rules/classifier.json`), written by `benchmarks/classifier/train.py`.  Scores are whole thousandths
of log-odds, sums of whole numbers: the same blocks are found on any machine, with any division into batches.
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

    from etl.array_types import I64, Mask
    from etl.rules.classifier.features import Page, Rows

CLASSIFIER = "classifier/furniture"
# Tags of protected sentences: of any sentence of the story; of its first or last one, which makes the article suspect.
SENTENCE, LEAD_OR_END = "protected/sentence", "protected/lead-or-end"
# With fewer blocks or sentences, there are too few neighbours: a list of three lines may be the story.
MIN_BLOCKS, MIN_PROSE = 8, 2
# Units (2,000 characters).  We know no longer block of furniture, but some pages have a whole story in one block.
MAX_UNITS = 17_000
# The threshold with which no block is removed.
NEVER = 1.0
# The number of features in the audit: those that contributed most.
FEATURES_TOLD = 3
# Rows whose contributions fit into the processor's cache.
ROWS_AT_ONCE = 1 << 9


class Classifier(Struct, frozen=True, forbid_unknown_fields=True, cache_hash=True):
    """Lexicon and forest; `likely` and `guess` are the thresholds of the profiles `standard` and `hard`."""

    version: str
    likely: float
    guess: float
    lexicon: str
    forest: Forest


class Prediction(Struct, frozen=True, gc=False):
    """A block of furniture for the classifier: its place in its article, and the features that contributed most.

    Each feature has its contribution to the log-odds, in thousandths: "lexicon=+812".
    """

    at: int
    evidence: tuple[str, ...]


class Scores(Struct, frozen=True):
    """The result for an article: predictions, and the places of protected sentences.

    `ends` are the first and the last long sentence of these, `headings` the short lines between two of them.
    """

    predictions: tuple[Prediction, ...]
    sentences: frozenset[int]
    ends: frozenset[int]
    headings: frozenset[int]


def have_nothing_to_score(pages: "Sequence[Page]", classifier: Classifier) -> list[bool]:
    """Return which articles have nothing to score: they have few blocks, or only a run of protected sentences.

    This takes a third of the time of `score_pages`.
    """
    import numpy as np

    from etl.fold import ends_sentence
    from etl.rules.classifier.sentences import bare_sentences

    left = [[text for text, is_named in zip(page.texts, page.named, strict=True) if not is_named] for page in pages]
    found = [not texts or len(page.texts) < MIN_BLOCKS for page, texts in zip(pages, left, strict=True)]
    likely = [at for at, texts in enumerate(left) if not found[at] and all(map(ends_sentence, texts))]
    if likely:
        bare = bare_sentences([text for at in likely for text in left[at]], lexicon_of(classifier))
        ends = np.cumsum([0, *(len(left[at]) for at in likely)])
        for at, is_bare in zip(likely, np.logical_and.reduceat(bare, ends[:-1]).tolist(), strict=True):
            found[at] = is_bare
    return found


def score_pages(pages: "Sequence[Page]", classifier: Classifier | None, bars: Sequence[float]) -> list[Scores]:
    """Return the blocks of each article in a batch that are furniture with at least the probability of its threshold.

    The result does not depend on how articles are divided into batches.  Without a classifier there are no predictions.
    """
    import numpy as np

    from etl.rules.classifier.sentences import headings, lead_and_end, sentences_of_story

    rows, odds = score_rows(pages, classifier)
    kept = sentences_of_story(rows.columns, odds, rows.edges)
    ends = lead_and_end(kept, rows.columns, odds, rows.edges)
    least = np.array([threshold(bar) for bar in bars])[rows.edges.pages]
    taken = np.flatnonzero((odds >= least) & may_be_taken(rows, pages)) if classifier else np.zeros(0, dtype=np.int64)
    between = headings(kept, rows.columns, odds, rows.places, rows.edges)
    of_page: list[tuple[list[Prediction], list[int], list[int], list[int]]] = [([], [], [], []) for _ in pages]
    places, page_of = rows.places.tolist(), rows.edges.pages.tolist()
    for row, evidence in zip(taken.tolist(), _evidence(rows, taken, classifier), strict=True):
        of_page[page_of[row]][0].append(Prediction(places[row], evidence))
    for into, flags in ((1, kept), (2, ends), (3, between)):
        for row in np.flatnonzero(flags).tolist():
            of_page[page_of[row]][into].append(places[row])
    return [Scores(tuple(found), *map(frozenset, at)) for found, *at in of_page]


def score_rows(pages: "Sequence[Page]", classifier: Classifier | None) -> "tuple[Rows, I64]":
    """Return the rows of a batch and their scores; without a classifier, all long sentences belong to the story."""
    import numpy as np

    from etl.rules.classifier.features import rows_of
    from etl.rules.classifier.lexicon import BITS

    if not classifier:
        rows = rows_of(pages, np.zeros(1 << BITS, dtype=np.int8))
        return rows, np.where(rows.columns["long"] > 0, -2 * THOUSANDTHS, 0)
    rows = rows_of(pages, lexicon_of(classifier))
    return rows, score(classifier.forest, rows.matrix(classifier.forest.features))


def may_be_taken(rows: "Rows", pages: "Sequence[Page]") -> "Mask":
    """Return the rows that may be removed: of articles with enough blocks, and not too long for furniture.

    Blocks that rules match count as blocks of the article.
    """
    import numpy as np

    sizes = np.array([len(page.texts) for page in pages])
    flags: Mask = (
        (sizes[rows.edges.pages] >= MIN_BLOCKS)
        & (rows.columns["prose_count"] >= MIN_PROSE)
        & (rows.columns["units"] <= MAX_UNITS)
    )
    return flags


def _evidence(rows: "Rows", taken: "I64", classifier: Classifier | None) -> Iterator[tuple[str, ...]]:
    """Yield the greatest contributions to the score of each row, as `feature=thousandths`.

    Features with equal contributions are in the order of the forest.
    """
    import numpy as np

    if not classifier or not len(taken):
        return
    names, matrix = classifier.forest.features, rows.matrix(classifier.forest.features)
    for start in range(0, len(taken), ROWS_AT_ONCE):
        changes = contributions(classifier.forest, matrix[taken[start : start + ROWS_AT_ONCE]])
        every, told = np.arange(len(changes)), list[list[str]]()
        for _ in range(min(FEATURES_TOLD, len(names))):  # three maxima are found ten times as fast as rows are sorted
            most = changes.argmax(axis=1)
            added = changes[every, most].tolist()
            told.append([f"{names[at]}={weight:+d}" for at, weight in zip(most.tolist(), added, strict=True)])
            changes[every, most] = np.iinfo(np.int64).min
        yield from zip(*told, strict=True) if told else [()] * len(changes)


@cache
def lexicon_of(classifier: Classifier) -> "NDArray[np.int8]":
    """Return the weights of a classifier's lexicon."""
    from etl.rules.classifier.lexicon import unpack

    return unpack(classifier.lexicon)


def threshold(probability: float) -> float:
    """Return the log-odds of a probability in thousandths; no score reaches those of 1."""
    return THOUSANDTHS * math.log(probability / (1 - probability)) if probability < 1 else math.inf
