"""Put the blocks that prior runs kept before those of this run, and stage what this run keeps for later runs."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, structs

from etl.errors import RestoreError, UsageError
from etl.formats.own_records import read_outputs
from etl.formats.stores import is_address
from etl.index.manifest import IndexedRun, Manifest, Part, locked, open_index, verified_index, write_manifest
from etl.index.parts import Write, part_writer
from etl.pipeline.fingerprints import FingerprintFile, file_of, write_table
from etl.pipeline.job import Job
from etl.pipeline.output import Output
from etl.pipeline.workspace import Workspace
from etl.shapes import identity

if TYPE_CHECKING:
    from etl.array_types import I64, U8, U32, Mask
    from etl.dedup.fingerprint import Fingerprints
    from etl.dedup.selection import Blocks, Selected
    from etl.dedup.selection.history import History, KnownNearDuplicates, Retained
    from etl.index.query import PriorTables

# Bytes per key of this run: the key, and its copy while keys are sorted.
_BYTES_A_KEY = 16


class Prior(Struct, frozen=True):
    """The blocks of the index that share a band key with a block of this run, written as shards are.

    `numbers` are their numbers in the index, -1 for blocks of which it has only the hash.  `kept_in` are the selections
    that keep each block, and `removed` marks the articles that were dropped whole.  `known` are, for each selection,
    the texts that were dropped as near-duplicates, with the places of their keepers among these blocks.
    """

    parts: tuple[FingerprintFile, ...]
    numbers: "I64"
    kept_in: "U8"
    removed: "Mask"
    known: "tuple[KnownNearDuplicates, KnownNearDuplicates]"


class _Share(Struct, frozen=True):
    """What is kept of a shard, and the numbers of its first block and its first article in the index."""

    part: FingerprintFile
    kept_in: "U8"
    removed: "Mask"
    run: int
    block: int
    article: int


@contextmanager
def holding_index(job: Job, delivers: bool) -> Iterator[None]:
    """Lock the index of a job.  A run without output makes no new folder.

    Raises UsageError if the index is in use or does not fit.
    """
    if job.dedup.scope != "run":
        raise UsageError("--index", f"has no effect with --dedup {job.dedup.scope}", "Leave one of the two out.")
    open_index(job.index, job.dedup)  # before a lock is left in a folder that is not an index
    can_lock = delivers or os.access(job.index, os.W_OK)  # of an index that may only be read one may look at
    with locked(job.index) if can_lock else nullcontext():
        verified_index(job.index, job.dedup)  # the run that had the lock until now may have begun it
        yield


def look_up(job: Job, workspace: Workspace, own: Sequence[FingerprintFile]) -> Prior:
    """Return the blocks of prior runs that share a band key with a block of this run; none if there is no index."""
    import numpy as np

    from etl.dedup.selection.history import ALL_ARTICLES, NONE_KNOWN, REMAINING
    from etl.dedup.store import kept_in_of
    from etl.index.query import matching, read_prior

    none = np.zeros(0, np.int64)
    if not job.index:
        return Prior((), none, none.astype(np.uint8), none.astype(np.bool_), (NONE_KNOWN, NONE_KNOWN))
    folder, manifest = Path(job.index), open_index(job.index, job.dedup)
    count = sum(len(part.read_blocks("number")) for part in own)
    bands_at_once = max(job.memory // (_BYTES_A_KEY * count + 1), 1)
    found: list[PriorTables] = []
    parts: list[FingerprintFile] = []
    for part, mask in matching(folder, manifest, lambda bands: _keys(own, bands), bands_at_once):
        if mask.any():
            tables = read_prior(folder, manifest, part, mask)
            parts.append(_spill(workspace, len(parts), tables))
            found.append(structs.replace(tables, blocks=tables.blocks.select(["number", "kept_in"])))
    numbers = np.concatenate([none, *(tables.blocks["number"].to_numpy() for tables in found)])
    kept_in = np.concatenate([none.astype(np.uint8), *(kept_in_of(tables.blocks) for tables in found)])
    removed = [tables.articles["removed"].to_numpy() for tables in found]
    known = tuple(_known(folder, manifest, numbers, selection) for selection in (ALL_ARTICLES, REMAINING))
    is_removed = np.concatenate([none.astype(np.bool_), *removed])
    return Prior(tuple(parts), numbers, kept_in, is_removed, (known[0], known[1]))


def history_of(prior: Prior, prints: "Fingerprints") -> "History":
    """Return the history of joined blocks; those of prior runs come first."""
    import numpy as np

    from etl.dedup.selection.history import BOTH, History, look_up_known

    count = len(prior.numbers)
    kept_in = np.append(prior.kept_in, np.full(len(prints.word_counts) - count, BOTH, np.uint8))
    known = [look_up_known(prints, known, count) for known in prior.known]
    return History(count, kept_in, frozenset(np.flatnonzero(prior.removed).tolist()), (known[0], known[1]))


def refuse_only_copy(job: Job, output: Output) -> None:
    """Refuse to overwrite articles of a run in the index, because this run would remove all duplicates of them.

    If articles or index were moved since, their ids tell.  Raises UsageError.
    """
    from etl.index.query import run_with_article

    manifest = open_index(job.index, job.dedup)
    runs = [run for run in manifest.runs if run.blocks]
    found = next((run for run in runs if run.output == job.output), None)
    moved = {run.number: run for run in runs if not _is_in_place(run.output, job.index)}
    if not found and moved and not output.in_store:
        names = _names_at(output.path("articles"))
        found = moved.get(run_with_article(Path(job.index), manifest, [*moved], names))
    if found:
        fault = f"holds the articles of {found.id} in the index {job.index}, and this run would remove their copies"
        way_out = f"Move it away, or first run: copydesk index forget {job.index} {found.id}"
        raise UsageError(output.name, fault, way_out)


def _is_in_place(output: str, index: str) -> bool:
    """Return whether the output of an earlier run is where the run wrote it; for an address, it is assumed."""
    return output != "" and (is_address(output) or os.path.lexists(Path(os.path.realpath(index)) / output))


def _names_at(articles: Path) -> Iterator[str]:
    """Yield the names of articles that an index may know: their ids.  Files that are not articles have none."""
    with suppress(RestoreError, UsageError):
        for record in read_outputs(articles, dict[str, Any]) if articles.exists() else ():
            known = identity(record)
            yield known[0] if known else str(record.get("id", ""))


def stage_index(
    job: Job, workspace: Workspace, prior: Prior, blocks: "Blocks", found: "Selected", own: Sequence[FingerprintFile]
) -> None:
    """Write what this run keeps as a part with a new manifest, for `etl.index.maintenance.extend`."""
    from etl.dedup.selection.history import retained

    manifest, kept, staged = open_index(job.index, job.dedup), retained(blocks, found), workspace.index_folder
    shutil.rmtree(staged, ignore_errors=True)  # left by an attempt that was killed
    name, run = f"part-{manifest.next_part:05d}", IndexedRun(manifest.next_run, job.added, 0, 0, job.output)
    with part_writer(staged, name, manifest.bands) as write:
        for share in _shares(manifest, len(prior.numbers), kept, own):
            articles, count = _write_articles(share, write), _write_blocks(share, write)
            run = structs.replace(run, articles=run.articles + articles, blocks=run.blocks + count)
        known = _write_known(manifest, prior, kept, write)
    part = Part(name, run.articles, run.blocks, known)
    extended = structs.replace(
        manifest,
        runs=(*manifest.runs, run),
        parts=(*manifest.parts, part) if run.blocks or known else manifest.parts,
        next_run=run.number + 1,
        next_part=manifest.next_part + 1,
        next_article=manifest.next_article + sum(len(part.read_articles("number")) for part in own),
        next_block=manifest.next_block + len(kept.kept_in) - len(prior.numbers),
    )
    write_manifest(str(staged), extended)


def _spill(workspace: Workspace, place: int, tables: "PriorTables") -> FingerprintFile:
    """Write blocks of prior runs like those of a shard."""
    part = file_of(workspace, place, "prior")
    part.blocks.parent.mkdir(parents=True, exist_ok=True)
    write_table(part.blocks, tables.blocks)
    write_table(part.articles, tables.articles)
    return part


def _keys(parts: Sequence[FingerprintFile], bands: range) -> "list[U32]":
    """Return the keys of all blocks with shingles, for some bands."""
    import numpy as np

    from etl.dedup.schema import band_names
    from etl.dedup.store import list_sizes

    names = band_names(bands.stop)[bands.start :]
    keys: list[list[U32]] = [[] for _ in names]
    for part in parts:
        table = part.read_blocks("shingles", *names)
        has_shingles = list_sizes(table["shingles"]) > 0
        for held, name in zip(keys, names, strict=True):
            held.append(table[name].to_numpy().view(np.uint32)[has_shingles])
    return [np.concatenate(held) for held in keys]


def _known(folder: Path, manifest: Manifest, numbers: "I64", selection: int) -> "KnownNearDuplicates":
    """Return the texts that were dropped as near-duplicates in a selection, if their keepers are among these blocks."""
    import numpy as np

    from etl.dedup.selection.history import KnownNearDuplicates
    from etl.index.query import read_known

    known, places = read_known(folder, manifest, selection), np.flatnonzero(numbers >= 0)
    is_here = np.isin(known.keeper, numbers[places])
    keeper = places[np.searchsorted(numbers[places], known.keeper[is_here])]
    return KnownNearDuplicates(known.text_hashes[:, is_here], keeper, known.similarity[is_here])


def _shares(manifest: Manifest, start: int, kept: "Retained", own: Sequence[FingerprintFile]) -> Iterator[_Share]:
    block, article = manifest.next_block, manifest.next_article
    for part in own:
        end = start + len(part.read_blocks("number"))
        yield _Share(part, kept.kept_in[start:end], kept.removed[start:end], manifest.next_run, block, article)
        block, article, start = block + end - start, article + len(part.read_articles("number")), end


def _write_blocks(share: _Share, write: Write) -> int:
    import numpy as np
    import pyarrow as pa

    rows = np.flatnonzero(share.kept_in)
    table = share.part.read_blocks().take(rows)
    changed = {
        "number": share.block + rows,
        "article": share.article + table["article"].to_numpy(),
        "kept_in": share.kept_in[rows].view(np.int8),
    }
    for name, values in changed.items():
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), pa.array(values))
    write("blocks", table)
    return len(rows)


def _write_articles(share: _Share, write: Write) -> int:
    """Write the articles with a kept block, each with the hashes of its other blocks unless it was dropped whole."""
    import numpy as np
    import pyarrow as pa

    from etl.dedup.schema import schema_of
    from etl.dedup.store import list_column

    table = share.part.read_blocks("article", "text_hash_0")
    articles, hashes = table["article"].to_numpy(), table["text_hash_0"].to_numpy()
    rows = np.unique(articles[share.kept_in > 0])
    is_other = (share.kept_in == 0) & ~share.removed & np.isin(articles, rows)
    others = np.bincount(articles[is_other], minlength=int(articles.max(initial=-1)) + 1)[rows]
    named = share.part.read_articles("name", "source", "record").take(rows)
    columns = {
        "number": share.article + rows,
        "run": np.full(len(rows), share.run, np.int32),
        **{name: named[name] for name in named.column_names},
        "removed": pa.array(np.isin(rows, articles[share.removed])),
        "other_hashes": list_column(hashes[is_other], others),
    }
    write("articles", pa.table(columns, schema=schema_of("articles", 0)))
    return len(rows)


def _write_known(manifest: Manifest, prior: Prior, kept: "Retained", write: Write) -> int:
    import numpy as np

    from etl.dedup.store import known_table

    own = np.arange(len(kept.kept_in) - len(prior.numbers))
    numbers = np.concatenate([prior.numbers, manifest.next_block + own])
    for selections, known in kept.known:
        write("known", known_table(known, selections, numbers))
    return sum(len(known.keeper) for _, known in kept.known)
