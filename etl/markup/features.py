"""What the page model knows of a line: named columns over all lines of a page, from counts by one division each.

Counts are integers and every ratio is one division, so that columns are the same on any machine.  LINE_FEATURES are
those of the first pass; those of the second (`context`) say what the first pass thinks of a line's neighbourhood.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from etl.markup.elements import BIT, PARTS
from etl.markup.layout import Box, Layout, Line
from etl.markup.naming import key_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Columns = dict[str, Integers | Floats]

# Boxes whose name is a feature of the lines in them, and those of the box around.
NAMES = ("p", "div", "li", "td", "section", "blockquote", "h1", "h2", "h3", "h4", "article", "body")

TEXT_FEATURES = {
    "chars": "characters of the line; one of Chinese, Japanese, Korean or Thai counts as three",
    "words": "words; two such characters count as one",
    "ending": "1 ends as a sentence, 2 so within quotes or brackets, 3 ends in : ; or a comma, 0 otherwise",
    "capitals": "share of the words in its first 80 characters that begin with a capital",
    "upper": "share of capitals in its first 80 characters",
    "digits": "share of digits in its first 80 characters",
    "first": "first character: 1 capital, 2 digit, 3 small letter, 0 another sign",
    "sentences": "ends of sentences within it",
    "commas": "commas",
    "bars": "1 with a |, 2 with a ©, 3 with both",
    "quote": "1 begins with a quotation mark or a dash",
    "address": "1 with an @",
    "lexicon": "learned weights of its words, up to 25, in a line below 260 characters",
    "word-length": "characters a word",
}
SETTING_FEATURES = {
    "linked": "share of its characters inside links",
    "linked-chars": "characters inside links",
    "bold": "share of its characters in bold",
    "italic": "share in italics",
    "pictures": "pictures between the line before and this one, at most 3",
    "byline": "1 if the page marks it up as its author",
    "date": "1 if the page marks it up as a time",
}
PLACE_FEATURES = {
    **{f"in-{part}": f"1 inside a {part}" for part in PARTS},
    **{f"box-{name}": f"1 if its box is a <{name}>" for name in NAMES},
    "depth": "boxes around it",
    "key-box": "learned weights of the words in its box's attributes",
    "key-parent": "the same of the box around that",
    "key-near": "both",
    "key-far": "learned weights of the words in the attributes of all boxes further out",
    "key-far-least": "the least of these sums of a box",
    "key-far-most": "the greatest",
    "from-headline": "lines below the headline, from -60 to 200; -99 on a page without",
    "prose-from-headline": "share of the page's prose between the headline and it",
    "up-to-headline": "boxes up to the first that holds both it and the headline",
    "is-headline": "1 if it says the page's title or a part of it",
    "position": "its place on the page, 0 to 1",
    "prose-before": "share of the page's prose above it",
    "prose-after": "share of the page's prose below it",
}
# Parts that condemn a text, unless most of the page's prose stands in them.
MARKERS = ("aside", "header", "footer", "form", "dialog", "hidden", "comments", "figure", "li", "nav")
# Of these, the ones that whole stories stand in, and the share of the page's prose from which on they say nothing.
VOID, MOST_PROSE = ("aside", "header", "footer", "form", "hidden", "nav"), 0.75
LEVELS = ("box", "parent", "grand", "great")
BOX_FEATURES = {
    **{f"{level}-prose": f"share of the page's prose in its {level} box" for level in LEVELS},
    **{f"{level}-linked": f"share of linked characters in its {level} box" for level in LEVELS},
    **{f"{level}-density": f"share of prose in its {level} box" for level in LEVELS},
    **{f"{level}-lines": f"lines in its {level} box" for level in LEVELS},
    "box-children-p": "<p> right inside its box",
    "parent-children": "boxes right inside the parent box",
    "parent-children-p": "<p> among these",
    "parent-direct": "share of the page's prose in boxes right inside the parent box",
    "grand-direct": "the same for the grand box",
    "kin": "lines whose box and parent box have the same attributes",
    "kin-prose": "share of the page's prose in these",
    "kin-density": "share of prose in these",
    "kin-length": "their mean characters",
    "kin-linked": "share of linked characters in these",
    "repeated-box": "boxes with the same attributes beside its box",
    "repeated": "the most such boxes beside any of the five boxes around it: cards",
    **{f"page-{part}": f"share of the page's prose inside any {part}" for part in MARKERS},
    "in-container": "1 inside the box with the most prose less the cost of other text",
    "container-prose": "share of the page's prose in that box",
    "up-to-container": "boxes up to the first that holds both; -1 inside",
}
NEIGHBOUR_FEATURES = {
    **{f"prose{step:+d}": f"characters of the line {step:+d} if it is prose" for step in (-2, -1, 1, 2)},
    **{f"linked{step:+d}": f"share of links in the line {step:+d}; -1 off the page" for step in (-2, -1, 1, 2)},
    "chars-1": "characters of the line above",
    "chars+1": "characters of the line below",
    "density-around": "share of prose in the nine lines around",
    "copies-before": "lines above with the same text",
    "copies": "other lines with the same text",
    "copies-near": "the most copies of a short line within three lines: the button of each comment",
    "heading-lexicon": "learned weights of the words of the last heading above",
    "heading-key": "learned weights of the words in the attributes of that heading's box and its parent",
    "since-heading": "lines since that heading, 200 if there is none",
    "dates-before": "lines marked up as a time above it and below the headline, at most 50",
    "dates-near": "such lines among the six around",
    "bylines-before": "lines marked up as an author above it and below the headline, at most 50",
}
PAGE_FEATURES = {
    "article-body": "share of its runs of four words in the page's articleBody; -1 if there is none",
    "article-body-length": "characters of the articleBody for one of the page's prose",
    "description": "1 if its beginning stands in the page's description or that in it, 2 if both; -1 if there is none",
    "page-prose": "characters of prose on the page",
    "page-lines": "lines of the page",
}
LINE_FEATURES = {
    **TEXT_FEATURES,
    **SETTING_FEATURES,
    **PLACE_FEATURES,
    **BOX_FEATURES,
    **NEIGHBOUR_FEATURES,
    **PAGE_FEATURES,
}

# Characters.  A line of few links is prose when it ends as a sentence from so many on, in some sign from so many on, or
# is longer still.
PROSE_ENDED, PROSE_SIGNED, PROSE_ANY = 30, 80, 140
# Linked characters in a hundred; more are teasers.
PROSE_LINKED = 35
# What a line that is no prose costs its boxes: half its characters, and so many for being there.
COST_OF_LINE = 15
# Boxes around a line that are looked at.
MAX_LEVELS = 60
# Words of a line that the lexicon looks at, and the longest such line in characters.
LEXICON_WORDS, LEXICON_CHARS = 25, 260
# Characters of the longest heading, and the share of bold that makes a line one.
HEADING_CHARS, HEADING_BOLD = 80, 0.8
# Characters.  Only shorter lines are buttons.
REPEATED_CHARS = 40
# Characters.  A shorter articleBody is a teaser.
MIN_BODY = 300

_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_UPPER = re.compile(r"[A-ZÀ-ÖØ-ÞΑ-ΩА-ЯЁІЇЄҐЎ]")
_WIDE = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_FINAL, _CLOSERS, _QUOTES, _SIGNS = ".!?…。！？।։؟۔", "\"'”’»)]」』", "”’»」", ":;,："
_OPENERS = "\"'“«‘„「–—-"
# Boxes that stand many in a row in any story.
_NO_CARD = frozenset(("p", "h2", "h3", "h4", "html", "body", "li"))


class Said(Struct, frozen=True, gc=False):
    """What the page says of its story, and the places of the lines marked up as bylines and dates."""

    title: str = ""
    description: str = ""
    body: str = ""
    is_paywalled: bool = False
    bylines: frozenset[int] = frozenset()
    dates: frozenset[int] = frozenset()


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """Learned weights of words, in thousandths of log-odds.

    `near` and `far` are those of attributes, on the two innermost boxes and further out; `words` those of text.
    """

    near: dict[str, int]
    far: dict[str, int]
    words: dict[str, int]


class Page(Struct, frozen=True, eq=False):
    """The lines of a layout as the model looks at them, and sums over its boxes.  Made by `page_of`."""

    layout: Layout
    lines: tuple[Line, ...]
    tree: "BoxTree"
    kin: "Integers"
    chars: "Integers"
    columns: "Columns"


class BoxTree:
    """Boxes in document order; those inside a box are a range, so that sums over them are differences."""

    def __init__(self, layout: Layout, lines: Sequence[Line]) -> None:
        import numpy as np

        self.box = np.array([line.box for line in lines], dtype=np.int64)
        self.parent = np.array([box.parent for box in layout.boxes], dtype=np.int64)
        self.end = np.array(layout.ends, dtype=np.int64)
        self.count = len(self.parent)
        levels = [self.box]
        while levels[-1].any() and len(levels) < MAX_LEVELS:
            levels.append(self.parent[levels[-1]])
        self.levels = np.array(levels)

    def level(self, up: int) -> "Integers":
        """Return for each line the box so many levels up, at most the root."""
        level: Integers = self.levels[min(up, len(self.levels) - 1)]
        return level

    def sums(self, values: "Integers") -> "Integers":
        """Return for each box the sum of the values of the lines in it."""
        import numpy as np

        own = np.bincount(self.box, weights=values, minlength=self.count).astype(np.int64)
        below = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(own)))
        total: Integers = below[self.end] - below[: self.count]
        return total

    def inside(self, box: int) -> "NDArray[np.bool_]":
        """Return which lines stand in a box."""
        within: NDArray[np.bool_] = (self.box >= box) & (self.box < self.end[box])
        return within

    def up_to(self, box: int) -> "Integers":
        """Return for each line the levels up to the first box that holds `box` too."""
        import numpy as np

        around = np.zeros(self.count, dtype=bool)
        around[0] = True
        while box:
            around[box] = True
            box = int(self.parent[box])
        levels: Integers = np.argmax(around[self.levels], axis=0).astype(np.int64)
        return levels


def page_of(layout: Layout, said: Said, weights: Weights) -> Page:
    """Return the lines of a layout with their columns, all of LINE_FEATURES.  There is at least one line."""
    import numpy as np

    kept = [place for place, line in enumerate(layout.lines) if not layout.boxes[line.box].control]
    lines = tuple(layout.lines[place] for place in kept)
    tree = BoxTree(layout, lines)
    columns = _text(lines, weights.words) | _setting(lines, kept, said)
    chars = columns["chars"].astype(np.int64)
    linked = np.array([min(line.linked, len(line.text)) for line in lines]) * chars // np.maximum(1, columns["length"])
    ended = (columns["ending"] == 1) | (columns["ending"] == 2)
    is_prose = (100 * linked < PROSE_LINKED * chars) & (
        (ended & (chars >= PROSE_ENDED)) | ((columns["ending"] > 0) & (chars >= PROSE_SIGNED)) | (chars >= PROSE_ANY)
    )
    measured = _Measured(chars, linked, np.where(is_prose, chars, 0))
    keys = np.array([box.key for box in layout.boxes], dtype=np.int64)
    kin = np.unique(keys[tree.level(0)] * len(layout.keys) + keys[tree.level(1)], return_inverse=True)[1]
    columns |= _keys(layout.keys, keys, tree, weights)
    columns |= _parts(layout.boxes, tree, measured)
    columns |= _boxes(layout.boxes, keys, tree, measured)
    columns |= _kin(kin, measured)
    columns |= _container(tree, measured)
    columns |= _headline(layout, lines, tree, measured, said)
    columns |= _neighbours(lines, measured)
    columns |= _page(lines, measured, said)
    columns |= _sections(columns, measured)
    return Page(layout, lines, tree, kin, chars, columns)


class _Measured(Struct, frozen=True, eq=False):
    """Characters of each line, those inside links, and those of prose."""

    chars: "Integers"
    linked: "Integers"
    prose: "Integers"


def _text(lines: Sequence[Line], words: Mapping[str, int]) -> "Columns":
    import numpy as np

    rows = [_of_text(line.text, words) for line in lines]
    names = ("length", *(name for name in TEXT_FEATURES if name not in ("lexicon", "word-length")))
    counts = np.array([row[0] for row in rows], dtype=np.int64).T
    columns: Columns = dict(zip(names, counts, strict=True))
    columns["capitals"] = counts[4] / np.array([row[2] for row in rows])
    columns["upper"] = counts[5] / np.minimum(80, counts[0])
    columns["digits"] = counts[6] / np.minimum(80, counts[0])
    columns["lexicon"] = np.array([row[1] for row in rows])
    columns["word-length"] = counts[0] / counts[2]
    return columns


def _of_text(text: str, words: Mapping[str, int]) -> tuple[tuple[int, ...], float, int]:
    """Return the counts of a line, its weight by the lexicon, and the words in its first 80 characters."""
    length = chars = len(text)
    count = text.count(" ") + 1
    if not text.isascii() and (wide := len(_WIDE.findall(text))):
        chars += 2 * wide
        count += wide // 2
    head = text[:80]
    starts = head.split()
    first = text[0]
    lexicon = 0.0
    if length < LEXICON_CHARS and (said := _WORD.findall(text.lower())[:LEXICON_WORDS]):
        lexicon = sum([words[word] for word in said if word in words]) / len(said) ** 0.5
    inner = text.count(". ") + text.count("? ") + text.count("! ") + text.count("。")
    counts = (
        *(length, chars, count, ending(text), sum([word[0].isupper() for word in starts]), len(_UPPER.findall(head))),
        len(_DIGIT.findall(head)),
        1 if first.isupper() else 2 if first.isdigit() else 3 if first.isalpha() else 0,
        *(inner, text.count(",") + text.count("，") + text.count("、"), ("|" in text) + 2 * ("©" in text)),
        *(first in _OPENERS, "@" in text),
    )
    return counts, lexicon, max(1, len(starts))


def ending(text: str) -> int:
    """Return how a line ends: 1 as a sentence, 2 so within quotes or brackets, 3 in a colon or comma, 0 otherwise."""
    last = text[-1]
    if last in _FINAL:
        return 1
    if last in _CLOSERS and (last in _QUOTES or any(sign in _FINAL for sign in text[-4:])):
        return 2
    return 3 if last in _SIGNS else 0


def _setting(lines: Sequence[Line], places: Sequence[int], said: Said) -> "Columns":
    import numpy as np

    length = np.array([len(line.text) for line in lines])
    return {
        "linked": np.minimum(1, np.array([line.linked for line in lines]) / length),
        "linked-chars": np.array([line.linked for line in lines]),
        "bold": np.minimum(1, np.array([line.bold for line in lines]) / length),
        "italic": np.minimum(1, np.array([line.italic for line in lines]) / length),
        "pictures": np.array([min(3, line.pictures) for line in lines]),
        "byline": np.array([place in said.bylines for place in places], dtype=np.int64),
        "date": np.array([place in said.dates for place in places], dtype=np.int64),
    }


def _keys(keys: Sequence[tuple[str, str]], of_box: "Integers", tree: BoxTree, weights: Weights) -> "Columns":
    import numpy as np

    words = [key_words(key) for key in keys]
    near = np.array([sum([weights.near[word] for word in of if word in weights.near]) for of in words])[of_box]
    far = np.array([sum([weights.far[word] for word in of if word in weights.far]) for of in words])[of_box]
    around = far[tree.levels]
    box, parent = near[tree.level(0)], near[tree.level(1)]
    return {
        "key-box": box,
        "key-parent": parent,
        "key-near": box + parent,
        "key-far": around[2:].sum(axis=0),
        "key-far-least": around.min(axis=0),
        "key-far-most": around.max(axis=0),
    }


def _parts(boxes: Sequence[Box], tree: BoxTree, measured: "_Measured") -> "Columns":
    import numpy as np

    parts = np.array([box.parts for box in boxes], dtype=np.int64)[tree.box]
    names = np.array([NAMES.index(box.name) if box.name in NAMES else -1 for box in boxes])[tree.box]
    total = max(1, int(measured.prose.sum()))
    for part in VOID:  # what holds most of the page's prose says nothing by calling itself an aside
        if measured.prose[parts & BIT[part] > 0].sum() > MOST_PROSE * total:
            parts = parts & ~BIT[part]
    columns: Columns = {f"in-{part}": (parts & BIT[part] > 0).astype(np.int64) for part in PARTS}
    columns |= {f"box-{name}": (names == place).astype(np.int64) for place, name in enumerate(NAMES)}
    for part in MARKERS:
        inside = int(measured.prose[parts & BIT[part] > 0].sum())
        columns[f"page-{part}"] = np.full(len(parts), inside / total)
    columns["depth"] = (tree.levels > 0).sum(axis=0)
    return columns


def _boxes(boxes: Sequence[Box], keys: "Integers", tree: BoxTree, measured: _Measured) -> "Columns":
    import numpy as np

    columns: Columns = {}
    chars, prose, linked = tree.sums(measured.chars), tree.sums(measured.prose), tree.sums(measured.linked)
    lines = tree.sums(np.ones_like(measured.chars))
    page_prose = max(1, int(measured.prose.sum()))
    for up, level in enumerate(LEVELS):
        at = tree.level(up)
        total = np.maximum(1, chars[at])
        columns[f"{level}-prose"] = prose[at] / page_prose
        columns[f"{level}-linked"] = linked[at] / total
        columns[f"{level}-density"] = prose[at] / total
        columns[f"{level}-lines"] = lines[at]
    is_p = np.array([box.name == "p" for box in boxes])
    children = np.bincount(tree.parent, minlength=tree.count)
    children_p = np.bincount(tree.parent[is_p], minlength=tree.count)
    columns["box-children-p"] = children_p[tree.level(0)]
    columns["parent-children"], columns["parent-children-p"] = children[tree.level(1)], children_p[tree.level(1)]
    for up, level in ((1, "parent"), (2, "grand")):
        at = tree.level(up)
        columns[f"{level}-direct"] = _sums(at, measured.prose, tree.count)[at] / page_prose
    same = np.unique(keys * (tree.count + 1) + tree.parent, return_inverse=True, return_counts=True)
    repeated = np.where([box.name in _NO_CARD for box in boxes], 0, same[2][same[1]])
    columns["repeated-box"] = repeated[tree.box]
    columns["repeated"] = np.max([repeated[tree.level(up)] for up in range(5)], axis=0)
    return columns


def _kin(kin: "Integers", measured: _Measured) -> "Columns":
    import numpy as np

    count = int(kin.max()) + 1
    lines = np.bincount(kin, minlength=count)[kin]
    prose, chars, linked = (
        _sums(kin, values, count)[kin] for values in (measured.prose, measured.chars, measured.linked)
    )
    return {
        "kin": lines,
        "kin-prose": prose / max(1, int(measured.prose.sum())),
        "kin-density": prose / chars,
        "kin-length": chars / lines,
        "kin-linked": linked / chars,
    }


def _container(tree: BoxTree, measured: _Measured) -> "Columns":
    """Prose earns its length, all other text costs: Pasternack and Roth 2009, on a tree."""
    import numpy as np

    earned = np.where(measured.prose > 0, 2 * measured.prose, -measured.chars - 2 * COST_OF_LINE)
    best = int(np.argmax(tree.sums(earned)))
    inside = tree.inside(best)
    prose = int(tree.sums(measured.prose)[best]) / max(1, int(measured.prose.sum()))
    return {
        "in-container": inside.astype(np.int64),
        "container-prose": np.full(len(inside), prose),
        "up-to-container": np.where(inside, -1, tree.up_to(best)),
    }


def _headline(layout: Layout, lines: Sequence[Line], tree: BoxTree, measured: _Measured, said: Said) -> "Columns":
    import numpy as np

    count = len(lines)
    total = max(1, int(measured.prose.sum()))
    until = np.cumsum(measured.prose)
    title = letters(said.title)[:200]
    same = np.array([_says_title(line, title) for line in lines])
    names = [layout.boxes[line.box].name for line in lines]
    h1 = np.array([name == "h1" for name in names])
    heading = np.array([name in ("h1", "h2", "h3", "h4") for name in names])
    at = next((int(np.argmax(of)) for of in (h1 & same, heading & same, h1, same) if of.any()), -1)
    places = np.arange(count)
    above = int(until[at]) if at >= 0 else 0
    return {
        "is-headline": same.astype(np.int64),
        "from-headline": np.clip(places - at, -60, 200) if at >= 0 else np.full(count, -99),
        "prose-from-headline": (until - measured.prose - above) / total,
        "up-to-headline": tree.up_to(int(tree.box[at])) if at >= 0 else np.full(count, -1),
        "position": places / count,
        "prose-before": (until - measured.prose) / total,
        "prose-after": (total - until) / total,
    }


def letters(text: str) -> str:
    """Return the letters and digits of a text, in lower case."""
    return "".join(_WORD.findall(text.lower()))


def _says_title(line: Line, title: str) -> bool:
    """Return whether a line says the page's title, or most of it; more in a line is a teaser with its kicker."""
    if not title or not 8 < len(line.text) < 250:
        return False
    said = letters(line.text[:200])
    return len(said) > 5 and (title.startswith(said) or said in title or title in said)


def _neighbours(lines: Sequence[Line], measured: _Measured) -> "Columns":
    import numpy as np

    share = measured.linked / measured.chars
    columns: Columns = {}
    for step in (-2, -1, 1, 2):
        columns[f"prose{step:+d}"] = shifted(measured.prose, step, 0)
        columns[f"linked{step:+d}"] = shifted(share, step, -1)
    columns["chars-1"], columns["chars+1"] = shifted(measured.chars, -1, 0), shifted(measured.chars, 1, 0)
    columns["density-around"] = around(measured.prose, 4) / around(measured.chars, 4)
    seen: dict[str, int] = {}
    before = []
    for line in lines:
        before.append(seen.get(line.text, 0))
        seen[line.text] = before[-1] + 1
    columns["copies-before"] = np.array(before)
    columns["copies"] = np.array([seen[line.text] - 1 for line in lines])
    return columns


def _sections(columns: "Columns", measured: _Measured) -> "Columns":
    """What heads the part of the page that a line stands in, and how many bylines and times it holds."""
    import numpy as np

    places = np.arange(len(measured.chars))
    is_heading = ((columns["in-heading"] > 0) | ((columns["ending"] == 0) & (columns["bold"] > HEADING_BOLD))) & (
        measured.chars < HEADING_CHARS
    )
    last = np.maximum.accumulate(np.where(is_heading, places, -1))
    has_heading = last >= 0
    below = columns["from-headline"] > 0
    dates, bylines = columns["date"] * below, columns["byline"] * below
    short = np.where(measured.chars < REPEATED_CHARS, np.minimum(columns["copies"], 20), 0)
    near = [shifted(short, step, 0) for step in range(-3, 4)]
    return {
        "copies-near": np.max(near, axis=0),
        "heading-lexicon": np.where(has_heading, columns["lexicon"][last], 0),
        "heading-key": np.where(has_heading, columns["key-near"][last], 0),
        "since-heading": np.where(has_heading, np.minimum(places - last, 200), 200),
        "dates-before": np.minimum(50, np.cumsum(dates) - dates),
        "dates-near": around(columns["date"].astype(np.int64), 3),
        "bylines-before": np.minimum(50, np.cumsum(bylines) - bylines),
    }


def _page(lines: Sequence[Line], measured: _Measured, said: Said) -> "Columns":
    import numpy as np

    count, total = len(lines), max(1, int(measured.prose.sum()))
    has_body = len(said.body) > MIN_BODY
    return {
        "article-body": np.array(shares_in(lines, said.body)) if has_body else np.full(count, -1),
        "article-body-length": np.full(count, len(said.body) / total),
        "description": _description(lines, said.description),
        "page-prose": np.full(count, total),
        "page-lines": np.full(count, count),
    }


def _description(lines: Sequence[Line], description: str) -> "Integers":
    import numpy as np

    wanted = letters(description)
    if len(wanted) <= 30:
        return np.full(len(lines), -1)
    starts = [letters(line.text[:150]) if len(line.text) > 24 else "" for line in lines]
    return np.array(
        [bool(start) and (start[:40] in wanted) + (wanted[:60] in start) for start in starts], dtype=np.int64
    )


def shares_in(lines: Sequence[Line], body: str) -> list[float]:
    """Return the share of each line's runs of four words that stand in a text; of shorter lines whether they do."""
    words = [word.lower() for word in _WORD.findall(body)]
    runs, flat = set(zip(words, words[1:], words[2:], words[3:], strict=False)), "".join(words)
    shares = []
    for line in lines:
        said = [word.lower() for word in _WORD.findall(line.text[:400])]
        own = list(zip(said, said[1:], said[2:], said[3:], strict=False))
        short = 0.9 if len(said) == 3 and "".join(said) in flat else 0.0
        shares.append(sum([run in runs for run in own]) / len(own) if own else short)
    return shares


def shifted(values: "Integers | Floats", step: int, off_page: int) -> "Integers | Floats":
    """Return for each line the value of the line so many further down."""
    import numpy as np

    found = np.full_like(values, off_page)
    if 0 < abs(step) < len(values):
        found[max(0, -step) : len(values) - max(0, step)] = values[max(0, step) : len(values) + min(0, step)]
    return found


def around(values: "Integers", reach: int) -> "Integers":
    """Return for each line the sum over the lines at most `reach` away."""
    import numpy as np

    until = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values)))
    places = np.arange(len(values))
    return until[np.minimum(len(values), places + reach + 1)] - until[np.maximum(0, places - reach)]


def _sums(groups: "Integers", values: "Integers", count: int) -> "Integers":
    """Return the sum of the values of each group.  Exact: bincount adds in float64, and these are below 2 ** 53."""
    import numpy as np

    return np.bincount(groups, weights=values, minlength=count).astype(np.int64)
