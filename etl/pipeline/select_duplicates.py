"""Fingerprints of all shards -> the dropped blocks and their keepers, written for each shard."""

from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct, structs

from etl.dedup import DedupSettings
from etl.engines import FindPairs
from etl.pipeline.fingerprints import BlockTexts, FingerprintFile, Joined, file_of, join
from etl.pipeline.job import Job
from etl.pipeline.workspace import Workspace

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from etl.array_types import I64
    from etl.dedup.selection import Drops

    Names = NDArray[np.object_]

DropRule = Literal["duplicate/exact", "duplicate/near", "duplicate/article"]
EXACT: DropRule = "duplicate/exact"
NEAR: DropRule = "duplicate/near"
WHOLE: DropRule = "duplicate/article"
# Blocks of a document or two.  Among more blocks, some are probably similar, so that a first comparison of all pairs
# saves nothing.
FEW_BLOCKS = 64


class Drop(Struct, frozen=True, gc=False):
    """A dropped block: the name of its keeper, a block or an article.

    `similarity` is their exact Jaccard or, of an article dropped whole, the ratio of its words that are copies;
    `residue` are the places of the words that the keeper lacks.
    """

    keeper: str
    similarity: float
    rule: DropRule
    residue: tuple[int, ...] = ()


class DropColumns(Struct, frozen=True, array_like=True):
    """The drops of a shard as columns, which are faster to write; each task makes the drops of its shard."""

    places: list[int]
    keepers: list[str]
    similarity: list[float]
    is_whole: list[bool]
    residue_counts: list[int]
    residue: list[int]

    def by_place(self) -> dict[int, Drop]:
        """Return the drops by the place of their block among those of the shard."""
        residue = iter(self.residue)
        drops = dict[int, Drop]()
        columns = zip(self.places, self.keepers, self.similarity, self.is_whole, self.residue_counts, strict=True)
        for place, keeper, similarity, is_whole, count in columns:
            rule = WHOLE if is_whole else EXACT if similarity == 1.0 else NEAR
            drops[place] = Drop(keeper, similarity, rule, tuple(islice(residue, count)))
        return drops


def load_selection() -> None:
    """Import the modules that `select` needs."""
    import_module("pyarrow")
    import_module("etl.dedup.selection")


def select(job: Job, workspace: Workspace, shards: int, threads: int = 1, find_pairs: FindPairs | None = None) -> None:
    """Find the duplicates among the blocks of all shards, and write for each shard which of its blocks are dropped.

    Blocks of prior runs come before all.  Pairs are found in threads of this process, or by an engine's `find_pairs`.
    """
    from etl.dedup.selection import Blocks, drops_of
    from etl.dedup.selection import select as select_blocks
    from etl.pipeline.history import history_of, look_up, stage_index

    workspace.remove("prior", "joined")  # left by an attempt that was killed
    own = [file_of(workspace, shard) for shard in range(shards)]
    prior = look_up(job, workspace, own)
    parts = (*prior.parts, *own)
    joined = join(job, workspace, parts, threads)
    blocks = Blocks(joined.prints, joined.articles, history_of(prior, joined.prints))
    resources = joined.resources
    if find_pairs:
        paths = [str(part.blocks) for part in parts]
        resources = structs.replace(resources, pair_source=partial(find_pairs, paths, joined.block_starts))
    found = select_blocks(blocks, job.dedup, resources)
    drops = drops_of(blocks, found, len(prior.numbers), joined.resources.run)
    columns_of = _columns(drops, joined.block_starts, _keeper_names(parts, joined, drops))
    for shard in range(shards):
        with workspace.writing("drops", shard, ".msgpack") as path:
            path.write_bytes(msgspec.msgpack.encode(columns_of(shard + len(prior.parts))))
    if job.index:
        stage_index(job, workspace, prior, blocks, found, own)


def read_drops(workspace: Workspace, shard: int) -> dict[int, Drop]:
    """Return the blocks of a shard that are dropped, by their place."""
    packed = workspace.path("drops", shard, ".msgpack").read_bytes()
    return msgspec.msgpack.decode(packed, type=DropColumns).by_place()


def drops_among(texts: BlockTexts, settings: DedupSettings) -> dict[int, Drop]:
    """Return the blocks of some articles that are dropped, by their place, found in memory."""
    count = len(texts.texts)
    if count < 2:
        return {}

    import numpy as np

    from etl.dedup.fingerprint import fingerprint, may_repeat
    from etl.dedup.selection import Blocks, drops_of, no_history
    from etl.dedup.selection import select as select_blocks

    if count <= FEW_BLOCKS and not may_repeat(texts.texts, settings):
        return {}
    prints = fingerprint(texts.texts, settings)
    blocks = Blocks(prints, np.array(texts.articles, np.int64), no_history(count))
    drops = drops_of(blocks, select_blocks(blocks, settings))
    return _columns(drops, np.array([0, count]), _names_in(texts, drops))(0).by_place()


def _names_in(texts: BlockTexts, drops: "Drops") -> list[str]:
    names = texts.article_names
    return [
        names[keeper] if is_whole else names[texts.articles[keeper]] + texts.suffixes[keeper]
        for keeper, is_whole in zip(drops.keeper.tolist(), drops.is_whole.tolist(), strict=True)
    ]


def _keeper_names(parts: Sequence[FingerprintFile], joined: Joined, drops: "Drops") -> list[str]:
    """Return the names of the keepers of drops.  The names of a part are read once, and only if it has a keeper."""
    import numpy as np

    def article_names(part: int, places: "I64") -> "Names":
        # pyarrow is not used here, because it would import all of its functions, which takes a tenth of a second.
        names: Names = parts[part].read_articles("name")["name"].to_numpy()
        return names[places]

    def block_names(part: int, places: "I64") -> "Names":
        rows = parts[part].read_blocks("article", "suffix")
        names: Names = article_names(part, rows["article"].to_numpy()[places]) + rows["suffix"].to_numpy()[places]
        return names

    names, whole = np.empty(len(drops.keeper), np.object_), drops.is_whole
    names[whole] = _gathered(joined.article_starts, drops.keeper[whole], article_names)
    names[~whole] = _gathered(joined.block_starts, drops.keeper[~whole], block_names)
    return list(names)


def _gathered(starts: "I64", wanted: "I64", read: "Callable[[int, I64], Names]") -> "Names":
    """Return the values at places of the run; `read` returns the values at places of a part."""
    import numpy as np

    order = np.argsort(wanted, kind="stable")
    edges = np.searchsorted(wanted[order], starts).tolist()
    values = np.empty(len(wanted), np.object_)
    for part, (start, end) in enumerate(pairwise(edges)):
        if start < end:
            places = order[start:end]
            values[places] = read(part, wanted[places] - starts[part])
    return values


def _columns(drops: "Drops", block_starts: "I64", keepers: list[str]) -> Callable[[int], DropColumns]:
    """Return a function that returns the drops of a part; `keepers` are the names of all keepers."""
    import numpy as np

    edges = np.searchsorted(drops.blocks, block_starts)
    residue_edges = np.append(0, np.cumsum(drops.residue_counts))[edges]

    def of_part(part: int) -> DropColumns:
        some, lacked = (slice(*ends[part : part + 2].tolist()) for ends in (edges, residue_edges))
        return DropColumns(
            places=(drops.blocks[some] - block_starts[part]).tolist(),
            keepers=keepers[some],
            similarity=drops.similarity[some].tolist(),
            is_whole=drops.is_whole[some].tolist(),
            residue_counts=drops.residue_counts[some].tolist(),
            residue=drops.residue[lacked].tolist(),
        )

    return of_part
