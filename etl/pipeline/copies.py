"""Judged documents -> the blocks that rules left; and, once it is known which are copies, the removals of these."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from etl.document import Judged
from etl.formats import Reject
from etl.model import NO_DUPLICATES, Document, DocumentDuplicates, Removal
from etl.pipeline.job import Copying, Job
from etl.pipeline.select import Copies, Copy, Printable, copies_among, selected
from etl.pipeline.workspace import Workspace
from etl.record import article_id

EXACT, NEAR, WHOLE = "duplicate/exact", "duplicate/near", "duplicate/article"


class Place(Struct, frozen=True, gc=False):
    """Where a block stands: the number of its document and of its article in the shard, and its index."""

    document: int
    article: int
    block: int


def blocks_left(results: Iterable[object]) -> tuple[list[Place], Printable]:
    """Give the blocks of documents that rules left, and where they stand."""
    places: list[Place] = []
    blocks = Printable([], [], ([], [], []))
    names, titles, origins = blocks.names
    for number, result in enumerate(results):
        if not isinstance(result, Judged):
            continue
        for article, removals in zip(result.articles, result.removals, strict=True):
            gone = {removal.block for removal in removals if removal.action != "tag"}
            for block in article.blocks_of(result.document):
                if block.index not in gone:
                    places.append(Place(number, len(titles), block.index))
                    blocks.texts.append(block.text)
                    blocks.articles.append(len(titles))
                    names.append(f"{article_id(result.document, article)}:{block.line}")
            titles.append(article_id(result.document, article))
            origins.append(_origin(result.document))
    return places, blocks


def _origin(document: Document) -> tuple[str, str]:
    """Name the source of a document, and the record if it has a name of its own."""
    return document.path, document.record if document.record != str(document.row) else ""


def save_places(workspace: Workspace, shard: int, places: Sequence[Place], titles: Sequence[str]) -> None:
    """Save where the blocks of a shard stand."""
    with workspace.writing("places", shard, ".msgpack") as path:
        path.write_bytes(msgspec.msgpack.encode((places, titles)))


def dropped(job: Job, workspace: Workspace, shard: int) -> dict[int, DocumentDuplicates]:
    """Return what was found to be copies in a shard, by the number of the document."""
    packed = workspace.path("places", shard, ".msgpack").read_bytes()
    places, titles = msgspec.msgpack.decode(packed, type=tuple[list[Place], list[str]])
    return _by_document(selected(workspace, shard), places, titles, job.copying)


def duplicates_within(results: Sequence[Judged | Reject], copying: Copying) -> dict[int, DocumentDuplicates]:
    """Return the duplicates among some documents, in memory, by the number of the document."""
    places, blocks = blocks_left(results)
    found = _by_document(copies_among(blocks, copying), places, blocks.names[1], copying)
    return {number: found.get(number, NO_DUPLICATES) for number in range(len(results))}


def _by_document(
    copies: Copies, places: Sequence[Place], titles: Sequence[str], copying: Copying
) -> dict[int, DocumentDuplicates]:
    whole = {copy.place: copy for copy in copies.articles}
    found: dict[int, DocumentDuplicates] = {}
    for place, removal in _removals(copies, places, whole, copying):
        before = found.get(place.document, NO_DUPLICATES)
        gone = {titles[place.article]} if place.article in whole and copying.action == "drop" else set()
        found[place.document] = DocumentDuplicates((*before.removals, removal), before.articles | gone)
    return found


def _removals(
    copies: Copies, places: Sequence[Place], whole: dict[int, Copy], copying: Copying
) -> Iterator[tuple[Place, Removal]]:
    """Give the removals of copies: each block of an article that goes whole, and of others the blocks that go."""
    blocks = {copy.place: copy for copy in copies.blocks}
    for number, place in enumerate(places):
        if place.article in whole:
            yield place, _removal(place, whole[place.article], WHOLE, copying)
        elif number in blocks:
            copy = blocks[number]
            yield place, _removal(place, copy, EXACT if copy.likeness == 1.0 else NEAR, copying)


def _removal(place: Place, copy: Copy, rule: str, copying: Copying) -> Removal:
    return Removal(
        place.block,
        "duplicate" if copying.action == "drop" else "tag",
        rule,
        kind="duplicate",
        duplicate_of=copy.original,
        similarity=round(copy.likeness, 4),
    )
