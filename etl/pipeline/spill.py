"""Fingerprints of a run, from files: the large columns are looked up where they are, the rest is read if it fits.

Past the memory that a run may have, some 60 bytes a block stay in it, 130 while pairs are sought.  Sorting is by band,
so that no sort is larger.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints
    from etl.dedup.bucket import Buckets, Runner
    from etl.dedup.words import I64, U32

Result = TypeVar("Result")

# Selecting needs about as much again as the fingerprints.
TIMES_IN_MEMORY = 2

# Of a block that is no copy of anything they are never looked at, so they stay in files.
COLUMNS = ("shingles", "terms")


class SavedPart:
    """The fingerprints of a shard: a folder, a file an array; an .npz takes two and a half times as long to read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(self, arrays: "Mapping[str, NDArray[Any]]") -> None:
        """Write the arrays."""
        import numpy as np  # with numpy come 0.1 s of import, which a run without copies need not wait for

        for name, array in arrays.items():
            np.save(self._file(name), array, allow_pickle=False)

    def __getitem__(self, name: str, /) -> "NDArray[Any]":
        """Give an array."""
        import numpy as np

        array: NDArray[Any] = np.load(self._file(name))
        return array

    def size(self) -> int:
        """Count the bytes of the fingerprints."""
        from etl.dedup import Fingerprints

        return sum(self._file(name).stat().st_size for name in Fingerprints.__struct_fields__)

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.npy"


def fits(parts: Sequence[SavedPart], memory: int) -> bool:
    """Tell whether fingerprints can be compared in so many bytes of memory."""
    return TIMES_IN_MEMORY * sum(part.size() for part in parts) <= memory


def join_mapped(parts: Sequence[SavedPart], folder: Path, run: "Runner") -> "Fingerprints":
    """Join fingerprints as `etl.dedup.join` does, with shingles and terms mapped from files."""
    import numpy as np

    def mapped(name: str) -> "NDArray[Any]":
        path = _append(parts, name, folder)
        return np.memmap(path, np.uint32, "r") if path.stat().st_size else np.zeros(0, np.uint32)

    return _joined(parts, folder, dict.fromkeys(COLUMNS, mapped), run)


def join_on_disk(parts: Sequence[SavedPart], folder: Path, run: "Runner") -> "Fingerprints":
    """Join fingerprints with nothing of shingles, terms and keys in memory but what is looked at."""
    large: dict[str, Callable[[str], Any]] = {
        name: lambda name: StoredColumn(_append(parts, name, folder)) for name in COLUMNS
    }
    large["keys"] = lambda _: StoredBands(_write_bands(parts, folder))
    return _joined(parts, folder, large, run)


def _joined(
    parts: Sequence[SavedPart], folder: Path, large: "Mapping[str, Callable[[str], Any]]", run: "Runner"
) -> "Fingerprints":
    """Join each array by the way given for it, or in memory."""
    import numpy as np

    from etl.dedup import Fingerprints

    def in_memory(name: str) -> "NDArray[Any]":
        return np.concatenate([part[name] for part in parts], axis=-1)

    folder.mkdir(parents=True, exist_ok=True)
    names = Fingerprints.__struct_fields__
    return Fingerprints(*run(partial(large.get(name, in_memory), name) for name in names))


class StoredColumn:
    """32-bit values in a file.  They are read, not mapped: pages touched here and there would count as our memory."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __getitem__(self, places: "I64", /) -> "U32":
        """Give the values at places; those of places in a row are read at once."""
        import numpy as np

        starts = np.flatnonzero(np.diff(places, prepend=-2) != 1)
        sizes = 4 * np.diff(starts, append=len(places))
        read = list[bytes]()
        with self.path.open("rb", buffering=0) as file:
            for start, size in zip((4 * places[starts]).tolist(), sizes.tolist(), strict=True):
                file.seek(start)
                read.append(file.read(size))
        return np.frombuffer(b"".join(read), np.uint32)


class StoredBands:
    """The keys of each band, a file a band."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = paths

    def __iter__(self) -> "Iterator[U32]":
        """Give the keys, band after band."""
        import numpy as np

        return (np.fromfile(path, np.uint32) for path in self.paths)


class StoredBuckets:
    """Buckets, in two files each time; they can be read more than once."""

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
