"""Why a block of a page is story or not: the probability, and the contribution of each feature."""

import re
from collections.abc import Iterator

from msgspec import Struct

from etl.markup import PageSettings
from etl.markup.elements import ROOTS
from etl.markup.features.catalogue import CONTEXT_FEATURES, LINE_FEATURES
from etl.markup.html import Parted, part
from etl.markup.layout import Box
from etl.markup.prediction import explained, needed
from etl.trees import THOUSANDTHS

# The number of features that are shown by name; the others are shown as one sum.
FEATURES_TOLD = 8


class Contribution(Struct, frozen=True, gc=False):
    """A feature of a line: value, contribution to the log-odds of removal (in thousandths), and description."""

    feature: str
    value: float
    adds: int
    why: str


class Account(Struct, frozen=True):
    """The judgement of the page model on the longest line of a block.

    `probability` is the probability that the line is story, and `least` the threshold of its page, in thousandths.
    `bias` and the contributions add up to `score`, the log-odds of removal in thousandths, with the signs of the audit.
    `overruled` is the reason why the line is kept or removed against the model, else "".
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
        yield f"page model: probability that this line is story: {likely:.3f}.  A line is kept at {least:.3f} or more."
        if self.overruled:
            yield f"  {self.overruled}"
        score, bias = _signed(self.score), _signed(self.bias)
        yield f"  log-odds of removal: {score}, which is the sum of {bias} for any line, and of these for its features:"
        for one in told:
            yield f"  {_signed(one.adds)} {one.feature} = {one.value:.4g}: {one.why}"
        if others:
            yield f"  {_signed(sum(one.adds for one in others))} {len(others)} other features"


def account_of(text: str, settings: PageSettings, block: int) -> Account | None:
    """Return the account of a block; None for a control, for text of JSON-LD, and for a page too long for the model.

    `text` is the HTML of a page, `block` the place in `Page.blocks`.
    """
    model = settings.model
    parted = part(text, model, settings.keep_rules)
    judged, at = parted.judged, block - len(parted.body)
    places = range(parted.groups[at].start, parted.groups[at].end) if 0 <= at < len(parted.groups) else ()
    lines = [place for place in places if place in judged.rows]
    if not lines or not judged.prediction or not model:
        return None
    line = max(lines, key=lambda place: len(parted.layout.lines[place].text))
    prediction, row = judged.prediction, judged.rows[line]
    likely = int(prediction.probabilities()[row])
    least = needed(prediction.probabilities(), prediction.page.columns, model)
    bias, parts = explained(prediction, model, row)
    return Account(
        probability=likely,
        least=least,
        score=-int(prediction.odds[row]),
        bias=-bias,
        features=tuple(
            Contribution(name, float(prediction.page.columns[name][row]), -adds, _WHY[name]) for name, adds in parts
        ),
        overruled=_overruled(parted, line) if (likely >= least) is not parted.kept[line] else "",
    )


def element_path(text: str, settings: PageSettings, block: int, line: int) -> str:
    """Return the element of a line in the notation of examples, below the nearest element with a class or an id.

    `line` counts from the first line of the block.  The result is "" for text that is in no element of the page.
    """
    parted = part(text, settings.model, settings.keep_rules)
    at, layout, boxes = block - len(parted.body), parted.layout, parted.layout.boxes
    if not 0 <= at < len(parted.groups):
        return ""
    group = parted.groups[at]
    own, *around = layout.path(layout.lines[min(group.start + line, group.end - 1)].box)
    named = (name for place in around if (name := _named(boxes[place])) and boxes[place].name not in ROOTS)
    return "/".join(filter(None, (next(named, ""), _named(boxes[own]) or boxes[own].name)))


def _named(box: Box) -> str:
    """Return an element with its first class, or its id, without a number; "" if it has none."""
    for attribute, mark in (("class", "."), ("id", "#")):
        for name in (box.attributes or {}).get(attribute, "").split():
            if _NAME.fullmatch(name):
                return f"{box.name}{mark}{name}"
    return ""


_NAME = re.compile(r"[A-Za-z_][A-Za-z_-]*")
_WHY = LINE_FEATURES | CONTEXT_FEATURES


def _signed(thousandths: int) -> str:
    return f"{thousandths / THOUSANDTHS:+.3f}"


def _overruled(parted: Parted, line: int) -> str:
    if line in parted.kept_by:
        return f"nevertheless kept by {parted.kept_by[line].name}"
    if parted.kept[line]:
        return "nevertheless kept, as a subhead of the story, or as ingredients, steps or answers"
    if line in parted.judged.headlines:
        return "the page's headline"
    return "nevertheless removed, as a dialog, caption, offer or discussion"
