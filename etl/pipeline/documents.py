"""Documents between two stages: written one after the other, and read back in order.

Each character is written once: if the text of a block is a slice of the decoded text, only its place is written.
"""

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from etl.document import Judged, Parsed
from etl.formats import Reject
from etl.model import Article, Block, Document, Level, Link, Removal
from etl.pipeline.workspace import Workspace

State = TypeVar("State", Parsed, Judged)

# The kinds of files in a workspace that hold documents.
PARSED, JUDGED = "parsed", "staged"
_LENGTH_BYTES = 8
# A block without its text: line, start, end, tag, selectors, levels, links.
_Place = tuple[int, int, int, str, tuple[str, ...], tuple[Level, ...], tuple[Link, ...]]


class _Written(Struct, frozen=True, array_like=True):
    """A document as it is written: without its blocks; the places of blocks; and the texts that are no slices."""

    document: Document
    places: list[_Place]
    texts: dict[int, str]
    articles: tuple[Article, ...]
    removals: tuple[tuple[Removal, ...], ...] | None


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[_Written | None, Reject | None]).decode


def write_documents(
    workspace: Workspace, kind: str, shard: int, results: Iterable[State | Reject]
) -> Iterator[State | Reject]:
    """Yield results unchanged, and write each to the shard's file of a kind."""
    with workspace.writing(kind, shard, ".msgpack") as path, path.open("wb") as file:
        for result in results:
            packed = _encode((None, result) if isinstance(result, Reject) else (_written(result), None))
            file.write(len(packed).to_bytes(_LENGTH_BYTES, "big") + packed)
            yield result


def read_parsed(workspace: Workspace, shard: int) -> Iterator[Parsed | Reject]:
    """Yield the parsed documents that were written."""
    for written in _read(workspace, PARSED, shard):
        yield written if isinstance(written, Reject) else Parsed(_document(written), written.articles)


def read_judged(workspace: Workspace, shard: int) -> Iterator[Judged | Reject]:
    """Yield the judged documents that were written."""
    for written in _read(workspace, JUDGED, shard):
        if isinstance(written, Reject):
            yield written
        else:
            yield Judged(_document(written), written.articles, written.removals or ())


def _written(result: Parsed | Judged) -> _Written:
    document = result.document
    text = document.text
    places = [
        (one.line, one.char_start, one.char_end, one.tag, one.css, one.levels, one.links) for one in document.blocks
    ]
    texts = {one.index: one.text for one in document.blocks if one.text != text[one.char_start : one.char_end]}
    removals = result.removals if isinstance(result, Judged) else None
    return _Written(structs.replace(document, blocks=()), places, texts, result.articles, removals)


def _document(written: _Written) -> Document:
    document = written.document
    text, texts = document.text, written.texts
    blocks = tuple(
        Block(index, line, start, end, texts[index] if index in texts else text[start:end], tag, css, levels, links)
        for index, (line, start, end, tag, css, levels, links) in enumerate(written.places)
    )
    return structs.replace(document, blocks=blocks)


def _read(workspace: Workspace, kind: str, shard: int) -> Iterator[_Written | Reject]:
    with workspace.path(kind, shard, ".msgpack").open("rb") as file:
        while length := file.read(_LENGTH_BYTES):
            document, reject = _decode(file.read(int.from_bytes(length, "big")))
            yield document or reject  # type: ignore[misc]  # one of the two was written
