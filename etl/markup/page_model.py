"""Judge the lines of a page: two boosted forests on named features, the second knowing what the first thinks around.

Features are in `features` and `context`, weights in `rules/page.json`; `benchmarks/page_model.py` trains and measures
them.  Scores are integers, so the same lines are kept on any machine, and the contributions of the features add up to
the score of every line.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.markup.context import context, probabilities
from etl.markup.features import MARKERS, Page, Said, Weights, page_of
from etl.markup.layout import Layout
from etl.trees import Forest, contributions, score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from etl.markup.features import Columns, Floats, Integers

# Thousandths.  Lines that the first pass is surer than this are furniture are not asked again.
OPEN = 10
# Of the features of a line so many are told, but none that is the same for all lines of a page.
FEATURES_TOLD = 3
OF_PAGE = frozenset(
    (
        *("article-body-length", "page-prose", "page-lines", "container-prose"),
        *("story-container-mass", "mass", "mass-of-page"),
        *(f"page-{part}" for part in MARKERS),
    )
)
# Lines.  A page of more is not judged: its features would take more memory than a page is given.
MAX_LINES = 100_000


class PageModel(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of words, and the forests of both passes.

    A line is kept with at least the probability `threshold`, in thousandths.  On a page that the model is unsure of, it
    is kept with `relative` percent of the median probability of its story.
    """

    version: str
    threshold: int
    relative: int
    weights: Weights
    first: Forest
    second: Forest


class Prediction(Struct, frozen=True, eq=False):
    """The lines of a page, their columns, and the log-odds of each that it is story, in thousandths.

    `asked_again` are the places of the lines that the second pass has scored.
    """

    page: Page
    odds: "Integers"
    asked_again: "Integers"

    def probabilities(self) -> "Integers":
        """Return the probability of each line, in thousandths."""
        return probabilities(self.odds)


def predict(layout: Layout, said: Said, model: PageModel) -> Prediction | None:
    """Score the lines of a page; None if there are none, or too many."""
    import numpy as np

    count = sum(not layout.boxes[line.box].control for line in layout.lines)
    if not 0 < count <= MAX_LINES:
        return None
    page = page_of(layout, said, model.weights)
    odds = score(model.first, matrix(page.columns, model.first.features))
    asked = np.flatnonzero(probabilities(odds) >= OPEN)
    page.columns.update(context(page, odds))
    if len(asked):
        odds[asked] = score(model.second, matrix(page.columns, model.second.features)[asked])
    return Prediction(page, odds, asked)


def kept(prediction: Prediction, model: PageModel) -> "Integers":
    """Return the places of the lines that are story, among those that were judged; a headline is none."""
    import numpy as np

    return np.flatnonzero(stays(prediction.probabilities(), prediction.page.columns, model))


def stays(likely: "Integers", columns: "Columns", model: PageModel) -> "NDArray[np.bool_]":
    """Return which lines are kept with these probabilities."""
    import numpy as np

    order = np.argsort(-likely, kind="stable")
    mass = np.cumsum((likely * columns["chars"])[order])
    median = int(likely[order][np.searchsorted(mass, (mass[-1] + 1) // 2)])
    needed = min(model.threshold, model.relative * median // 100)
    keeps: NDArray[np.bool_] = (likely >= max(1, needed)) & (columns["is-headline"] == 0)
    return keeps


def explained(prediction: Prediction, model: PageModel, line: int) -> tuple[int, list[tuple[str, int]]]:
    """Return the bias and the contributions to a line's log-odds that are not 0, the greatest first.

    Both in thousandths; together they are the line's score.
    """
    forest = model.second if line in prediction.asked_again else model.first
    of_features = contributions(forest, matrix(prediction.page.columns, forest.features)[[line]])[0].tolist()
    named = [(name, value) for name, value in zip(forest.features, of_features, strict=True) if value]
    return forest.bias, sorted(named, key=lambda one: (-abs(one[1]), one[0]))


def against(prediction: Prediction, model: PageModel, rows: Sequence[int]) -> list[tuple[str, ...]]:
    """Return for each of these lines the features that speak most against it; what is the same all over a page last."""
    import numpy as np

    named: dict[int, tuple[str, ...]] = {}
    asked = set(prediction.asked_again.tolist())
    for forest, is_second in ((model.first, False), (model.second, True)):
        of = [row for row in rows if (row in asked) is is_second]
        if not of:
            continue
        values = contributions(forest, matrix(prediction.page.columns, forest.features)[of])
        values[:, [name in OF_PAGE for name in forest.features]] = 0
        order = np.argsort(values, axis=1, kind="stable")[:, :FEATURES_TOLD]
        for row, best, own in zip(of, order.tolist(), values.tolist(), strict=True):
            named[row] = tuple(forest.features[place] for place in best if own[place] < 0)
    return [named.get(row, ()) for row in rows]


def matrix(columns: "Columns", names: Sequence[str]) -> "Floats":
    """Return the columns of these names side by side."""
    import numpy as np

    return np.column_stack([columns[name] for name in names]).astype(np.float64)
