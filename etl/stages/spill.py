"""Fingerprints that need more memory than they may have: the large arrays in plain files, read where they are needed.

What stays in memory is some 50 bytes a block.  Sorting is by band, so that no sort is larger than memory either.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints
    from etl.dedup.pair import Buckets, Task
    from etl.dedup.words import I64, U32

# A join holds an array twice while it is made, and selecting needs about as much again as the fingerprints.
TIMES_IN_MEMORY = 2


class SavedPart:
    """The fingerprints of a shard, in an .npz that is open only while an array of it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, name: str, /) -> "NDArray[Any]":
        """Give an array."""
        import numpy as np

        with np.load(self.path) as arrays:
            array: NDArray[Any] = arrays[name]
            return array


def fits(parts: Sequence[SavedPart], memory: int) -> bool:
    """Tell whether fingerprints can be compared in so many bytes of memory."""
    return TIMES_IN_MEMORY * sum(part.path.stat().st_size for part in parts) <= memory


def join_on_disk(parts: Sequence[SavedPart], folder: Path) -> "Fingerprints":
    """Join fingerprints as `etl.dedup.join` does, with shingles, terms and keys in files."""
    import numpy as np

    from etl.dedup import Fingerprints

    folder.mkdir(parents=True, exist_ok=True)
    shingles, terms = folder / "shingles.u32", folder / "terms.u32"
    _write(shingles, (part["shingles"] for part in parts))
    _write(terms, (part["terms"] for part in parts))
    bands = _write_bands(parts, folder)
    large = {"shingles": StoredColumn(shingles), "terms": StoredColumn(terms), "keys": StoredBands(bands)}
    small = {
        name: np.concatenate([part[name] for part in parts], axis=-1)
        for name in Fingerprints.__struct_fields__
        if name not in large
    }
    joined: dict[str, Any] = large | small
    return Fingerprints(**joined)


class StoredColumn:
    """32-bit values in a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, places: "I64", /) -> "U32":
        """Give the values at places."""
        import numpy as np

        # Mapped for this once: pages that were read do not count as our memory any longer than they are needed.
        values: U32 = np.memmap(self.path, np.uint32, "r")[places] if len(places) else np.zeros(0, np.uint32)
        return np.asarray(values)


class StoredBands:
    """The keys of each band, a file a band."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def __iter__(self) -> "Iterator[U32]":
        """Give the keys, band after band."""
        import numpy as np

        return (np.fromfile(path, np.uint32) for path in self.paths)


class StoredBuckets:
    """Buckets, two files a band; they can be read more than once."""

    def __init__(self, bands: "Iterable[Buckets]", folder: Path) -> None:
        self.paths: list[tuple[Path, Path]] = []
        for number, found in enumerate(bands):
            paths = folder / f"members-{number}.u32", folder / f"edges-{number}.u32"
            found.members.tofile(paths[0])
            found.edges.tofile(paths[1])
            self.paths.append(paths)

    def __iter__(self) -> "Iterator[Buckets]":
        """Give the buckets, band after band."""
        import numpy as np

        from etl.dedup.pair import Buckets

        return (Buckets(*(np.fromfile(path, np.uint32) for path in paths)) for paths in self.paths)


def in_threads(bands: "Iterable[Task]", threads: int) -> "Iterator[Buckets]":
    """Make buckets in threads, which numpy lets run side by side; no more bands at a time than threads."""
    waiting = iter(bands)
    with ThreadPoolExecutor(threads) as pool:
        while turn := list(islice(waiting, threads)):
            yield from pool.map(lambda band: band(), turn)


def _write(target: Path, arrays: "Iterable[NDArray[Any]]") -> None:
    with target.open("wb") as file:
        for array in arrays:
            file.write(array.tobytes())


def _write_bands(parts: Sequence[SavedPart], folder: Path) -> list[Path]:
    """Write the keys of each band to a file of its own."""
    count = len(parts[0]["keys"])
    paths = [folder / f"keys-{band}.u32" for band in range(count)]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in paths]
        for part in parts:
            for file, keys in zip(files, part["keys"], strict=True):
                file.write(keys.tobytes())
    return paths
