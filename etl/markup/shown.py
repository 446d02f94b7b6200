"""The headline that a page shows, and the lines beside it, for reading metadata."""

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from etl.markup.elements import ROOTS
from etl.markup.layout import Layout
from etl.markup.time_labels import tells_publication

# Characters of a line beside the headline in which a day or a byline is looked for; no sentence is one.  Those of Thai
# have no full stop, but "07:15 น." has one, and so has "2:14 p.m.".
MAX_BESIDE, SENTENCE_END = (
    100,
    re.compile(r"(?<!\d [ap]\.m)(?<!\d[ap]\.m)(?<=[^\s\d\u0e01-\u0e4e])[.!?。]$", re.IGNORECASE),
)
# Lines below the lead in which its date may stand, if they are no story.
LINES_BELOW = 4
# Lines above the last of a story that may have its byline.
LINES_LAST = 2
# Lines above the story that may have its headline, if the <h1> is the name of the site; or the headline is the second
# line.
LINES_OVER = 3
# Lines above and below the headline, and around the end of the story, that may have byline and date.
LINES_ABOVE, LINES_BYLINE, LINES_AT_END = 6, 12, 4


class Span(Struct, frozen=True, gc=False):
    """Where on a page its story stands: from the line of its headline, or its first, to its last."""

    start: int
    end: int

    def below(self) -> range:
        """Return the lines of the headline and right below it."""
        return range(self.start, min(self.start + LINES_BYLINE, self.end) + 1)

    def above(self) -> range:
        """Return the lines right above the headline."""
        return range(self.start - LINES_ABOVE, self.start)

    def at_end(self) -> range:
        """Return the lines around the end of the story."""
        return range(max(self.below().stop, self.end - LINES_AT_END + 1), self.end + LINES_AT_END)


class Shown(Struct, frozen=True, gc=False):
    """What a page shows: its <h1>, the most probable first, and its lines with the title or a part of it.

    `beside` are the short lines between headline and story, `story` the place of both.  `above` is another heading
    right above the story, `opening` its first paragraph; "" if there is none.  `ending` are the lines right at the end
    of the story, in its box.
    """

    headings: Sequence[str]
    titled: Sequence[str]
    beside: Sequence[str]
    story: Span
    above: str = ""
    opening: str = ""
    ending: Sequence[str] = ()


def shown_of(layout: Layout, kept: Sequence[bool], headlines: Collection[int], span: Span) -> Shown:
    """Return what the page shows of its headline, and beside it; `kept` says which lines are its story."""
    headings = [place for place, line in enumerate(layout.lines) if layout.boxes[line.box].name == "h1"]
    headings.sort(key=lambda place: place not in headlines)
    texts = [line.text for line in layout.lines]
    long = (place for place, is_kept in enumerate(kept) if is_kept and len(texts[place]) > MAX_BESIDE)
    above = range(span.start, next(long, span.end))
    below = range(above.stop, min(above.stop + LINES_BELOW, span.end))
    near = [*above, *(at for at in below if not kept[at] or tells_publication(texts[at]))]
    near += _above_headline(layout, span.start) if span.start in headlines else ()
    beside = [texts[at] for at in near if at not in headlines and not SENTENCE_END.search(texts[at])]
    first = next((place for place, is_kept in enumerate(kept) if is_kept), 0)
    is_prose = SENTENCE_END.search("".join(texts[first : first + 1])) is not None
    over = range(max(0, first - LINES_OVER), min(first + 2 - is_prose, len(texts)))
    subheads = (at for at in over if layout.boxes[layout.lines[at].box].name == "h2")
    return Shown(
        headings=[texts[place] for place in headings],
        titled=[texts[place] for place in sorted(headlines)],
        beside=[text for text in beside if len(text) <= MAX_BESIDE],
        story=span,
        above=next((texts[at] for at in subheads), ""),
        opening=next(
            (text for text, is_kept in zip(texts, kept, strict=True) if is_kept and len(text) > MAX_BESIDE), ""
        ),
        ending=[
            text
            for text in (texts[at] for at in _at_end(layout, span.end))
            if len(text) <= MAX_BESIDE and not SENTENCE_END.search(text)
        ],
    )


def _at_end(layout: Layout, last: int) -> Iterator[int]:
    """Yield the last lines of a story and those right below them, if they stand in a box around the last one."""
    for line in range(max(0, last - LINES_LAST), min(last + LINES_BELOW, len(layout.lines))):
        box = layout.boxes[layout.lines[line].box].parent
        if layout.boxes[box].name not in ROOTS and box <= layout.lines[last].box < layout.ends[box]:
            yield line


def _above_headline(layout: Layout, headline: int) -> Iterator[int]:
    """Yield the lines right above a headline that stand in the box around it, if that is not the whole page."""
    box = layout.boxes[layout.lines[headline].box].parent
    if layout.boxes[box].name in ("html", "body", "td"):
        return
    for line in range(headline - 1, max(headline - 1 - LINES_OVER, -1), -1):
        if not box <= layout.lines[line].box < layout.ends[box]:
            return
        yield line
