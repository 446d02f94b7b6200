"""Tables: rows between bars, rows of figures, and cells that a scraper has put on lines of their own: medals, votes.

A share count or a page number is a figure on a line of its own, too.  A table has the same row of words and figures at
least three times, with at least two figures in each row.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from etl.fold import count_words, ends_sentence
from etl.lazy_regex import lazy

# Cells.  A row has a name and two figures at least: a list of titles with a rank or an age before each is no table.
MIN_COLUMNS, MAX_COLUMNS, MIN_FIGURES = 3, 12, 2
# Figures of a row on one line.
MIN_FIGURES_OF_A_LINE = 3
# Rows.
MIN_ROWS = 3
# Characters, and words.  A longer line is no cell.
MAX_CELL_CHARS, MAX_CELL_WORDS = 60, 6

CELLS = frozenset(("td", "th"))

_MARKED = lazy(f"c{{{2 * MIN_ROWS},}}")
_FIGURE = lazy(r"[+\-−–]?[£$€¥₹]? ?\d[\d.,' ]{0,14} ?(?:%|bn|m|k|pts|[£$€¥])?")
_ROW = lazy(r" *\|(?:[^|\n]{0,200}\|){2,40} *")
_CELLS = lazy(f"[nt]{{{MIN_ROWS * MIN_COLUMNS},}}")


def figure_rows(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of rows of a name and figures, "Harle 12 8 2 2 26": three or more with as many figures.

    A table below a block that a rule has named belongs to the page.
    """
    found: set[int] = set()
    start, figures = 0, 0
    for at in range(len(texts) + 1):
        count = _figures(texts[at]) if at < len(texts) and at not in named else 0
        if count and count == figures:
            continue
        if figures and at - start >= MIN_ROWS and start and start - 1 not in named:
            found.update(range(start, at))
        start, figures = at, count
    return found


def _figures(text: str) -> int:
    """Return how many figures stand in a row of a table, behind a name; 0 if it is no row."""
    words = text.split()
    figures = sum(any(map(str.isdigit, word)) for word in words)
    is_row = len(text) <= MAX_CELL_CHARS and len(words) - figures <= MAX_CELL_WORDS and not ends_sentence(text)
    is_row = is_row and figures >= MIN_FIGURES_OF_A_LINE and words[0][0].isalpha()
    return figures if is_row else 0


def table_rows(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of rows between bars, "| Genre | Drama |": three or more in a row with as many cells each.

    Empty ones do not count.
    """
    found: set[int] = set()
    start, columns = 0, 0
    for at in range(len(texts) + 1):
        bars = texts[at].count("|") if at < len(texts) and at not in named and _ROW.fullmatch(texts[at]) else 0
        if bars and bars == columns:
            continue
        if columns and sum(any(map(str.isalnum, text)) for text in texts[start:at]) >= MIN_ROWS:
            found.update(range(start, at))
        start, columns = at, bars
    return found


def marked_cells(tags: Sequence[str], texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of the cells of tables on an HTML page, headings of their columns included.

    If rules match more than two thirds of the cells, the table is a menu.
    """
    found: set[int] = set()
    are_cells = (tag in CELLS and len(text) <= MAX_CELL_CHARS for tag, text in zip(tags, texts, strict=True))
    kinds = "".join("c" if is_cell else "-" for is_cell in are_cells)
    for run in _MARKED.finditer(kinds):
        places = range(*run.span())
        if 3 * sum(at in named for at in places) <= 2 * len(places):
            found.update(places)
    return found


def table_cells(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of the cells of tables, headings of their columns included; `texts` are plain.

    A table below a block that a rule matches is furniture: prices of shares, results of other games.
    """
    found: set[int] = set()
    figures = [len(text) <= MAX_CELL_CHARS and _FIGURE.fullmatch(text) is not None for text in texts]
    if sum(figures) < MIN_ROWS * MIN_FIGURES:
        return found
    kinds = "".join("n" if is_figure else _kind(text) for text, is_figure in zip(texts, figures, strict=True))
    for run in _CELLS.finditer(kinds):
        if run.start() and run.start() - 1 not in named:
            found.update(at for start, end in _tables(run[0]) for at in range(run.start() + start, run.start() + end))
    return found


def _kind(text: str) -> str:
    """Return "t" for a few words, "-" for what is no cell."""
    if len(text) > MAX_CELL_CHARS or ends_sentence(text) or count_words(text) > MAX_CELL_WORDS:
        return "-"
    return "t"


def _tables(kinds: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each table in a run of cells."""
    for columns in range(MIN_COLUMNS, MAX_COLUMNS + 1) if kinds.count("n") >= MIN_ROWS * MIN_FIGURES else ():
        alike = "".join("=" if one == other else "." for one, other in zip(kinds, kinds[columns:], strict=False))
        for rows in re.finditer(f"={{{(MIN_ROWS - 1) * columns},}}", alike):
            row = kinds[rows.start() : rows.start() + columns]
            if row.count("n") >= MIN_FIGURES and "t" in row and not _repeats(row):
                heading = len(kinds[: rows.start()]) - len(kinds[: rows.start()].rstrip("t"))
                yield rows.start() - min(heading, columns), rows.end() + columns


def _repeats(row: str) -> bool:
    """Return whether a row is a shorter one, twice or more: titles with their ranks."""
    return (row + row).find(row, 1) < len(row)
