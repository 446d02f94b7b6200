"""Fingerprints of a run, from files: the large columns are looked up where they are, the rest is read if it fits.

Past the memory that a run may have, some 50 bytes a block stay in it.  Sorting is by band, so that no sort is larger.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints
    from etl.dedup.bucket import Buckets
    from etl.dedup.words import I64, U32

Result = TypeVar("Result")

# Selecting needs about as much again as the fingerprints.
TIMES_IN_MEMORY = 2

# Of a block that is no copy of anything they are never looked at, so they stay in files.
COLUMNS = ("shingles", "terms")
LARGE = (*COLUMNS, "keys")


class SavedPart:
    """The fingerprints of a shard: an .npz that is open only while an array of it is read, and a file a large array."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, arrays: "Mapping[str, NDArray[Any]]") -> None:
        """Write the arrays."""
        import numpy as np  # with numpy come 0.1 s of import, which a run without copies need not wait for

        for name in LARGE:
            np.save(self._large(name), arrays[name])
        small = {name: array for name, array in arrays.items() if name not in LARGE}
        np.savez(self.path, allow_pickle=False, **small)

    def __getitem__(self, name: str, /) -> "NDArray[Any]":
        """Give an array."""
        import numpy as np

        array: NDArray[Any]
        if name in LARGE:
            array = np.load(self._large(name))
        else:
            with np.load(self.path) as arrays:
                array = arrays[name]
        return array

    def size(self) -> int:
        """Count the bytes of it all."""
        return sum(path.stat().st_size for path in (self.path, *map(self._large, LARGE)))

    def _large(self, name: str) -> Path:
        # An .npz checks all that it holds by CRC: a quarter of the time of reading it.
        return self.path.with_suffix(f".{name}.npy")


def fits(parts: Sequence[SavedPart], memory: int) -> bool:
    """Tell whether fingerprints can be compared in so many bytes of memory."""
    return TIMES_IN_MEMORY * sum(part.size() for part in parts) <= memory


def join_mapped(parts: Sequence[SavedPart], folder: Path) -> "Fingerprints":
    """Join fingerprints as `etl.dedup.join` does, with shingles and terms mapped from files."""
    import numpy as np

    def keys() -> "NDArray[Any]":
        return np.concatenate([part["keys"] for part in parts], axis=1)

    def mapped(path: Path) -> "NDArray[Any]":
        return np.memmap(path, np.uint32, "r") if path.stat().st_size else np.zeros(0, np.uint32)

    return _joined(parts, folder, mapped, keys)


def join_on_disk(parts: Sequence[SavedPart], folder: Path) -> "Fingerprints":
    """Join fingerprints with nothing of shingles, terms and keys in memory but what is looked at."""
    return _joined(parts, folder, StoredColumn, lambda: StoredBands(_write_bands(parts, folder)))


def _joined(
    parts: Sequence[SavedPart],
    folder: Path,
    stored: "Callable[[Path], NDArray[Any] | StoredColumn]",
    keys: "Callable[[], NDArray[Any] | StoredBands]",
) -> "Fingerprints":
    import numpy as np

    from etl.dedup import Fingerprints

    folder.mkdir(parents=True, exist_ok=True)
    large: dict[str, Any] = {name: stored(_append(parts, name, folder)) for name in COLUMNS}
    large["keys"] = keys()
    small = {
        name: np.concatenate([part[name] for part in parts], axis=-1)
        for name in Fingerprints.__struct_fields__
        if name not in large
    }
    return Fingerprints(**large | small)


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

        from etl.dedup.bucket import Buckets

        return (Buckets(*(np.fromfile(path, np.uint32) for path in paths)) for paths in self.paths)


def in_threads(tasks: "Iterable[Callable[[], Result]]", threads: int) -> "Iterator[Result]":
    """Run tasks in threads, which numpy lets run side by side; results in order, one task more under way than threads.

    The one more is there for the time that the caller takes to make the next.
    """
    if threads == 1:
        yield from (task() for task in tasks)
        return
    with ThreadPoolExecutor(threads) as pool:
        under_way: deque[Future[Result]] = deque()
        for task in tasks:
            under_way.append(pool.submit(task))
            if len(under_way) > threads:
                yield under_way.popleft().result()
        while under_way:
            yield under_way.popleft().result()


def _append(parts: Sequence[SavedPart], name: str, folder: Path) -> Path:
    """Put the column of each part into one file."""
    target = folder / f"{name}.u32"
    with target.open("wb") as whole:
        for part in parts:
            whole.write(part[name].data)
    return target


def _write_bands(parts: Sequence[SavedPart], folder: Path) -> list[Path]:
    """Write the keys of each band to a file of its own."""
    count = len(parts[0]["keys"])
    paths = [folder / f"keys-{band}.u32" for band in range(count)]
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("wb")) for path in paths]
        for part in parts:
            for file, keys in zip(files, part["keys"], strict=True):
                file.write(keys.data)
    return paths
