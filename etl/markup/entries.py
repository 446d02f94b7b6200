"""Entries: stories that stand beside one another on a page, as on the front of a blog, and the parts of a live blog.

The model judges line by line.  It takes the heading of a post in a <header> with a link for that of a teaser, and a
time on a line of its own for a date.  All entries together are better evidence: adjacent boxes of the same element that
begin with a heading or a time, and contain story.  Their headings and times are put back, and so are whole stories, and
the short entries of a live blog.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import accumulate

import numpy as np
from msgspec import Struct

from etl.markup.elements import BIT
from etl.markup.layout import Box, Layout, Line
from etl.markup.naming import TITLES
from etl.markup.time_labels import begins_joined

# Elements that are set as entries; custom ones may be, too.
ELEMENTS = frozenset(("article", "section", "div", "li", "tr"))
# Elements that mean nothing without a class.
UNSAID = frozenset(("section", "div"))
# Lines above the text of an entry that may have its heading and its time, the number of headings among them, and
# characters of a line with a time.
MAX_OPENING, MAX_HEADINGS, MAX_TIME = 6, 2, 40
# Lines of an entry.  Entries may be nested, and each reads its lines again.
MAX_LINES = 500
# The number of entries that must be kept (and more than half of all) before an entry without a whole story is put back.
MIN_KEPT = 3
# Paragraphs of a whole story (teasers have one), and bytes of each, because a Chinese character is as much text as
# three letters.
MIN_PARAGRAPHS, MIN_PARAGRAPH = 2, 60
# Characters of a heading; and of a text without spaces (as in Chinese) that is not a button.
MAX_HEADING, MIN_UNSPACED = 200, 8
# Share of linked characters in a line that is mostly a link; characters of a link to the whole story.
MOSTLY, MAX_MORE = 0.5, 40

_DIGIT = re.compile(r"\d")
_TIME = re.compile(
    r"(?<![\d:.])\d{1,2}\s?(?:[:.]\d{2}|h\d{2}|[時点时]\s?\d{1,2}|시\s?\d{1,2})(?![\d:]|\.\d)"
    r"|(?<![\w.])\d{1,3}(?:\+\d{1,2})?['’′](?!\w)"
    r"|(?<!\w)\d{1,3}\s?(?:min|mins|minutes?|m|h|hrs?|hours?|Min\.|Minuten|Stunden?|分前|分钟前|小时前|時間前|분|시간)(?![\w'’])"
)
# A year of a timeline, maybe with month and day.
_YEAR = re.compile(
    r"\W*(?:\d{1,2}\.? )?(?:(?:de )?[^\W\d_]{1,12}\.?,? )?(?:\d{1,2},? |de )?"
    r"(?:1\d{3}|20\d\d)(?: ?[年년s]|[-–—]\d{2,4})?\W*"
)
_CUT = re.compile(r"(?:…|\.\.\.|。。。)\W*$")
_MORE = re.compile(
    r"(?<!\w)(?:read|continue|more|weiter\w*|mehr|lire|suite|leer|más|leggi|continua|lees|meer|läs|mer|czytaj|więcej"
    r"|читать|далее|подробнее)(?!\w)|続き|もっと|全文|阅读|更多|더\s?보기",
    re.IGNORECASE,
)
# Names of boxes with the length of a recording.
_LENGTH = re.compile(r"duration|player|video|audio|length", re.IGNORECASE)
# Parts of a page that are not entries, unless all entries are in them.
_OTHERS = BIT["comments"] | BIT["dialog"] | BIT["nav"] | BIT["footer"] | BIT["form"] | BIT["aside"]


class _Entry(Struct, frozen=True, gc=False):
    """A box among its siblings: its lines of heading and time, the lines of its text, and the kept lines of these."""

    box: int
    heading: tuple[int, ...]
    time: tuple[int, ...]
    text: tuple[int, ...]
    is_kept: bool
    is_whole: bool
    is_teaser: bool


class Entries(Struct, frozen=True):
    """Lines to put back, with times; `times` also has the times that are kept anyway."""

    lines: frozenset[int]
    times: frozenset[int]


def entries(layout: Layout, story: Collection[int], is_sentence: Sequence[bool], is_live: bool = False) -> Entries:
    """Return the lines of entries to put back: headings and times of kept entries, and some lost entries.

    `is_sentence` says for each line of the layout whether it ends like a sentence.  `is_live` says whether the page
    calls itself a live blog: then entries with times are story even if none is kept.
    """
    until = list(accumulate((place in story and is_sentence[place] for place in range(len(is_sentence))), initial=0))
    times = _parting(layout, until)
    lines = set(times)
    if groups := _siblings(layout, range(len(layout.lines)) if is_live else story):
        reader = _Reader(layout, is_sentence, until)
        for boxes in groups:
            opened = [one for box in boxes if (one := reader.entry(box))]
            kept = [one for one in opened if one.is_kept and not one.is_teaser]
            like = [one for one in opened if one.text and not one.is_teaser] if is_live else kept
            timed = sum(bool(one.time) for one in like)
            is_timed = timed > 1 and 2 * timed >= len(like)
            shown = [*kept, *_lost(layout, opened, like, is_timed)]
            if len(shown) >= MIN_KEPT or (len(shown) > 1 and all(one.is_whole for one in shown)):
                if is_timed:
                    times.update(line for one in shown for line in one.time)
                lines.update(_headings(layout, shown))
                lines.update(line for one in shown[len(kept) :] for line in one.text)
    return Entries(frozenset(lines | times), frozenset(times))


def _headings(layout: Layout, shown: Sequence[_Entry]) -> Iterator[int]:
    """Yield the headings of entries in the same markup as another, and those of entries that are put back.

    A text that several entries have is not a heading, but a name of a user or a label for screen readers.
    """
    lines = [line for one in shown for line in one.heading]
    said = Counter(layout.lines[line].text for line in lines)
    alike = Counter(_set_as(layout, line) for line in lines)
    for one in shown:
        for line in one.heading:
            if said[layout.lines[line].text] == 1 and (alike[_set_as(layout, line)] > 1 or not one.is_kept):
                yield line


def _set_as(layout: Layout, line: int) -> tuple[str, str]:
    box = layout.lines[line].box
    return layout.boxes[box].name, first_name(layout, box)


def _parting(layout: Layout, until: Sequence[int]) -> set[int]:
    """Return the times and years that divide a story: at least three in equal boxes, each above sentences."""
    alike: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
    for place, line in enumerate(layout.lines):
        # A date above all sentences is that of the page, or of its first post.
        if _is_time(line) or (until[place] and len(line.text) <= MAX_TIME and _YEAR.fullmatch(line.text)):
            box = layout.boxes[line.box]
            around = (box.key, layout.boxes[box.parent].key)
            if not box.control and not any(_LENGTH.search(layout.keys[key][1]) for key in around):
                alike[box.name, shape_of(layout, line.box)].append(place)
    found: set[int] = set()
    for places in alike.values():
        ends = (*places[1:], len(layout.lines))
        if len(places) >= MIN_KEPT and all(until[end] > until[at] for at, end in zip(places, ends, strict=True)):
            found.update(places)
    return found


def _siblings(layout: Layout, story: Collection[int]) -> list[list[int]]:
    """Return adjacent boxes of the same element, at least two of which contain story; for <article>, one is enough."""
    holding: dict[tuple[int, str], set[int]] = defaultdict(set)
    seen: set[int] = set()
    for line in story:
        for place in layout.path(layout.lines[line].box):
            if place in seen:
                break
            seen.add(place)
            box = layout.boxes[place]
            if box.name in ELEMENTS or "-" in box.name:
                holding[box.parent, box.name].add(place)
    asked: dict[int, set[str]] = defaultdict(set)
    for (parent, name), boxes in holding.items():
        if len(boxes) > 1 or name == "article":
            asked[parent].add(name)
    return [group for parent in sorted(asked) for group in _children(layout, parent, asked[parent])]


def _children(layout: Layout, parent: int, names: Collection[str]) -> Iterator[list[int]]:
    """Yield the children of a box that are elements of each of these names; but <article>s, also of one class."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for child in layout.children(parent):
        if (name := layout.boxes[child].name) in names:
            found[name, "" if name == "article" else first_name(layout, child)].append(child)
    yield from found.values()


def _lost(layout: Layout, opened: Sequence[_Entry], like: Sequence[_Entry], is_timed: bool) -> Iterator[_Entry]:
    """Yield the entries that are story although no sentence of theirs is kept: they look like those that are, `like`.

    They are whole stories, or entries of a series with times, most of which are kept.
    """
    if not like:
        return
    shapes = {shape_of(layout, one.box) for one in like}
    parts = layout.boxes[layout.boxes[like[0].box].parent].parts
    is_series = is_timed and len(like) >= MIN_KEPT and 2 * len(like) > len(opened)
    for one in opened:
        box, shape = layout.boxes[one.box], shape_of(layout, one.box)
        is_other = box.parts & ~parts & _OTHERS or shape not in shapes or (not shape and box.name in UNSAID)
        is_story = one.is_whole or (is_series and one.text)
        if is_story and not (one.is_kept or one.is_teaser or is_other):
            yield one


def first_name(layout: Layout, box: int) -> str:
    """Return the first naming attribute of a box without a number; "" if there is none."""
    names = layout.keys[layout.boxes[box].key][1].split()
    return next((name for name in names if not _DIGIT.search(name)), names[0] if names else "")


def shape_of(layout: Layout, box: int) -> frozenset[str]:
    """Return the naming attributes of a box without those with numbers: "post post-17" is "post"."""
    names = layout.keys[layout.boxes[box].key][1].split()
    return frozenset(name for name in names if not _DIGIT.search(name))


class _Reader:
    """Reads boxes as entries."""

    def __init__(self, layout: Layout, is_sentence: Sequence[bool], until: Sequence[int]) -> None:
        self.layout, self.is_sentence, self.until = layout, is_sentence, until
        self.boxes = np.array([line.box for line in layout.lines])

    def entry(self, box: int) -> _Entry | None:
        """Return a box as an entry; None if it does not begin with a heading or a time above some text."""
        inside = np.flatnonzero((self.boxes >= box) & (self.boxes < self.layout.ends[box]))
        if not 0 < len(inside) <= MAX_LINES:
            return None
        first, last = int(inside[0]), int(inside[-1])
        heading: list[int] = []
        time: list[int] = []
        for place in range(first, min(first + MAX_OPENING, last + 1)):
            line = self.layout.lines[place]
            own = self.layout.boxes[line.box]
            if own.control:
                continue
            is_titled = own.parts & BIT["heading"] or TITLES.search(self.layout.keys[own.key][1])
            if is_titled and len(line.text) <= MAX_HEADING:
                heading.append(place)
            elif _is_time(line):
                time.append(place)
            elif self.is_sentence[place]:
                break
        is_one = (heading or time) and len(heading) <= MAX_HEADINGS
        return self._entry(heading, time, box, last) if is_one else None

    def _entry(self, heading: Sequence[int], time: Sequence[int], box: int, last: int) -> _Entry:
        lines, boxes = self.layout.lines, self.layout.boxes
        opening = max((*heading, *time))
        below = range(opening + 1, last + 1)
        text = tuple(place for place in below if self._is_text(lines[place], boxes[lines[place].box]))
        sentences = [place for place in text if self.is_sentence[place]]
        long = sum(len(lines[place].text.encode()) >= MIN_PARAGRAPH for place in sentences)
        is_linked = all(lines[place].linked > MOSTLY * len(lines[place].text) for place in heading)
        is_cut = bool(text and _CUT.search(lines[text[-1]].text)) or any(leads_on(lines[place]) for place in below)
        return _Entry(
            box,
            tuple(heading),
            tuple(time),
            text if time else tuple(sentences),
            is_kept=self.until[below.stop] > self.until[below.start],
            is_whole=bool(heading) and long >= MIN_PARAGRAPHS,
            is_teaser=is_cut or (bool(heading) and is_linked and not time and len(sentences) < MIN_PARAGRAPHS),
        )

    def _is_text(self, line: Line, box: Box) -> bool:
        """Return whether a line may be text of an entry: more than a word, and no button, heading, time or link."""
        is_part = box.control or box.parts & (BIT["button"] | BIT["heading"] | BIT["figcaption"] | BIT["form"])
        is_word = " " not in line.text and len(line.text) < MIN_UNSPACED
        return not (is_part or is_word) and line.linked <= MOSTLY * len(line.text) and not _is_time(line)


def _is_time(line: Line) -> bool:
    """Return whether a line is short and has a time of day, or one since then: "14:20", "12 min ago"."""
    text = line.text
    is_time = len(text) <= MAX_TIME and _DIGIT.search(text) is not None and _TIME.search(text) is not None
    return is_time and not begins_joined(text)


def leads_on(line: Line) -> bool:
    """Return whether a line is a link to the whole story."""
    return len(line.text) <= MAX_MORE and line.linked > MOSTLY * len(line.text) and bool(_MORE.search(line.text))
