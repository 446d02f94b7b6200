"""Count the documents of the run with each short line, before rules judge, for rules with `recurs`.

A shard saves pairs of line and document, as numbers.  They are added up by ranges of keys, so that memory holds one
range at a time, and only the counts of lines in two documents or more.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from etl.document import Parsed
from etl.formats import Reject
from etl.pipeline.workspace import Workspace
from etl.rules.matching.recurrence import LineCounts, line_key, line_keys
from etl.writers import atomic

if TYPE_CHECKING:
    from etl.array_types import U64

# Ranges of keys.  A million documents make some 80 million rows of 16 bytes: 20 MB a range.
RANGES = 64
COUNTED = "recurring.npy"


def save_lines(workspace: Workspace, shard: int, results: Iterable[Parsed | Reject]) -> None:
    """Save the pairs of line and document of a shard."""
    import numpy as np

    rows = np.fromiter(_rows(results), np.dtype((np.uint64, 2)))
    with workspace.writing("lines", shard, ".npy") as path, path.open("wb") as file:
        np.save(file, rows[rows[:, 0].argsort(kind="stable")])


def _rows(results: Iterable[Parsed | Reject]) -> Iterator[tuple[int, int]]:
    """Yield the key of each line with the hash of its document.  Two documents with the same text count once."""
    for result in results:
        if isinstance(result, Parsed):
            document = line_key(result.document.text)
            yield from ((line, document) for line in line_keys(result.document, result.articles))


def add_up_lines(workspace: Workspace, shards: int) -> None:
    """Add up the pairs of all shards."""
    import numpy as np

    lines = [np.load(workspace.path("lines", shard, ".npy"), mmap_mode="r") for shard in range(shards)]
    starts = np.arange(RANGES, dtype=np.uint64) << np.uint64(64 - RANGES.bit_length() + 1)
    edges = [(*np.searchsorted(part[:, 0], starts).tolist(), len(part)) for part in lines]
    sums = [
        _sums(np.concatenate([part[edge[at] : edge[at + 1]] for part, edge in zip(lines, edges, strict=True)]))
        for at in range(RANGES)
    ]
    with atomic(Path(workspace.folder) / COUNTED) as path, path.open("wb") as file:
        np.save(file, np.concatenate(sums))


def _sums(rows: "U64") -> "U64":
    """Yield the keys in two documents or more, sorted, each with the number of documents."""
    import numpy as np

    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    is_first = np.ones(len(rows), np.bool_)
    is_first[1:] = (rows[1:] != rows[:-1]).any(axis=1)
    found, documents = np.unique(rows[is_first, 0], return_counts=True)
    return np.stack([found, documents.astype(np.uint64)], axis=1)[documents > 1]


def line_counts(workspace: Workspace) -> LineCounts | None:
    """Return the line counts of the run; None if no rule needs them."""
    path = Path(workspace.folder) / COUNTED
    return SavedCounts(path) if path.exists() else None


class SavedCounts:
    """Counts in memory, 16 bytes for each line that stands in two documents or more."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        self._keys, self._documents = np.ascontiguousarray(np.load(path).T)

    def get(self, key: int, default: int, /) -> int:
        """Return the documents, or the default."""
        at = int(self._keys.searchsorted(self._keys.dtype.type(key)))
        is_there = at < len(self._keys) and int(self._keys[at]) == key
        return int(self._documents[at]) if is_there else default
