"""Judge the lines of a page with two boosted forests on named features; the second one uses scores of the first.

Scores are integers, so the same lines are kept on any machine, and the contributions of the features add up to the
score of every line.
"""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from etl.array_types import I64, Mask
from etl.markup.clues import Said
from etl.markup.features.catalogue import MARKERS
from etl.markup.features.columns import Columns
from etl.markup.features.context import context, probabilities
from etl.markup.features.page import Page, page_of
from etl.markup.layout import Layout
from etl.markup.page_model import PageModel
from etl.trees import contributions, score

# Thousandths.  Lines with a smaller probability in the first pass are not scored again.
OPEN = 10
# Characters of a sentence of the story.  A line with the page's title below such a sentence is text if it is no
# heading.
MIN_SENTENCE = 60
# The number of features of a line in the audit.  Features that are the same for all lines of a page are left out.
FEATURES_TOLD = 3
OF_PAGE = frozenset(
    (
        *("article-body-length", "page-prose", "page-lines", "container-prose"),
        *("story-container-mass", "mass", "mass-of-page"),
        *(f"page-{part}" for part in MARKERS),
    )
)
# Lines.  A page with more is not judged, because its features would take too much memory.
MAX_LINES = 100_000


class Prediction(Struct, frozen=True, eq=False):
    """The lines of a page, their columns, and the log-odds of each that it is story, in thousandths.

    `asked_again` are the places of the lines that the second pass has scored.
    """

    page: Page
    odds: I64
    asked_again: I64

    def probabilities(self) -> I64:
        """Return the probability of each line, in thousandths."""
        return probabilities(self.odds)


def predict(layout: Layout, said: Said, model: PageModel) -> Prediction | None:
    """Score the lines of a page; None if there are none, or too many."""
    count = sum(not layout.boxes[line.box].control for line in layout.lines)
    if not 0 < count <= MAX_LINES:
        return None
    page = page_of(layout, said, model.weights)
    odds = score(model.first, page.matrix(model.first.features))
    asked = np.flatnonzero(probabilities(odds) >= OPEN)
    page.columns.update(context(page, odds))
    if len(asked):
        odds[asked] = score(model.second, page.matrix(model.second.features, asked))
    return Prediction(page, odds, asked)


def kept(prediction: Prediction, model: PageModel) -> I64:
    """Return the places of the lines that are story, among those that were judged, without the headline."""
    return np.flatnonzero(stays(prediction.probabilities(), prediction.page.columns, model))


def stays(likely: I64, columns: Columns, model: PageModel) -> Mask:
    """Return which lines are kept with these probabilities."""
    is_likely = likely >= needed(likely, columns, model)
    ends = (columns["ending"] == 1) | (columns["ending"] == 2)
    is_sentence = is_likely & ends & (columns["chars"] >= MIN_SENTENCE)
    is_text = (np.cumsum(is_sentence) > is_sentence) & (columns["in-heading"] == 0)
    keeps: Mask = is_likely & ((columns["is-headline"] == 0) | is_text)
    return keeps


def needed(likely: I64, columns: Columns, model: PageModel) -> int:
    """Return the threshold of this page, in thousandths."""
    order = np.argsort(-likely, kind="stable")
    mass = np.cumsum((likely * columns["chars"])[order])
    median = int(likely[order][np.searchsorted(mass, (mass[-1] + 1) // 2)])
    return max(1, min(model.threshold, model.relative * median // 100))


def explained(prediction: Prediction, model: PageModel, line: int) -> tuple[int, list[tuple[str, int]]]:
    """Return the bias and the contributions to a line's log-odds that are not 0, the greatest first.

    Both in thousandths; together they are the line's score.
    """
    forest = model.second if line in prediction.asked_again else model.first
    of_features = contributions(forest, prediction.page.matrix(forest.features, np.array([line])))[0].tolist()
    named = [(name, value) for name, value in zip(forest.features, of_features, strict=True) if value]
    return forest.bias, sorted(named, key=lambda one: (-abs(one[1]), one[0]))


def against(prediction: Prediction, model: PageModel, rows: Sequence[int]) -> list[tuple[str, ...]]:
    """Return the features that contributed most to the removal of each of these lines.

    Features that are the same on the whole page come last.  Each has its contribution in thousandths of log-odds:
    "link_share=+812".
    """
    named: dict[int, tuple[str, ...]] = {}
    asked = set(prediction.asked_again.tolist())
    for forest, is_second in ((model.first, False), (model.second, True)):
        of = [row for row in rows if (row in asked) is is_second]
        if not of:
            continue
        values = contributions(forest, prediction.page.matrix(forest.features, np.array(of)))
        values[:, [name in OF_PAGE for name in forest.features]] = 0
        order = np.argsort(values, axis=1, kind="stable")[:, :FEATURES_TOLD]
        for row, best, own in zip(of, order.tolist(), values.tolist(), strict=True):
            named[row] = tuple(f"{forest.features[place]}={-own[place]:+d}" for place in best if own[place] < 0)
    return [named.get(row, ()) for row in rows]
