"""The text of an article as Markdown: headings, lists, quotations, tables, code and, if they are asked for, links.

The words are those of the text, in their order.  Characters at the start of a line that would be taken for a marker
are escaped ("\\# 1"); within a line only brackets in the words of a link and bars in a table are.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, groupby
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from etl.audit import EditedArticle
from etl.model import Block, Document, Level, Link, Repair

# The most blocks of a cell.  A table with a larger cell is page layout, and its blocks are written as paragraphs.
MAX_BLOCKS_OF_CELL = 3
# The most cells of a table, empty ones included.  A larger table is written as paragraphs if it has more cells than
# this for each cell with text: a row of 10,000 cells above 10,000 rows of one cell would give 100 million cells.
MAX_SPARSE, MAX_EMPTY = 10_000, 10
# The most characters of the address of a page, which is put before each relative address.
MAX_BASE = 1_000
# Schemes of addresses that are shown; "" is relative to the page.
SCHEMES = frozenset(("", "http", "https", "mailto", "tel", "ftp"))

_MARKER = re.compile(r"^(?=#{1,6}(?:\s|$)|>|[-+*](?:\s|$)|[-_*=](?:[ ]*[-_*=])+$|`{3}|~{3})", re.MULTILINE)
_NUMBER = re.compile(r"^(\d{1,9})(?=[.)](?:\s|$))", re.MULTILINE)
_BRACKET = re.compile(r"(?=[\[\]])")
_FENCE = re.compile(r"^`{3,}", re.MULTILINE)
_BACKSLASH = r"\\"  # as a template
# In an address: what would end it, and what cannot be seen or turns its direction.
_UNSAFE = re.compile(r"[\s()<>\\\"\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class _Part(Struct, frozen=True, gc=False):
    """A heading, paragraph, table or code: its lines, and the quotations and lists around it."""

    around: tuple[Level, ...]
    text: str


def markdown(document: Document, edited: EditedArticle, url: str) -> str:
    """Return the text of an article as Markdown.  A text that is not from an HTML page is returned unchanged.

    `url` is the address of the page, with which relative addresses are completed.
    """
    if document.kind != "html":
        return edited.text
    return _joined(list(_parts(document, edited.kept, url if len(url) <= MAX_BASE else "")))


def _parts(document: Document, kept: Sequence[Block], url: str) -> Iterator[_Part]:
    def unit(block: Block) -> tuple[str, int]:
        """Return the unit of a block: its table, its code, or itself."""
        code = _last(block.levels, "code")
        table = _last(block.levels, "table") if _last(block.levels, "cell") else None
        return ("code", code.box) if code else ("table", table.box) if table else ("text", block.index)

    for (kind, box), group in groupby(kept, key=unit):
        blocks = list(group)
        around = _around(blocks[0].levels, box if kind == "table" else -1)
        if kind == "code":
            yield _Part(around, _fenced("\n\n".join(block.text for block in blocks)))
        elif kind == "table" and (rows := _rows(blocks)):
            cells = {block.index: _linked(document, block, url).replace("\n", " ") for block in blocks}
            yield _Part(around, _table(rows, cells))
        else:
            for block in blocks:
                yield _Part(_around(block.levels), _paragraph(block, _linked(document, block, url)))


def _last(levels: Sequence[Level], kind: str) -> Level | None:
    return next((one for one in reversed(levels) if one.kind == kind), None)


def _around(levels: Sequence[Level], table: int = -1) -> tuple[Level, ...]:
    """Return the quotations and lists of some levels: of a table those around it."""
    end = next((at for at, one in enumerate(levels) if one.box == table), len(levels))
    return tuple(one for one in levels[:end] if one.kind in ("quote", "list", "item"))


def _paragraph(block: Block, text: str) -> str:
    """Return a paragraph or heading; two spaces at the end of a line keep the line break."""
    if heading := _last(block.levels, "heading"):
        return "#" * heading.number + " " + text.replace("\n", " ")
    return _NUMBER.sub(r"\1\\", _MARKER.sub(_BACKSLASH, text)).replace("\n", "  \n")


def _fenced(text: str) -> str:
    fence = "`" * max([3, *(len(match[0]) + 1 for match in _FENCE.finditer(text))])
    return f"{fence}\n{text}\n{fence}"


def _rows(blocks: Sequence[Block]) -> list[dict[int, list[int]]]:
    """Return the rows of a table: by column the indices of blocks; none if it is a page laid out as a table."""
    rows: dict[int, dict[int, list[int]]] = {}
    for block in blocks:
        row, cell = _last(block.levels, "row"), _last(block.levels, "cell")
        if row and cell:
            rows.setdefault(row.box, {}).setdefault(cell.number, []).append(block.index)
    cells = [cell for row in rows.values() for cell in row.values()]
    columns = {column for row in rows.values() for column in row}
    is_filled = len(rows) * len(columns) <= max(MAX_SPARSE, MAX_EMPTY * len(cells))
    is_table = len(columns) > 1 and is_filled and max(map(len, cells)) <= MAX_BLOCKS_OF_CELL
    return list(rows.values()) if is_table else []


def _table(rows: Sequence[dict[int, list[int]]], texts: dict[int, str]) -> str:
    """Return a table; its first row is the head.  Columns without text are left out."""
    columns = sorted({column for row in rows for column in row})
    lines = [
        [" ".join(texts[at] for at in row.get(column, ())).replace("|", "\\|") for column in columns] for row in rows
    ]
    lines.insert(1, ["---"] * len(columns))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _joined(parts: Sequence[_Part]) -> str:
    """Return parts with their marks, and a blank line between two; items of one list follow one another."""
    lines: list[str] = []
    begun: set[int] = set()
    before: tuple[Level, ...] = ()
    for part in parts:
        first, rest = _margins(part.around, begun)
        is_next_item = first.rstrip() != rest.rstrip() and _common(before, part.around, "list")
        if lines and not is_next_item:
            lines.append(_margins(_common(before, part.around), begun)[1].rstrip())
        head, *tail = part.text.split("\n")
        lines += [first + head, *(rest + line if line else rest.rstrip() for line in tail)]
        begun.update(one.box for one in part.around)
        before = part.around
    return "\n".join(lines)


def _common(before: Sequence[Level], after: Sequence[Level], kind: str = "") -> list[Level]:
    """Return the levels around two parts; all, or those of a kind."""
    return [one for one in after if one in before and kind in ("", one.kind)]


def _margins(levels: Sequence[Level], begun: set[int]) -> tuple[str, str]:
    """Return what stands before the first line of a part, and before the others."""
    first = rest = ""
    for one in levels:
        if one.kind == "quote":
            first, rest = first + "> ", rest + "> "
        elif one.kind == "item":
            mark = f"{one.number}. " if one.number else "- "
            margin = " " * len(mark)
            first, rest = first + (margin if one.box in begun else mark), rest + margin
    return first, rest


def _linked(document: Document, block: Block, url: str) -> str:
    """Return the text of a block with its links.  A link is left out if a repair removed its words."""
    if not block.links:
        return block.text
    repairs = [one for one in document.repairs[block.index] if one.action != "tag"]
    parts, at = [], 0
    moved = _moving(block, repairs)
    for link in block.links:
        start, end = map(moved, (link.start, link.end))
        address = _address(link, url)
        if address and at <= start < end:
            parts += [block.text[at:start], f"[{_BRACKET.sub(_BACKSLASH, block.text[start:end])}]({address})"]
            at = end
    return "".join(parts) + block.text[at:]


def _moving(block: Block, repairs: Sequence[Repair]) -> Callable[[int], int]:
    """Return a function from places in the decoded text of a block to places in its repaired text."""
    starts = [one.char_start - block.char_start for one in repairs]
    shifts = [0, *accumulate(len(one.after) - len(one.before) for one in repairs)]

    def moved(place: int) -> int:
        last = bisect_left(starts, place) - 1
        if last < 0:
            return place
        before = len(repairs[last].before)
        is_within = place - starts[last] < before
        return starts[last] + shifts[last] if is_within else place + shifts[last + 1]

    return moved


def _address(link: Link, url: str) -> str:
    """Return the address of a link in full, "" if it leads nowhere else."""
    try:
        address = urljoin(url, link.address)
        is_shown = urlsplit(address).scheme.lower() in SCHEMES and not link.address.startswith("#")
    except ValueError:  # "http://[broken"
        return ""
    return _UNSAFE.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), address) if is_shown else ""
