"""Hard-wrapped text: learn the width that a document was wrapped at, and join the lines of its paragraphs.

A break was made by a wrapping program if the first word of the next line would not have fitted.  For some pairs of
lines, this is true by chance.  So a width counts only if it explains nearly all breaks within sentences of the
document.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from math import log
from unicodedata import east_asian_width

from msgspec import Struct

from etl.fold import ends_sentence
from etl.lazy_regex import lazy

# Columns.  Narrow newspaper columns have 25, terminals up to 160; below that a line is a list item or a verse.
WIDTHS = range(20, 161)
# Share of the breaks within sentences that a width must explain, and of lines that may be longer.
MIN_EXPLAINED, MAX_LONGER = 0.9, 0.2
# GNU fmt balances lines: they end up to a quarter below the width.  As a share of the width.
RAGGED = 0.25
# Shares of the width.  A shorter line within a sentence was broken by hand: with the first value if a capital follows,
# with the second in any case.
MIN_FULL, MIN_BROKEN = 0.8, 0.5
# A share of the width.  Three or more lines together are verse or a list if none except the last is longer.  Such
# groups must be fewer than the others.
MAX_VERSE = 0.7
# A share of the width.  Few lines are a bit longer, if the wrapping program counted in another way.
MAX_OVERLONG = 1.15
# Natural logarithms of odds: how much likelier a break is in wrapped prose than in lists and verse.  Prose goes on with
# a small letter and seldom breaks at a mark; verse breaks at marks, lists begin with capitals.
LOWERCASE, CAPITAL, PUNCTUATED, NOT_PUNCTUATED = 0.8, -0.4, -1.2, 0.5
# Evidence of three breaks in a row, which is enough without counter-evidence.
MIN_EVIDENCE = 4.5

_WIDE = lazy("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")
# Columns that a wide character needs.  A closing mark cannot begin a line, so the character before it moves with it.
_WIDE_WORD = 4
# Thai, Lao, Burmese and Khmer put no space between words, and seldom a mark behind a sentence.
_SPACELESS = lazy("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
# Columns of their longer words.  A program that knows words breaks lines between them; others break anywhere.
_SPACELESS_WORD = 8
_BULLET = lazy(r"[-–—*•·▪■●◦‣►▶>|#]\s|\(?\d{1,2}[.)]\s|[a-z]\)\s")
_RULE = lazy(r"[\W_]{3,}")
_PUNCTUATED = tuple('.,;:!?…"”’»)。，、；：！？')


class Line(Struct, frozen=True, gc=False):
    """A line that holds more than white space: its 1-based number, its characters, and how far it is indented."""

    number: int
    start: int
    end: int
    indent: int = 0


class Lines(Struct, frozen=True, gc=False):
    """Two lines with no blank line between them, not measured: the first line with its indent, and the word below it.

    `length` and `word` (the first word of the second line) are in columns.  `ends` is true if the first line ends as a
    sentence does; `is_punctuated` if it ends with a mark, None in writing that has few.  `is_lower` is true if the
    second begins with a small letter, `has_case` if it begins with a letter that has two cases.
    """

    first: str
    indent: int
    word: str
    ends: bool
    is_punctuated: bool | None
    is_lower: bool
    has_case: bool
    is_item: bool


class Pair(Struct, frozen=True, gc=False):
    """Two lines, measured.  `length` and `word` (the first of the second line) are in columns."""

    length: int
    word: int
    lines: Lines


class Wrap(Struct, frozen=True, gc=False):
    """The width that lines were wrapped at, and how far below it a program that balances lines may break."""

    width: int
    slack: int = 0

    def explains(self, pair: Pair) -> bool:
        """Return whether the next word would not have fitted behind the first line."""
        return pair.length - self.slack <= self.width < pair.length + 1 + pair.word + self.slack

    def joins(self, pair: Pair, has_marked_paragraphs: bool) -> bool:
        """Return whether the second line continues the first.

        If paragraphs are marked by blank lines or indents, a balanced line may also end with a sentence.
        """
        if pair.lines.is_item:
            return False
        if self.explains(pair):
            return has_marked_paragraphs or not (pair.lines.ends and self.slack)
        is_broken = self.width * MIN_BROKEN <= pair.length <= self.width * MAX_OVERLONG
        goes_on = (
            bool(self.slack) or not pair.lines.ends
            if has_marked_paragraphs
            else pair.lines.is_lower and not pair.lines.ends
        )
        return is_broken and goes_on

    def is_verse(self, of_part: Sequence[Pair]) -> bool:
        """Return whether lines that stand together were broken by hand, because a program would have filled them."""
        return len(of_part) > 1 and all(pair.length <= self.width * MAX_VERSE for pair in of_part)


def join_lines(text: str, runs: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Yield the paragraphs of runs of lines without blank lines; a line is a paragraph unless it was wrapped."""
    if all(len(run) == 1 for run in runs):
        yield from (run[0] for run in runs)
        return
    is_by_indent = _marks_paragraphs(text, runs)
    paragraphs = [part for run in runs for part in _parted(run, is_by_indent)]
    parts = [part for paragraph in paragraphs for part in _between_rules(text, paragraph)]
    wrap, pairs = _learn(text, parts)
    if not wrap:
        yield from (line for run in runs for line in run)
        return
    for part, of_part in zip(parts, pairs, strict=True):
        first, is_verse = part[0], wrap.is_verse(of_part)
        for (one, other), pair in zip(pairwise(part), of_part, strict=True):
            if is_verse or not wrap.joins(pair, len(paragraphs) > 1):
                yield Line(first.number, first.start, one.end)
                first = other
        yield Line(first.number, first.start, part[-1].end)


def _marks_paragraphs(text: str, runs: Sequence[Sequence[Line]]) -> bool:
    """Return whether lines that are indented more than the line above begin paragraphs: it then ends a sentence.

    Otherwise they are a list with hanging indents.
    """
    deeper = [one for run in runs for one, other in pairwise(run) if other.indent > one.indent]
    ending = sum(ends_sentence(text[line.start : line.end]) for line in deeper)
    return 2 * ending > len(deeper)


def _parted(run: Sequence[Line], is_by_indent: bool) -> Iterator[Sequence[Line]]:
    """Yield the parts of a run, which begin with indented lines."""
    begins = [at for at in range(1, len(run)) if is_by_indent and run[at].indent > run[at - 1].indent]
    for start, end in pairwise((0, *begins, len(run))):
        yield run[start:end]


def _between_rules(text: str, part: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Yield the lines between rules ("-----"), and the rules: no program wrapped a line above or below one."""
    rules = {at for at, line in enumerate(part) if _RULE.fullmatch(text, line.start, line.end)}
    begins = sorted((rules | {at + 1 for at in rules}) - {0, len(part)})
    for start, end in pairwise((0, *begins, len(part))):
        yield part[start:end]


def _learn(text: str, parts: Sequence[Sequence[Line]]) -> tuple[Wrap | None, list[list[Pair]]]:
    """Return the wrap of a document, None if its lines were not wrapped, and the pairs of lines of each part."""
    lengths = [line.end - line.start for part in parts for line in part]
    if sum(length > WIDTHS[-1] for length in lengths) > MAX_LONGER * len(lengths):
        return None, []
    of_narrow: tuple[Callable[[str], int], ...] = (len,) if text.isascii() else (len, _bytes)
    measures = (_columns, _bytes, len) if _WIDE.search(text) else of_narrow
    breaks = [[_lines(text, *two) for two in pairwise(part)] for part in parts]
    measured = [[[_pair(lines, measure) for lines in of_part] for of_part in breaks] for measure in measures]
    for find in (_strict, _ragged):
        found: list[tuple[int, Wrap, list[list[Pair]]]] = []
        for of_parts in measured:
            pairs = [pair for of_part in of_parts for pair in of_part if not pair.lines.is_item]
            wrap = find(pairs)
            longer = sum(length > wrap.width for length in lengths)
            if longer <= MAX_LONGER * len(lengths) and _is_proved(wrap, of_parts):
                found.append((sum(map(wrap.explains, pairs)), wrap, of_parts))
        if found:
            _, wrap, of_parts = max(found, key=lambda one: one[0])
            return wrap, of_parts
    return None, []


def _strict(pairs: Sequence[Pair]) -> Wrap:
    """Return the wrap of filled lines: the smallest width that explains the most breaks."""
    steps = sorted([(pair.length, 1) for pair in pairs] + [(pair.length + 1 + pair.word, -1) for pair in pairs])
    best = width = explained = 0
    for at, step in steps:
        explained += step
        if explained > best:
            best, width = explained, at
    return Wrap(width)


def _ragged(pairs: Sequence[Pair]) -> Wrap:
    """Return the wrap of balanced lines: the longest line that goes on in mid-sentence has its width."""
    width = max((pair.length for pair in pairs if pair.lines.is_lower and not pair.lines.ends), default=0)
    return Wrap(width, round(width * RAGGED))


def _is_proved(wrap: Wrap, of_parts: Sequence[Sequence[Pair]]) -> bool:
    """Return whether a wrap explains nearly all breaks within sentences, and these look like breaks in prose.

    A short line before a capital may be a label or a headline, and does not count.
    """
    if wrap.width not in WIDTHS:
        return False
    filled = [of_part for of_part in of_parts if of_part and not wrap.is_verse(of_part)]
    if 2 * len(filled) <= sum(map(bool, of_parts)):
        return False
    pairs = [pair for of_part in filled for pair in of_part if not pair.lines.is_item]
    full = wrap.width * MIN_FULL
    broken = [pair for pair in pairs if not pair.lines.ends and (pair.lines.is_lower or pair.length >= full)]
    explained = [pair for pair in broken if wrap.explains(pair)]
    evidence = sum(_evidence(wrap, pair) for pair in explained) - log(max(1, len(explained)))
    return len(explained) >= MIN_EXPLAINED * len(broken) and evidence >= MIN_EVIDENCE


def _evidence(wrap: Wrap, pair: Pair) -> float:
    by_chance = min(1.0, (pair.word + 1 + wrap.slack) / (wrap.width / 2))
    by_case = (LOWERCASE if pair.lines.is_lower else CAPITAL) if pair.lines.has_case else 0.0
    by_mark = 0.0 if pair.lines.is_punctuated is None else PUNCTUATED if pair.lines.is_punctuated else NOT_PUNCTUATED
    return by_case + by_mark - log(by_chance)


def _lines(text: str, one: Line, other: Line) -> Lines:
    said, following = text[one.start : one.end], text[other.start : other.end]
    word = (following.split(None, 1) or [following])[0]
    is_lower = word[0].islower()
    return Lines(
        first=said,
        indent=one.indent,
        word=word,
        ends=ends_sentence(said),
        is_punctuated=None if _SPACELESS.match(said[-1]) else said.endswith(_PUNCTUATED),
        is_lower=is_lower,
        has_case=word[0].lower() != word[0].upper(),
        is_item=bool(_BULLET.match(following)) or (not is_lower and said.startswith(f"{word} ")),
    )


def _pair(lines: Lines, measure: Callable[[str], int]) -> Pair:
    return Pair(lines.indent + measure(lines.first), _word(lines.word, measure), lines)


def _word(word: str, measure: Callable[[str], int]) -> int:
    """Return the number of columns for a word, or for the part of it that a program may break off."""
    if _SPACELESS.match(word):
        return min(measure(word), _SPACELESS_WORD * measure(word[0]))
    is_wide = bool(_WIDE.match(word)) and not "\uac00" <= word[0] <= "\ud7a3"
    return min(_WIDE_WORD, 2 * measure(word[0])) if is_wide else measure(word)


def _columns(line: str) -> int:
    """Return how many columns a line takes; Chinese, Japanese and Korean characters take two."""
    return (
        len(line) if line.isascii() or not _WIDE.search(line) else sum(1 + (east_asian_width(c) in "WF") for c in line)
    )


def _bytes(line: str) -> int:
    """Return the bytes of a line as UTF-8, which is what `fold` counts."""
    return len(line) if line.isascii() else len(line.encode("utf-8", "surrogatepass"))
