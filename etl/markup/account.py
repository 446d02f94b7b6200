"""Why a block of a page is taken for story, or not: the probability, and what each feature adds to it."""

from collections.abc import Iterator

from etl.markup.features.catalogue import CONTEXT_FEATURES, LINE_FEATURES
from etl.markup.html import part
from etl.markup.page_model import PageModel
from etl.markup.prediction import explained, needed
from etl.trees import THOUSANDTHS

# Features that are told by name; the others are told as one sum.
FEATURES_TOLD = 8


def account_of(text: str, model: PageModel, block: int) -> Iterator[str]:
    """Yield what the model says of the longest line of a block.  Its contributions and the bias add up to the score.

    `text` is the HTML of a page, `block` the place in `Page.blocks`.
    """
    parted = part(text, model)
    judged, at = parted.judged, block - len(parted.body)
    places = range(parted.groups[at].start, parted.groups[at].end) if 0 <= at < len(parted.groups) else ()
    lines = [place for place in places if place in judged.rows]
    if not lines or not judged.prediction:
        yield "page model: not asked; this is a control, a page too long for it, or what JSON-LD says"
        return
    line = max(lines, key=lambda place: len(parted.layout.lines[place].text))
    prediction, row = judged.prediction, judged.rows[line]
    likely = int(prediction.probabilities()[row])
    least = needed(prediction.probabilities(), prediction.page.columns, model)
    bias, parts = explained(prediction, model, row)
    score = bias + sum(value for _, value in parts)
    yield f"page model: story with a probability of {likely / 1000:.3f}; kept on this page from {least / 1000:.3f} on"
    if (likely >= least) is not judged.kept[line]:
        yield f"  {_overruled(judged.kept[line], line in judged.headlines)}"
    yield f"  log-odds {score / THOUSANDTHS:+.3f}: {bias / THOUSANDTHS:+.3f} on any page, and of this line"
    for name, value in parts[:FEATURES_TOLD]:
        asked = float(prediction.page.columns[name][row])
        yield f"  {value / THOUSANDTHS:+.3f} {name} = {asked:.4g}: {(LINE_FEATURES | CONTEXT_FEATURES)[name]}"
    if others := parts[FEATURES_TOLD:]:
        yield f"  {sum(value for _, value in others) / THOUSANDTHS:+.3f} {len(others)} other features"


def _overruled(is_kept: bool, is_headline: bool) -> str:
    if is_kept:
        return "kept all the same: a subhead between two lines of the story"
    return "the page's headline" if is_headline else "not kept all the same: a dialog, caption, offer or discussion"
