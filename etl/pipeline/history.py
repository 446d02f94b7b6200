"""What prior runs kept is put before the fingerprints of this run; what it keeps is staged for the runs to come."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from etl.errors import UsageError
from etl.index.manifest import IndexedRun, Manifest, Part, locked, open_index, verified_index, write_manifest
from etl.index.parts import Write, part_writer
from etl.pipeline.fingerprints import FingerprintFile, write_table
from etl.pipeline.job import Job
from etl.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from etl.dedup.arrays import I64, U8, U32, Mask
    from etl.dedup.fingerprint import Fingerprints
    from etl.dedup.selection import Blocks, Selected
    from etl.dedup.selection.history import History, KnownNearDuplicates, Retained
    from etl.index.query import PriorTables

# Bytes.  A key of this run is held, sorted, and held again meanwhile.
_BYTES_A_KEY = 16


class Prior(Struct, frozen=True):
    """Of the index, spilled as shards are, the blocks that share a band key with one of this run.

    `numbers` are those that the index gave to them, -1 for those of which it has the hash alone; `kept_in` the
    selections that keep each, `removed` marks the articles dropped whole.  `known` are, for each selection, the texts
    dropped as near copies; keepers by their places among these blocks.
    """

    parts: tuple[FingerprintFile, ...]
    numbers: "I64"
    kept_in: "U8"
    removed: "Mask"
    known: "tuple[KnownNearDuplicates, KnownNearDuplicates]"


class _Share(Struct, frozen=True):
    """What is kept of a shard, and the numbers that the index gives to its first block and its first article."""

    part: FingerprintFile
    kept_in: "U8"
    removed: "Mask"
    run: int
    block: int
    article: int


@contextmanager
def holding_index(job: Job, delivers: bool) -> Iterator[None]:
    """Keep other runs out of a job's index.  A run that delivers nothing makes no new folder.

    Raises UsageError if the index is in use or does not fit.
    """
    if job.dedup.scope != "run":
        raise UsageError("--index", f"has no effect with --dedup {job.dedup.scope}", "Leave one of the two out.")
    open_index(job.index, job.dedup)  # before a lock is left in a folder that is not an index
    can_lock = delivers or os.access(job.index, os.W_OK)  # of an index that may only be read one may look at
    with locked(job.index) if can_lock else nullcontext():
        verified_index(job.index, job.dedup)  # a run that was in until now may have begun it
        yield


def look_up(job: Job, workspace: Workspace, own: Sequence[FingerprintFile]) -> Prior:
    """Return the blocks of prior runs that share a band key with one of this run; none, if there is no index."""
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
    """Return what prior runs say of joined blocks, theirs first."""
    import numpy as np

    from etl.dedup.selection.history import BOTH, History, look_up_known

    count = len(prior.numbers)
    kept_in = np.append(prior.kept_in, np.full(len(prints.word_counts) - count, BOTH, np.uint8))
    known = [look_up_known(prints, known, count) for known in prior.known]
    return History(count, kept_in, frozenset(np.flatnonzero(prior.removed).tolist()), (known[0], known[1]))


def refuse_only_copy(job: Job, output: str) -> None:
    """Refuse to write over articles that the index knows: the run would remove what is a copy of them.

    Raises UsageError.
    """
    for run in open_index(job.index, job.dedup).runs:
        if run.output == job.output and run.blocks:
            fault = f"holds the articles of {run.id} in the index {job.index}, and this run would remove their copies"
            raise UsageError(output, fault, f"Move it away, or first run: copydesk index forget {job.index} {run.id}")


def stage_index(
    job: Job, workspace: Workspace, prior: Prior, blocks: "Blocks", found: "Selected", own: Sequence[FingerprintFile]
) -> None:
    """Write what this run keeps as a part, with the manifest that names it, for `etl.index.maintenance.extend`."""
    from etl.dedup.selection.history import retained

    manifest, kept, staged = open_index(job.index, job.dedup), retained(blocks, found), workspace.index_folder
    shutil.rmtree(staged, ignore_errors=True)  # of an attempt that was killed
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
    """Write blocks of a prior run as those of a shard are written."""
    part = FingerprintFile(
        workspace.path("prior", place, ".blocks.arrow"), workspace.path("prior", place, ".articles.arrow")
    )
    part.blocks.parent.mkdir(parents=True, exist_ok=True)
    write_table(part.blocks, tables.blocks)
    write_table(part.articles, tables.articles)
    return part


def _keys(parts: Sequence[FingerprintFile], bands: range) -> "list[U32]":
    """Return for some bands the keys of all blocks that have shingles."""
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
    """Return the texts dropped as near copies in a selection, of which the keepers are here."""
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
    """Write the articles of which a block is kept, each with the hashes of its other blocks, if it remains."""
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
