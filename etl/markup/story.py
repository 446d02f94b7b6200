"""Which lines of a page are its story: what the model keeps, and what is told by more than the looks of a line.

Put back are subheads between two parts of the story, and the ingredients, steps and answers that the page itself gives
as data, and what `entries` tells of pages with several stories.  Taken out are asides.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from etl.markup.asides import asides
from etl.markup.clues import Said
from etl.markup.entries import entries
from etl.markup.features.sources import shares_in
from etl.markup.features.texts import words_of
from etl.markup.layout import Layout
from etl.markup.metadata import Span
from etl.markup.page_model import PageModel
from etl.markup.prediction import Prediction, kept, predict

# Elements that head a part of a story, and the least probability, in thousandths, of one between two parts of it.
SUBHEADS, MIN_SUBHEAD = frozenset(("h2", "h3", "h4", "h5", "h6", "summary", "dt")), 80
# The share of a line's runs of four words that its page must have as data, and the fewest characters of the line.
DECLARED, DECLARED_CHARS = 0.8, 25


class Judged(Struct, frozen=True):
    """Which lines of a layout are story, which say its headline, and the model's prediction of its rows.

    `rows` are the rows of the prediction by line: lines of controls have none.  `times` are those of entries.
    """

    kept: tuple[bool, ...]
    headlines: frozenset[int] = frozenset()
    prediction: Prediction | None = None
    rows: Mapping[int, int] = MappingProxyType({})
    times: frozenset[int] = frozenset()

    def span(self) -> Span:
        """Return where the story stands: from its headline, if that stands above, to its last line."""
        story = [place for place, is_kept in enumerate(self.kept) if is_kept] or [0]
        above = [place for place in self.headlines if place <= story[0]]
        return Span(max(above, default=story[0]), story[-1])


def judge(layout: Layout, said: Said, model: PageModel | None) -> Judged:
    """Judge the lines of a page.  Without a model, or on a page too long for it, all is story but controls."""
    prediction = predict(layout, said, model) if model else None
    if prediction and model:
        return judged(layout, said, model, prediction)
    return Judged(tuple(not layout.boxes[line.box].control for line in layout.lines))


def judged(layout: Layout, said: Said, model: PageModel, prediction: Prediction) -> Judged:
    """Return which lines are story by a prediction."""
    places = [place for place, line in enumerate(layout.lines) if not layout.boxes[line.box].control]
    story = {places[row] for row in kept(prediction, model).tolist()}
    story |= _declared(layout, said, places)
    story |= _subheads(layout, story, dict(zip(places, prediction.probabilities().tolist(), strict=True)))
    headlines = frozenset(places[row] for row in prediction.page.columns["is-headline"].nonzero()[0].tolist())
    found = entries(layout, story, _sentences(prediction, places, len(layout.lines)), said.is_live)
    story |= found.lines - headlines
    story -= asides(layout, said, story)
    return Judged(
        tuple(place in story for place in range(len(layout.lines))),
        headlines,
        prediction,
        {place: row for row, place in enumerate(places)},
        found.times & story,
    )


def _sentences(prediction: Prediction, places: Sequence[int], count: int) -> list[bool]:
    """Return which lines end as a sentence does; those of controls do not."""
    ends = [False] * count
    for place, ending in zip(places, prediction.page.columns["ending"].tolist(), strict=True):
        ends[place] = ending in (1, 2)
    return ends


def _declared(layout: Layout, said: Said, places: Sequence[int]) -> set[int]:
    """Return the lines that the page's JSON-LD has as ingredients, steps or answers, and the short ones among them.

    A line that says all of a short one ("salt") counts only between the first and the last that are surely meant.
    """
    if not said.parts:
        return set()
    words = words_of([layout.lines[place].text for place in places])
    shares = shares_in(words, "\n".join(said.parts))
    sure = [row for row, share in enumerate(shares) if share >= DECLARED and len(words[row]) >= DECLARED_CHARS]
    short = {part.replace(" ", "") for part in words_of(said.parts)}
    among = range(sure[0], sure[-1] + 1) if sure else range(0)
    return {places[row] for row in {*sure, *(row for row in among if words[row].replace(" ", "") in short)}}


def _subheads(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return headings that the model has let go though story stands right above and right below them."""
    lines = sorted(likely)
    return {
        place
        for above, place, below in zip(lines, lines[1:], lines[2:], strict=False)
        if place not in story and above in story and below in story and likely[place] >= MIN_SUBHEAD
        if layout.boxes[layout.lines[place].box].name in SUBHEADS and not layout.lines[place].linked
    }
