"""What earlier runs kept is put before the fingerprints of today; what today keeps is staged for the runs to come."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct, structs

from etl.errors import UsageError
from etl.index.look import Names
from etl.index.manifest import Manifest, Part, Run, hold, open_index, settings, write_manifest
from etl.index.parts import Write, band_names, lists, part_writer
from etl.pipeline.job import Job
from etl.pipeline.spill import SavedPart
from etl.pipeline.workspace import Workspace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from etl.dedup import Fingerprints
    from etl.dedup.facts import Mask
    from etl.dedup.seen import Echoes, Kept, Seen
    from etl.dedup.words import I64, U32
    from etl.index.look import Earlier

# Bytes.  A key of today is held, sorted, and held again meanwhile.
_BYTES_A_KEY = 16


class Before(Struct, frozen=True):
    """Of the index, saved as shards are, the blocks that share a band key with one of today, and their names.

    `serials` are the numbers that the index gave to them; -1 for those of which it has the hash alone.  `echoes` are,
    for each selection, the texts that went as near copies; the keepers by their places among these blocks.
    """

    parts: tuple[SavedPart, ...]
    names: tuple[Path, ...]
    serials: "I64"
    echoes: "tuple[Echoes, Echoes]"


class Today(Struct, frozen=True):
    """The shards of today: fingerprints, files of names, and where the blocks and the articles of each begin."""

    parts: Sequence[SavedPart]
    names: Sequence[Path]
    blocks: "I64"
    titles: "I64"


class _Share(Struct, frozen=True):
    """What is kept of a shard, and the numbers that the index will give to its first block and its first article."""

    part: SavedPart
    names: Names
    keeps: "NDArray[Any]"
    gone: "Mask"
    run: int
    block: int
    article: int


@contextmanager
def holding_index(job: Job, delivers: bool = True) -> Iterator[None]:
    """Keep other runs out of a job's index, if it has one.  A run that delivers nothing makes no new folder.

    Raises UsageError if the index is in use or does not fit.
    """
    if not job.index:
        yield
        return
    if job.copying.scope != "run":
        raise UsageError("--index", f"is of no use with --dedup {job.copying.scope}", "Leave one of the two out.")
    _manifest(job)  # before a lock is left in a folder that is no index
    with hold(job.index) if delivers or Path(job.index).exists() else nullcontext():
        _manifest(job)  # a run that was in until now may have begun it
        yield


def look_up(job: Job, workspace: Workspace, today: Sequence[SavedPart]) -> Before:
    """Find the blocks of earlier runs that share a band key with one of today; none, if there is no index."""
    import numpy as np

    from etl.dedup.seen import AMONG_ALL, AMONG_STAYING, NO_ECHOES
    from etl.index.look import read_earlier, sharing

    if not job.index:
        return Before((), (), np.zeros(0, np.int64), (NO_ECHOES, NO_ECHOES))
    manifest, found = _manifest(job), list[tuple[SavedPart, Path]]()
    bands = max(job.memory // (_BYTES_A_KEY * sum(len(part["sizes"]) for part in today) + 1), 1)
    for part, shared in sharing(Path(job.index), manifest, lambda bands: _keys(today, bands), bands):
        if shared.any():
            found.append(_save(workspace, len(found), read_earlier(Path(job.index), manifest, part, shared)))
    parts = tuple(part for part, _ in found)
    serials = np.concatenate([np.zeros(0, np.int64), *(part["serials"] for part in parts)])
    among_all, staying = (_echoes(job, manifest, serials, selection) for selection in (AMONG_ALL, AMONG_STAYING))
    return Before(parts, tuple(names for _, names in found), serials, (among_all, staying))


def seen(before: Before, prints: "Fingerprints") -> "Seen":
    """Say of joined blocks, those of earlier runs first, what earlier runs say of them."""
    import numpy as np

    from etl.dedup.seen import IN_BOTH, Seen, echoed

    first = len(before.serials)
    today = np.full(len(prints.sizes) - first, IN_BOTH, np.uint8)
    keeps = np.concatenate([*(part["keeps"] for part in before.parts), today])
    gone = np.concatenate([np.zeros(0, np.bool_), *(part["gone"] for part in before.parts)])
    among_all, staying = (echoed(prints, echoes, first) for echoes in before.echoes)
    return Seen(keeps, frozenset(np.flatnonzero(gone).tolist()), (among_all, staying))


def stage(job: Job, workspace: Workspace, before: Before, today: Today, kept: "Kept") -> None:
    """Write what today keeps as a part, with the manifest that will name it, where `etl.index.upkeep.extend` looks."""
    manifest = _manifest(job)
    staged = workspace.index_folder
    shutil.rmtree(staged, ignore_errors=True)  # of an attempt that was killed
    name, run = f"part-{manifest.next_part:05d}", Run(manifest.next_run, job.added, 0, 0)
    with part_writer(staged, name, manifest.settings.bands) as write:
        for share in _shares(manifest, today, kept):
            articles, blocks = _write_articles(share, write), _write_blocks(share, write)
            run = structs.replace(run, articles=run.articles + articles, blocks=run.blocks + blocks)
        echoes = _write_echoes(manifest, before, kept, write)
    part = Part(name, run.articles, run.blocks, echoes)
    extended = structs.replace(
        manifest,
        runs=(*manifest.runs, run),
        parts=(*manifest.parts, part) if run.blocks or echoes else manifest.parts,
        next_run=run.number + 1,
        next_part=manifest.next_part + 1,
        next_article=manifest.next_article + int(today.titles[-1] - today.titles[0]),
        next_block=manifest.next_block + int(today.blocks[-1] - today.blocks[0]),
    )
    write_manifest(str(staged), extended)


def _manifest(job: Job) -> Manifest:
    copying = job.copying
    return open_index(job.index, settings(copying.shingles, copying.threshold, copying.numbers, copying.unit))


def _save(workspace: Workspace, place: int, earlier: "Earlier") -> tuple[SavedPart, Path]:
    """Save blocks of an earlier run as those of a shard are saved."""
    with workspace.writing_folder("seen", place) as folder:
        SavedPart(folder).save(earlier.arrays)
    with workspace.writing("seen", place, ".msgpack") as path:
        path.write_bytes(msgspec.msgpack.encode(earlier.names))
    return SavedPart(workspace.part_folder("seen", place)), workspace.path("seen", place, ".msgpack")


def _keys(parts: Sequence[SavedPart], bands: slice) -> "list[U32]":
    """Give for some bands the keys of all blocks that have shingles."""
    import numpy as np

    return list(np.concatenate([part["keys"][bands, part["sizes"] > 0] for part in parts], axis=1))


def _echoes(job: Job, manifest: Manifest, serials: "I64", selection: int) -> "Echoes":
    """Read the texts that went as near copies in a selection, of which the keepers are here."""
    import numpy as np

    from etl.dedup.seen import Echoes
    from etl.index.look import read_echoes

    table, places = read_echoes(Path(job.index), manifest, selection), np.flatnonzero(serials >= 0)
    is_here = np.isin(table.keeper, serials[places])
    keeper = places[np.searchsorted(serials[places], table.keeper[is_here])]
    return Echoes(table.whole[:, is_here], keeper, table.likeness[is_here])


def _shares(manifest: Manifest, today: Today, kept: "Kept") -> Iterator[_Share]:
    for place, part in enumerate(today.parts):
        span = slice(*today.blocks[place : place + 2].tolist())
        block = manifest.next_block + span.start - int(today.blocks[0])
        article = manifest.next_article + int(today.titles[place] - today.titles[0])
        names = msgspec.msgpack.decode(today.names[place].read_bytes(), type=Names)
        yield _Share(part, names, kept.keeps[span], kept.gone[span], manifest.next_run, block, article)


def _write_blocks(share: _Share, write: Write) -> int:
    import numpy as np

    part, (names, titles, _) = share.part, share.names
    rows = np.flatnonzero(share.keeps)
    articles, keys, whole = part["articles"][rows], part["keys"][:, rows], part["whole"][:, rows]
    suffixes = [names[row].removeprefix(titles[of]) for row, of in zip(rows.tolist(), articles.tolist(), strict=True)]
    blocks = {
        "number": share.block + rows,
        "article": share.article + articles,
        "suffix": suffixes,
        "keeps": share.keeps[rows],
        "whole_0": whole[0],
        "whole_1": whole[1],
        "numbers": part["numbers"][rows],
        "shingles": lists(part["shingles"][np.repeat(share.keeps > 0, part["sizes"])], part["sizes"][rows]),
        "terms": lists(part["terms"][np.repeat(share.keeps > 0, part["termed"])], part["termed"][rows]),
    }
    write("blocks", blocks)
    write("keys", dict(zip(band_names(len(keys)), keys, strict=True)))
    return len(rows)


def _write_articles(share: _Share, write: Write) -> int:
    """Write the articles of which a block is kept, each with the hashes of its other blocks, if it stays."""
    import numpy as np

    articles, (_, titles, origins) = share.part["articles"], share.names
    rows = np.unique(articles[share.keeps > 0])
    is_other = (share.keeps == 0) & ~share.gone & np.isin(articles, rows)
    others = np.bincount(articles[is_other], minlength=len(titles))[rows]
    columns = {
        "number": share.article + rows,
        "run": np.full(len(rows), share.run, np.int32),
        "name": [titles[row] for row in rows.tolist()],
        "source": [origins[row][0] for row in rows.tolist()],
        "record": [origins[row][1] for row in rows.tolist()],
        "gone": np.isin(rows, articles[share.gone]),
        "others": lists(share.part["whole"][0, is_other], others),
    }
    write("articles", columns)
    return len(rows)


def _write_echoes(manifest: Manifest, before: Before, kept: "Kept", write: Write) -> int:
    import numpy as np

    today = np.arange(len(kept.keeps) - len(before.serials))
    numbers = np.concatenate([before.serials, manifest.next_block + today])
    for selections, echoes in kept.echoes:
        keeps = np.full(len(echoes.keeper), selections, np.uint8)
        columns = {"keeps": keeps, "whole_0": echoes.whole[0], "whole_1": echoes.whole[1]}
        write("echoes", columns | {"keeper": numbers[echoes.keeper], "likeness": echoes.likeness})
    return sum(len(echoes.keeper) for _, echoes in kept.echoes)
