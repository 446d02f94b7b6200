"""Records that are clean already: fingerprint those of a shard, and write back those that are no duplicates."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from hashlib import sha256
from itertools import pairwise

import msgspec
from msgspec import Raw, Struct

from etl.audit import Balance, Entry, Tally
from etl.dedup import DedupSettings
from etl.formats import Reject, Share
from etl.formats.opening import loaded
from etl.formats.rows import Row, read_rows
from etl.pipeline.duplicates import residue_words
from etl.pipeline.fingerprints import BlockTexts, write_fingerprints
from etl.pipeline.job import Job, Shard, reject_line
from etl.pipeline.select_duplicates import WHOLE, Drop, drops_among, read_drops
from etl.pipeline.workspace import Workspace
from etl.writers import line_writer

KINDS = ("articles", "audit", "rejects", "pairs")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")

_encode = msgspec.json.Encoder().encode


class Pair(Struct, frozen=True, gc=False):
    """Two records by their names, the keeper first, and their similarity (of articles, the ratio that is copied)."""

    keeper: str
    duplicate: str
    similarity: float


def fingerprint_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Save the fingerprints of a shard's records: of the text of each, or of the paragraphs in it.

    The bytes are kept too, so that what is written back later is what was compared.
    """
    shares = tuple(map(loaded, shard.shares))
    with workspace.writing("staged", shard.number, ".msgpack") as path:
        path.write_bytes(msgspec.msgpack.encode(shares))
    blocks = BlockTexts([], [], [], [], [])
    rejects = 0
    for name, row in _rows(job, shares):
        if not isinstance(row, Row):
            rejects += 1
            continue
        _add(blocks, _paragraphs(row.text, job.dedup), _name(name, row), (name, row.id))
    write_fingerprints(job, workspace, shard.number, blocks)
    return Tally(documents=len(blocks.article_names), rejects=rejects)


def publish_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's records, byte for byte, less the copies; with the audit, the rejects and the pairs."""
    sums: Counter[str] = Counter()
    with ExitStack() as stack:
        paths = {kind: stack.enter_context(workspace.writing(kind, shard.number)) for kind in KINDS}
        write = {kind: stack.enter_context(line_writer(path, workspace.suffix)) for kind, path in paths.items()}
        for path, row, copy in _with_copies(job, workspace, shard):
            if isinstance(row, Reject):
                write["rejects"]([reject_line(row)])
                sums["rejects"] += 1
                continue
            sums["records"] += 1
            sums["read"] += len(row.text)
            if copy:
                write["audit"]([_entry(path, row, copy, job)])
                write["pairs"]([Pair(copy.keeper, _name(path, row), round(copy.similarity, 4))])
                sums["copies"] += 1
                sums["copied"] += len(row.text)
            if not copy or job.dedup.action == "tag":
                write["articles"]([Raw(row.line if job.dedup.action == "drop" else _tagged(row, copy))])
    return _tally(sums, job.dedup)


def text_duplicates(texts: Iterable[str], settings: DedupSettings) -> Iterator[tuple[int, int, float]]:
    """Yield the texts that are duplicates, found in memory: place, place of the keeper, and similarity."""
    blocks = BlockTexts([], [], [], [], [])
    starts = [0]
    for place, text in enumerate(texts):
        _add(blocks, _paragraphs(text, settings), str(place), ("", ""))
        starts.append(len(blocks.texts))
    drops = drops_among(blocks, settings)
    for place, (start, end) in enumerate(pairwise(starts)):
        found = [(blocks.texts[at], drops[at]) for at in range(start, end) if at in drops]
        if copy := _copy(found, settings) if found else None:
            yield place, int(copy.keeper.partition("#")[0]), round(copy.similarity, 4)


def _add(blocks: BlockTexts, paragraphs: Sequence[str], name: str, origin: tuple[str, str]) -> None:
    """Add the paragraphs of a record to the blocks that are compared."""
    for number, text in enumerate(paragraphs):
        blocks.texts.append(text)
        blocks.articles.append(len(blocks.article_names))
        blocks.suffixes.append(f"#{number}" if number else "")
    blocks.article_names.append(name)
    blocks.origins.append(origin)


class _Copy(Struct, frozen=True, gc=False):
    """What keeps a record: its name, the rule, how similar it is, and the words that it lacks."""

    keeper: str
    rule: str
    similarity: float
    residue: str


def _with_copies(job: Job, workspace: Workspace, shard: Shard) -> Iterator[tuple[str, Row | Reject, _Copy | None]]:
    """Yield a shard's records, each with what keeps it if it is a duplicate."""
    drops, start = read_drops(workspace, shard.number), 0
    shares = msgspec.msgpack.decode(workspace.path("staged", shard.number, ".msgpack").read_bytes(), type=list[Share])
    for path, row in _rows(job, shares):
        if isinstance(row, Reject):
            yield path, row, None
            continue
        paragraphs = _paragraphs(row.text, job.dedup)
        found = [(text, drops[place]) for place, text in enumerate(paragraphs, start) if place in drops]
        start += len(paragraphs)
        yield path, row, _copy(found, job.dedup) if found else None


def _copy(found: Sequence[tuple[str, Drop]], settings: DedupSettings) -> _Copy | None:
    """Return what keeps a record, by its dropped paragraphs; one that is dropped in part only is given back whole."""
    first = found[0][1]
    if settings.unit == "article" and first.rule != WHOLE:
        return None
    lost = " ".join(filter(None, (residue_words(text, drop.residue) for text, drop in found)))
    return _Copy(first.keeper, first.rule, first.similarity, lost)


def _rows(job: Job, shares: Iterable[Share]) -> Iterator[tuple[str, Row | Reject]]:
    return ((share.source.name, row) for share in shares for row in read_rows(share, job.reading))


def _paragraphs(text: str, settings: DedupSettings) -> list[str]:
    if settings.unit == "paragraph":
        return [text]
    text = text.strip()
    return _BLANK_LINES.split(text) if "\n" in text else [text]


def _name(path: str, row: Row) -> str:
    """Name a record by its own id, or by its place."""
    return row.id or f"{path}:{row.row}"


def _tagged(row: Row, copy: _Copy | None) -> bytes:
    """Add what it copies to a record's line."""
    tag = {"duplicate_of": copy.keeper if copy else "", "similarity": round(copy.similarity, 4) if copy else 0.0}
    return row.line.rstrip().removesuffix(b"}") + b"," + _encode(tag)[1:]


def _tally(sums: Counter[str], settings: DedupSettings) -> Tally:
    removed = sums["copied"] if settings.action == "drop" else 0
    return Tally(
        documents=sums["records"],
        rejects=sums["rejects"],
        books=Balance(sums["read"], sums["read"] - removed, 0, removed),
        kinds=(("duplicate", sums["copies"]),) if sums["copies"] else (),
    )


def _entry(path: str, row: Row, copy: _Copy, job: Job) -> Entry:
    return Entry(
        path=path,
        record=row.id or str(row.row),
        row=row.row,
        line=1,
        char_start=0,
        char_end=len(row.text),
        action="duplicate" if job.dedup.action == "drop" else "tag",
        rule=copy.rule,
        kind="duplicate",
        before=row.text,
        duplicate_of=copy.keeper,
        similarity=round(copy.similarity, 4),
        residue=copy.residue,
        line_sha256=sha256(row.text.encode("utf-8", "surrogatepass")).hexdigest(),
    )


class Cluster(Struct, frozen=True, gc=False):
    """A kept record and the records that are copies of it, by their names."""

    keeper: str
    duplicates: tuple[str, ...]


def clustered(pairs: Iterable[Pair]) -> Iterator[Cluster]:
    """Group pairs by their keeper, in the order in which keepers are first copied."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        found.setdefault(pair.keeper, []).append(pair.duplicate)
    return (Cluster(keeper, tuple(duplicates)) for keeper, duplicates in found.items())
