"""Why a block of a page is taken for story, or not: the probability, and what each feature adds to it."""

from collections.abc import Iterator

from msgspec import Struct

from etl.markup.features.catalogue import CONTEXT_FEATURES, LINE_FEATURES
from etl.markup.html import part
from etl.markup.page_model import PageModel
from etl.markup.prediction import explained, needed
from etl.trees import THOUSANDTHS

# Features that are told by name in words; the others are told as one sum.
FEATURES_TOLD = 8


class Contribution(Struct, frozen=True, gc=False):
    """A feature of a line: its value, what it adds to the line's log-odds in thousandths, and what it says."""

    feature: str
    value: float
    adds: int
    why: str


class Account(Struct, frozen=True):
    """What the page model says of the longest line of a block.

    `probability` that the line is story, and the least with which lines of its page are kept, in thousandths.  `bias`
    and what the features add make up `score`, the log-odds, in thousandths.  `overruled` says why the line is kept or
    taken out against the model, "" if it is not.
    """

    probability: int
    least: int
    score: int
    bias: int
    features: tuple[Contribution, ...]
    overruled: str = ""

    def words(self) -> Iterator[str]:
        """Yield the account, line by line."""
        told, others = self.features[:FEATURES_TOLD], self.features[FEATURES_TOLD:]
        likely, least = self.probability / 1000, self.least / 1000
        yield f"page model: this line is story with a probability of {likely:.3f}; lines are kept from {least:.3f} on"
        if self.overruled:
            yield f"  {self.overruled}"
        yield f"  log-odds {_signed(self.score)}: {_signed(self.bias)} for every line, and for this line"
        for one in told:
            yield f"  {_signed(one.adds)} {one.feature} = {one.value:.4g}: {one.why}"
        if others:
            yield f"  {_signed(sum(one.adds for one in others))} {len(others)} other features"


def account_of(text: str, model: PageModel, block: int) -> Account | None:
    """Return the account of a block; None of a control, of what JSON-LD says, and on a page too long for the model.

    `text` is the HTML of a page, `block` the place in `Page.blocks`.
    """
    parted = part(text, model)
    judged, at = parted.judged, block - len(parted.body)
    places = range(parted.groups[at].start, parted.groups[at].end) if 0 <= at < len(parted.groups) else ()
    lines = [place for place in places if place in judged.rows]
    if not lines or not judged.prediction:
        return None
    line = max(lines, key=lambda place: len(parted.layout.lines[place].text))
    prediction, row = judged.prediction, judged.rows[line]
    likely = int(prediction.probabilities()[row])
    least = needed(prediction.probabilities(), prediction.page.columns, model)
    bias, parts = explained(prediction, model, row)
    return Account(
        probability=likely,
        least=least,
        score=int(prediction.odds[row]),
        bias=bias,
        features=tuple(
            Contribution(name, float(prediction.page.columns[name][row]), adds, _WHY[name]) for name, adds in parts
        ),
        overruled=_overruled(judged.kept[line], line in judged.headlines)
        if (likely >= least) is not judged.kept[line]
        else "",
    )


_WHY = LINE_FEATURES | CONTEXT_FEATURES


def _signed(thousandths: int) -> str:
    return f"{thousandths / THOUSANDTHS:+.3f}"


def _overruled(is_kept: bool, is_headline: bool) -> str:
    if is_kept:
        return "kept all the same: a subhead within the story, or what the page has as ingredients, steps or answers"
    return "the page's headline" if is_headline else "not kept all the same: a dialog, caption, offer or discussion"
