"""Plain text -> blocks: a line is a block, unless it is one of several that were wrapped at a width."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from etl.model import Block, Page

# Characters.  Mail and wire text wraps at 60 to 80, terminals at up to 120; narrower than 40 is a list or verse.
WRAP_WIDTHS = range(40, 121)
# Two lines always look wrapped at the length of the first; a third has to agree, here or elsewhere in the document.
MIN_WRAPPED_LINES = 3

# Unicode's own line and paragraph separators end a block, but no editor counts a line for them.
_LINE = re.compile(r"[^\r\n\u2028\u2029]+")
_BREAK = re.compile(r"\r\n|\r|\n")

Span = tuple[int, int, int]
"""1-based line, first character, character after the last."""


def read_plain(text: str) -> Page:
    r"""Cut plain text into blocks; the line breaks inside a wrapped paragraph stay in its block.

    >>> [block.text for block in read_plain("Read More\n\nBelarus rally\nBelarus: 100,000 join rally").blocks]
    ['Read More', 'Belarus rally', 'Belarus: 100,000 join rally']
    """
    spans = list(_unwrap(text, _paragraphs(text)))
    blocks = tuple(Block(i, line, start, end, text[start:end]) for i, (line, start, end) in enumerate(spans))
    return Page(text, blocks, _usual_gap(text, blocks))


def _usual_gap(text: str, blocks: Sequence[Block]) -> str:
    gaps = Counter(text[one.char_end : next_.char_start] for one, next_ in pairwise(blocks))
    return gaps.most_common(1)[0][0] if gaps else "\n\n"


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Runs of lines with no blank line between them."""
    run: list[Span] = []
    for line, start, end in _lines(text):
        if run and line > run[-1][0] + 1:
            yield run
            run = []
        run.append((line, start, end))
    if run:
        yield run


def _lines(text: str) -> Iterator[Span]:
    """Lines that hold more than white space, without the white space at their ends."""
    line, counted = 1, 0
    for match in _LINE.finditer(text):
        content = match[0].strip()
        if content:
            line += _breaks(text, counted, match.start())
            counted = match.start()
            start = match.start() + match[0].index(content)
            yield line, start, start + len(content)


def _breaks(text: str, start: int, end: int) -> int:
    """Line breaks between two places; `\\r\\n` is one, and so is a lone `\\r`, which old Mac files have."""
    if "\r" not in text[start:end]:
        return text.count("\n", start, end)
    return sum(1 for _ in _BREAK.finditer(text, start, end))


def _unwrap(text: str, paragraphs: Iterator[list[Span]]) -> Iterator[Span]:
    runs = list(paragraphs)
    widths = [_width(run) for run in runs if len(run) >= MIN_WRAPPED_LINES and _is_wrapped(text, run, _width(run))]
    page_width = max(widths, default=0)
    for run in runs:
        width = _width(run) if len(run) >= MIN_WRAPPED_LINES else page_width
        if len(run) > 1 and _is_wrapped(text, run, width):
            yield run[0][0], run[0][1], run[-1][2]
        else:
            yield from run


def _width(run: Sequence[Span]) -> int:
    return max(end - start for _, start, end in run)


def _is_wrapped(text: str, run: Sequence[Span], width: int) -> bool:
    """Lines were wrapped if on none of them the first word of the next would still have fitted."""
    return width in WRAP_WIDTHS and all(
        width - len(text[start:next_end].split(None, 1)[0]) <= end_before - start_before <= width
        for (_, start_before, end_before), (_, start, next_end) in pairwise(run)
    )
