"""Make the layout of a page while it is parsed: lxml reports tags and text, and no tree is built.

Only scripts and styles are left out; the story is not decided here.  Time and memory are linear in the length of the
page, even if it is deep or broken.  A page has some thousand tags and as many strings, so the work for each is small:
tables say what a tag is, and most strings are white space between blocks.
"""

import re
from collections.abc import Mapping

from lxml import etree
from msgspec import Struct

from etl.markup.clues import LISTENED, Listener, may_be_clue
from etl.markup.elements import (
    APART,
    BIT,
    BLOCKS,
    BOLD,
    CONTROLS,
    GROUPS,
    INVISIBLE,
    ITALIC,
    LINES,
    NAMING,
    OF_MATH,
    OUT_OF_FOREIGN,
    OUT_OF_SIGHT,
    PART_OF_NAME,
    PART_OF_ROLE,
    PHRASING,
    PICTURES,
    SILENT,
    UNTIL_FOUND,
    VERBATIM,
    WITHIN_SVG,
)
from etl.markup.layout import Box, Layout, Line
from etl.markup.limits import MAX_ELEMENTS, MAX_LINES, TooMany
from etl.markup.links import LinkedWords
from etl.markup.naming import CAPTIONS, SPOKEN, named_part
from etl.model import Link

# Attributes of one tag. libxml2 compares each with all earlier ones: 300,000 would take four minutes.
MAX_ATTRIBUTES = 1_000
# Characters.  A shorter tag cannot have too many attributes.
LONG_TAG = 20_000
# Characters.  In a longer page, all tags are measured; in a shorter one, only if LONG_TAG characters have no < or >.
LONG_PAGE = 400_000
# Characters of the attributes of a box that name it.
MAX_KEY = 400
# Nested parts within a line.  Deeper ones end the line.
MAX_APART = 20

# How text is set, as bits.
_LINK, _BOLD, _ITALIC, _VERBATIM, _MATH = 1, 2, 4, 8, 16
_STYLES = _LINK | _BOLD | _ITALIC
_STYLE_OF = {"a": _LINK, **dict.fromkeys(BOLD, _BOLD), **dict.fromkeys(ITALIC, _ITALIC), "math": _MATH}
_HIDDEN = BIT["hidden"]
_PART_BITS = {name: BIT[part] for name, part in PART_OF_NAME.items()}
_ROLE_BITS = {role: BIT[part] for role, part in PART_OF_ROLE.items()}

# The text of an <rp> before a reading, and the number of last characters in which it is searched.
OPENING, OPENING_CHARS = ("(", "（", "[", "［", "〔", "《", "〈", "【"), 20
# A button in a byline says "Follow".
_BUTTON, _HEADING, _CAPTION = BIT["button"], BIT["heading"], BIT["figcaption"]

# Attributes of a <template> that is shown: the second is how browsers named it at first.
SHADOW_ROOT = frozenset(("shadowrootmode", "shadowroot"))
_SET_AS_BLOCK = re.compile(r"display\s*:\s*block(?![\w-])")
# Some versions of libxml2 read the content of these elements as text, not as tags.
_NO_FRAMES = re.compile(r"<(/?)noframes(?![\w-])", re.IGNORECASE)
# A script that is closed by a slash, and then a tag: HTML ignores the slash, but libxml2 would take the script for
# text.
_CLOSED_TWICE = re.compile(
    r"<(?P<tag>(?P<name>script|style)(?=[\s/])[^<>]*)/>"
    r"(?=[^<]*+(?:<(?!/?(?:script|style)[\s/>])[^<]*+)*+</(?P=name)[\s/>])",
    re.IGNORECASE,
)
_SURROGATES = re.compile("[\ud800-\udfff]")
# A possible long tag; and what HTML takes for a tag: not "i<n" in a comment, or in an element without tags.
_MAYBE_TAG = re.compile(r"""<[A-Za-z](?:[^"'<>]++|"[^"]*+"|'[^']*+')*+>?""")
_TO_ITS_END = r"""(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?+)*+>?"""
_TAG = re.compile(
    r"<!--(?:-?>|[^-]*+(?:-(?!-!?>)[^-]*+)*+)|<(?:[!?]|/(?![a-z]))[^>]*+"
    rf"|(?P<opening><(?P<name>script|style|title|textarea|iframe|noembed|noframes|xmp|plaintext)(?=[\s/>]){_TO_ITS_END})"
    r"[^<]*+(?:<(?!/(?P=name)[\s/>])[^<]*+)*+"
    rf"|(?P<tag><[a-z]{_TO_ITS_END})",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""[^\s=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+))?""")
_BLANK_LINE = re.compile(r"\n\s*\n")
_LINE_END = re.compile(r"\r\n?")
# The white space that collapses.  A no-break space is text.
_SPACE = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")


def lay_out(text: str, *, with_scripts: bool = True, with_links: bool = False) -> Layout:
    """Parse a page and return its boxes, lines and clues.  Any text is HTML.  Raises TooMany.

    Without scripts, the text of <noscript> and <noframes> is part of the page, as in a browser with neither.  With
    links, each line has the places of its links.
    """
    walker = _Walker(with_scripts, with_links)
    parser = etree.HTMLParser(target=walker, encoding="utf-8", huge_tree=True)
    text = text.removeprefix("\ufeff").replace("\0", "")
    if not with_scripts:
        text = _NO_FRAMES.sub(r"<\1div", text)
    text = _CLOSED_TWICE.sub(r"<\g<tag>>", _without_excess(text))
    try:
        data = text.encode()
    except UnicodeEncodeError:  # lxml does not accept half a surrogate pair
        data = _SURROGATES.sub("\ufffd", text).encode()
    if not data.strip():
        return walker.close()
    layout: Layout = etree.fromstring(data, parser)
    return layout


def _without_excess(text: str) -> str:
    """Return a page in which tags have at most MAX_ATTRIBUTES attributes."""
    is_dense = len(text) < LONG_PAGE and any(_is_dense(text, sign) for sign in "<>")
    if is_dense or max(map(len, _MAYBE_TAG.findall(text)), default=0) <= LONG_TAG:
        return text
    return _TAG.sub(_with_fewer_attributes, text)


def _is_dense(text: str, sign: str) -> bool:
    """Return whether fewer than LONG_TAG characters stand between any two of a sign, and at both ends of the text."""
    at = -1
    while at + LONG_TAG < len(text):
        at = text.rfind(sign, at + 1, at + LONG_TAG + 1)
        if at < 0:
            return False
    return True


def _with_fewer_attributes(match: re.Match[str]) -> str:
    tag = match["opening"] or match["tag"] or ""
    if len(tag) > LONG_TAG:
        end = 0
        for count, attribute in enumerate(_ATTRIBUTE.finditer(tag)):
            if count > MAX_ATTRIBUTES:
                return f"{tag[:end]}>{match[0][len(tag) :]}"
            end = attribute.end()
    return match[0]


class _Walker:
    """Target of lxml's parser: sets text in lines, tag by tag and string by string, like a browser."""

    def __init__(self, with_scripts: bool, with_links: bool) -> None:
        self.controls = CONTROLS if with_scripts else {name: CONTROLS[name] for name in CONTROLS if name != "noscript"}
        self.boxes: list[Box] = [Box("html", 0, 0, 0)]
        self.ends: list[int] = [0]
        self.keys: dict[tuple[str, str], int] = {("html", ""): 0}
        self.own_parts: list[int] = [0]
        self.lines: list[Line] = []
        self.listener = Listener()
        self.listening = self.listener.listening
        # The open element: its box, its parts, how its text is set, and the element without text that contains it.
        self.box, self.parts, self.bits, self.silent = 0, 0, 0, ""
        # The same for all elements around the open element.
        self.around: list[tuple[int, int, int, str]] = []
        # The line that is being set: its text, its counts, the number of <br> before it.
        self.words: list[str] = []
        self.counts = [0, 0, 0, 0]
        self.breaks = 0
        self.links = LinkedWords() if with_links else None
        # Parts within a line that a browser sets apart, so that they come after the line.
        self.after: list[Line] = []
        self.lines_around: list[_OpenLine] = []

    # What lxml calls

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Open an element."""
        self.around.append((self.box, self.parts, self.bits, self.silent))
        if self.listening:
            self.listener.parted = self.listener.ended
        if self.silent and (self.silent == "svg" or self.silent in OF_MATH):
            if tag in OUT_OF_FOREIGN:
                self._leave_foreign()
            elif self.silent == "svg" and tag in WITHIN_SVG:
                self.silent = WITHIN_SVG[tag]
        if self.silent or (tag in SILENT and not self._is_shown(tag, attributes)):
            self.silent = tag if tag in SILENT else self.silent
        elif (
            tag in BLOCKS
            or ("-" in tag and self._is_block())
            or (tag == "span" and "style" in attributes and _SET_AS_BLOCK.search(attributes["style"]))
            or (self.counts[3] and tag == "em" and not self.words and self._is_caption(attributes))
        ):
            if self.words or self.after or self.breaks:
                self._end_line()
            is_hidden = not self.listener.hiding.isdisjoint(attributes) and self._is_hidden(tag, attributes)
            self._open_box(tag, attributes, is_hidden)
        elif tag == "br":
            self._break()
        else:
            if tag in _STYLE_OF and (tag != "a" or "name" not in attributes or "href" in attributes):
                self.bits |= _STYLE_OF[tag]
                if self.links and tag == "a":
                    self.links.open(attributes.get("href", ""), len(self.words))
            elif tag in PICTURES:
                self.counts[3] += 1
            is_hidden = not self.listener.hiding.isdisjoint(attributes) and self._is_hidden(tag, attributes)
            is_hidden = is_hidden or (tag == "span" and self._is_spoken(attributes))
            if is_hidden or (tag in APART and not (tag == "rt" and self._is_in_brackets())):
                if len(self.lines_around) < MAX_APART:
                    self._set_apart()
                else:
                    self._end_line()
                self._open_box(tag, attributes, is_hidden)
        if tag in LISTENED or (attributes and may_be_clue(attributes)):
            self.listener.start(tag, attributes, len(self.around), len(self.lines), self.words)

    def end(self, tag: str) -> None:
        """Close an element."""
        if not self.around:
            return
        if self.listening:
            self.listener.end(len(self.around))
        box, self.parts, bits, silent = self.around.pop()
        if self.links and tag == "a":
            self.links.close(len(self.words))
        if box != self.box:
            if self.words or self.after or self.breaks:
                self._end_line()
            self.ends[self.box] = len(self.boxes)
            if self.lines_around and self.lines_around[-1].before == self.box:
                self._set_back()
            self.box = box
        self.bits, self.silent = bits, silent

    def data(self, text: str) -> None:
        """Set text."""
        if self.listening and not self.parts & _BUTTON:
            self.listener.data(text)
        if self.silent or (not self.words and text.isspace()):
            return
        self.words.append(text)
        if bits := self.bits & _STYLES:
            length = len(text.strip())
            if bits & _LINK:
                self.counts[0] += length
            if bits & _BOLD:
                self.counts[1] += length
            if bits & _ITALIC:
                self.counts[2] += length

    def close(self) -> Layout:
        """End the page."""
        while self.around:
            self.end("")
        self._end_line()
        self.ends[0] = len(self.boxes)
        clues = tuple(self.listener.clues)
        return Layout(tuple(self.boxes), tuple(self.ends), tuple(self.keys), tuple(self.lines), clues)

    def _is_shown(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Return whether an element of a silent name is shown: a shadow root, a note on a formula outside of any."""
        return not SHADOW_ROOT.isdisjoint(attributes) or (tag in OF_MATH and not self.bits & _MATH)

    def _leave_foreign(self) -> None:
        """End an <svg> or a formula, because an element that cannot be in it follows: its text is shown."""
        left, self.silent = self.silent, ""
        for place in range(len(self.around) - 1, -1, -1):
            box, parts, bits, silent = self.around[place]
            if silent != left:
                return
            self.around[place] = box, parts, bits, ""

    # Boxes

    def _is_block(self) -> bool:
        """Return whether a custom element is a block: it is not within a paragraph, and not after text in a line."""
        return self.boxes[self.box].name not in LINES and not self.words

    def _is_caption(self, attributes: Mapping[str, str]) -> bool:
        """Return whether an element in a line, right behind a picture, is called a caption: text may follow it."""
        is_one = "class" in attributes and CAPTIONS.search(attributes["class"]) is not None
        return is_one and not self.parts & (_CAPTION | _HEADING)

    def _open_box(self, tag: str, attributes: Mapping[str, str], is_hidden: bool) -> None:
        names, parts = "", self.parts | _HIDDEN if is_hidden else self.parts
        if attributes:
            if len(attributes) == 1 and "class" in attributes:
                names = attributes["class"][:MAX_KEY]
            else:
                names = " ".join([attributes[name] for name in attributes if name in NAMING])[:MAX_KEY]
                parts |= _ROLE_BITS.get(attributes.get("role", ""), 0)
        if "-" in tag:
            names = f"{tag} {names}".rstrip()
        key = tag, names
        place = self.keys.get(key)
        if place is None:
            place = self.keys[key] = len(self.keys)
            part = named_part(names) if names and tag in GROUPS else ""
            self.own_parts.append(_PART_BITS.get(tag, 0) | BIT.get(part, 0))
        self.parts = parts = parts | self.own_parts[place]
        boxes = self.boxes
        if len(boxes) == MAX_ELEMENTS:
            raise TooMany(f"{MAX_ELEMENTS:,} elements")
        control = boxes[self.box].control or self.controls.get(tag, "")
        boxes.append(Box(tag, self.box, parts, place, control, attributes or None))
        self.box = len(self.ends)
        self.ends.append(0)
        if tag in VERBATIM:
            self.bits |= _VERBATIM

    def _is_hidden(self, tag: str, attributes: Mapping[str, str]) -> bool:
        """Return whether an element is not shown.

        In a line, an aria-hidden element counts as shown: an icon, a drop cap.
        """
        is_hidden = attributes.get("hidden", UNTIL_FOUND) != UNTIL_FOUND
        if is_hidden or (attributes.get("aria-hidden") == "true" and tag not in PHRASING):
            return True
        if "style" in attributes and (
            INVISIBLE.search(attributes["style"]) or OUT_OF_SIGHT.search(attributes["style"])
        ):
            return True
        return self.listener.hides(attributes)

    def _is_spoken(self, attributes: Mapping[str, str]) -> bool:
        """Return whether words in a line are only for screen readers.  The colon of a heading may be such text."""
        is_heading = self.parts & _HEADING
        return not is_heading and "class" in attributes and SPOKEN.search(attributes["class"]) is not None

    def _is_in_brackets(self) -> bool:
        """Return whether the line that is being set ends in a bracket: an <rp> before an <rt>."""
        return bool(self.words) and self.words[-1][-OPENING_CHARS:].rstrip().endswith(OPENING)

    # Lines

    def _break(self) -> None:
        if self.bits & _VERBATIM:
            if self.words:
                self.words.append("\n")
            return
        breaks = self.breaks
        had_text = self._end_line()
        self.breaks = 1 if had_text else breaks + 1

    def _end_line(self) -> bool:
        """End the line, and then the parts that were set apart.  Return whether it had text."""
        count = len(self.lines)
        if self.listening:
            self.listener.data("\n")
        if self.words:
            text = "".join(self.words)
            links = self.links.end_line(self.words) if self.links else ()
            self.words = []
            if self.bits & _VERBATIM:
                for part in _BLANK_LINE.split(_LINE_END.sub("\n", text)):
                    self._add(part.strip())
            else:
                text = text.strip()
                self._add(text if text.isprintable() and "  " not in text else _SPACE.sub(" ", text), links)
        if self.after:
            self.lines += self.after
            self.after = []
        self.breaks = 0
        return len(self.lines) > count

    def _add(self, text: str, links: tuple[Link, ...] = ()) -> None:
        if not text:
            return
        if len(self.lines) == MAX_LINES:
            raise TooMany(f"{MAX_LINES:,} lines")
        linked, bold, italic, pictures = self.counts
        continues = self.breaks == 1 and bool(self.lines) and self.lines[-1].box == self.box
        self.lines.append(Line(text, self.box, linked, bold, italic, pictures, continues, links))
        self.counts = [0, 0, 0, 0]
        self.breaks = 0

    def _set_apart(self) -> None:
        """Keep the line open, and begin a later line in the next box."""
        open_line = _OpenLine(len(self.boxes), self.words, self.counts, self.breaks, self.after, self.lines, self.links)
        self.lines_around.append(open_line)
        self.links = LinkedWords() if self.links else None
        self.words, self.counts, self.breaks = [], [0, 0, 0, 0], 0
        self.after, self.lines = [], []

    def _set_back(self) -> None:
        """Continue the line that was kept open."""
        inner, line = self.lines, self.lines_around.pop()
        self.words, self.counts, self.breaks = line.words, line.counts, line.breaks
        self.after, self.lines, self.links = line.after, line.lines, line.links
        if not self.words:
            self.lines += inner
        else:
            self.after += inner


class _OpenLine(Struct, frozen=True):
    """A line that is kept open before a box, and the lines above it."""

    before: int
    words: list[str]
    counts: list[int]
    breaks: int
    after: list[Line]
    lines: list[Line]
    links: LinkedWords | None
