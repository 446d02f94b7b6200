"""Plain text -> blocks: a line is a block, unless it is one of several that were wrapped at a width."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from etl.markup.limits import MAX_LINES, TooMany
from etl.markup.wrapping import Line, join_lines
from etl.model import Block, Page
from etl.quoted_printable import is_quoted_printable

# Unicode's line and paragraph separators end a block, but editors do not count lines for them.
_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|\r|\n")
_OTHER_BREAKS = re.compile(r"[\u2028\u2029]")

# White space without U+0085, which is the ellipsis of Windows-1252, and not a line break in news.
_SPACE = "".join(
    map(chr, (9, 11, 12, *range(0x1C, 0x21), 0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000))
)

# A line break that a program wrote as `\n`.  In `C:\new` and behind another backslash, it is none.
_LITERAL = r"(?<!\\)(?:\\r)?\\n(?!(?<=[\w:]\\n)[a-z])"
_LITERAL_BREAKS = re.compile(rf"(?:{_LITERAL}\s*)+")
# The number of such breaks behind sentences that prove that they are line breaks, if the text has no other line breaks.
_ENDING_LITERAL = re.compile(rf"""[.!?…。！？।"”’»)]\s*{_LITERAL}""")
MIN_ENDING_LITERALS = 2


def read_plain(text: str) -> Page:
    r"""Cut plain text into blocks; the line breaks inside a wrapped paragraph stay in its block.

    >>> [block.text for block in read_plain("Read More\n\nBelarus rally\nBelarus: 100,000 join rally").blocks]
    ['Read More', 'Belarus rally', 'Belarus: 100,000 join rally']
    """
    return _page(text, list(_literal_lines(text) if _has_literal_breaks(text) else _joined_lines(text)))


def _joined_lines(text: str) -> Iterator[Line]:
    runs = list(_runs(text))
    return _mail_lines(text, runs) if is_quoted_printable([text]) else join_lines(text, runs)


def read_article(text: str) -> Page:
    r"""Return the text of an article in paragraphs, which blank lines separate; a listing of code is one paragraph.

    >>> [block.text for block in read_article("It goes:\n\n>>> 1 + 1\n2").blocks]
    ['It goes:', '>>> 1 + 1\n2']
    """
    lines = [Line(run[0].number, run[0].start, run[-1].end, run[0].indent) for run in _runs(text)]
    return _page(text, lines)


def _page(text: str, lines: Sequence[Line]) -> Page:
    blocks = tuple(
        Block(i, line.number, line.start, line.end, text[line.start : line.end]) for i, line in enumerate(lines)
    )
    return Page(text, blocks, _usual_gap(text, blocks))


def _usual_gap(text: str, blocks: Sequence[Block]) -> str:
    gaps = [text[one.char_end : next_.char_start] for one, next_ in pairwise(blocks)]
    if len(set(gaps)) < 2:
        return gaps[0] if gaps else "\n\n"
    return Counter(gaps).most_common(1)[0][0]


def _runs(text: str) -> Iterator[list[Line]]:
    """Yield runs of lines with no blank line between them."""
    run: list[Line] = []
    for count, line in enumerate(_lines(text)):
        if count == MAX_LINES:
            raise TooMany(f"{MAX_LINES:,} lines")
        if run and line.number > run[-1].number + 1:
            yield run
            run = []
        run.append(line)
    if run:
        yield run


def _lines(text: str) -> Iterator[Line]:
    """Yield lines that hold more than white space, without the white space at their ends."""
    if "\r" not in text and (text.isascii() or not _OTHER_BREAKS.search(text)):
        yield from _lines_of_unix(text)
        return
    number, counted = 1, 0
    for match in _LINE.finditer(text):
        content = match[0].strip(_SPACE)
        if content:
            number += _breaks(text, counted, match.start())
            counted = match.start()
            indent = match[0].index(content)
            start = match.start() + indent
            yield Line(number, start, start + len(content), indent)


def _lines_of_unix(text: str) -> Iterator[Line]:
    """Yield the same lines of a text that has no line breaks but `\\n`: in half the time."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if content := line.strip(_SPACE):
            indent = 0 if line.startswith(content) else line.index(content)
            yield Line(number, start + indent, start + indent + len(content), indent)
        start += len(line) + 1


def _breaks(text: str, start: int, end: int) -> int:
    """Count the line breaks between two places; `\\r\\n` is one, and so is a lone `\\r`, which old Mac files have."""
    if "\r" not in text[start:end]:
        return text.count("\n", start, end)
    return sum(1 for _ in _BREAK.finditer(text, start, end))


def _has_literal_breaks(text: str) -> bool:
    """Return whether a text has its line breaks as `\n`: they were escaped twice and unescaped once."""
    if "\\n" not in text or _BREAK.search(text.strip()):
        return False
    return sum(1 for _ in _ENDING_LITERAL.finditer(text)) >= MIN_ENDING_LITERALS


def _mail_lines(text: str, runs: Sequence[Sequence[Line]]) -> Iterator[Line]:
    """Yield lines with those joined that quoted-printable broke."""
    for run in runs:
        first = run[0]
        for one, other in pairwise(run):
            if text[one.end - 1] != "=":
                yield Line(first.number, first.start, one.end)
                first = other
        yield Line(first.number, first.start, run[-1].end)


def _literal_lines(text: str) -> Iterator[Line]:
    """Yield what stands between line breaks that are spelled out."""
    places = [match.span() for match in _LITERAL_BREAKS.finditer(text)]
    for (_, start), (end, _) in pairwise(((0, 0), *places, (len(text), len(text)))):
        content = text[start:end].strip()
        if content:
            at = text.index(content, start)
            yield Line(1, at, at + len(content))
