"""Records that are clean already: fingerprint those of a shard, and write back those that are no copies."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from hashlib import sha256

import msgspec
from msgspec import Raw, Struct

from etl.audit import Balance, Entry, Tally
from etl.formats import Reject, Share
from etl.formats.opening import loaded
from etl.formats.rows import Row, read_rows
from etl.pipeline.copies import EXACT, NEAR, WHOLE
from etl.pipeline.job import Copying, Job, Shard, reject_line
from etl.pipeline.select import Copy, Printable, save_prints, selected
from etl.pipeline.workspace import Workspace
from etl.writers import line_writer

KINDS = ("articles", "audit", "rejects", "pairs")
_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")

_encode = msgspec.json.Encoder().encode


class Pair(Struct, frozen=True, gc=False):
    """Two records by their names, the keeper first, and their likeness (of articles, the share that is copied)."""

    a: str
    b: str
    likeness: float


def fingerprint_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Save the fingerprints of a shard's records: of the text of each, or of the paragraphs in it.

    The bytes are kept too, so that what is written back later is what was compared.
    """
    shares = tuple(map(loaded, shard.shares))
    with workspace.writing("staged", shard.number, ".msgpack") as path:
        path.write_bytes(msgspec.msgpack.encode(shares))
    blocks = Printable([], [], ([], [], []))
    names, titles, origins = blocks.names
    rejects = 0
    for name, row in _rows(job, shares):
        if not isinstance(row, Row):
            rejects += 1
            continue
        for number, text in enumerate(_paragraphs(row.text, job.copying)):
            blocks.texts.append(text)
            blocks.articles.append(len(titles))
            names.append(f"{_name(name, row)}#{number}" if number else _name(name, row))
        titles.append(_name(name, row))
        origins.append((name, row.id))
    save_prints(job, workspace, shard.number, blocks)
    return Tally(documents=len(titles), rejects=rejects)


def publish_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's records, byte for byte, less the copies; with the audit, the rejects and the pairs."""
    sums: Counter[str] = Counter()
    with ExitStack() as stack:
        paths = {kind: stack.enter_context(workspace.writing(kind, shard.number)) for kind in KINDS}
        write = {kind: stack.enter_context(line_writer(path, workspace.suffix)) for kind, path in paths.items()}
        for path, row, copy in _compared(job, workspace, shard):
            if isinstance(row, Reject):
                write["rejects"]([reject_line(row)])
                sums["rejects"] += 1
                continue
            sums["records"] += 1
            sums["read"] += len(row.text)
            if copy:
                write["audit"]([_entry(path, row, copy, job)])
                write["pairs"]([Pair(copy.original, _name(path, row), round(copy.likeness, 4))])
                sums["copies"] += 1
                sums["copied"] += len(row.text)
            if not copy or job.copying.action == "tag":
                write["articles"]([Raw(row.line if job.copying.action == "drop" else _tagged(row, copy))])
    return _tally(sums, job.copying)


def _compared(job: Job, workspace: Workspace, shard: Shard) -> Iterator[tuple[str, Row | Reject, Copy | None]]:
    """Yield a shard's records, each with what it was found to be a copy of."""
    copies = selected(workspace, shard.number)
    found = {copy.place: copy for copy in (copies.blocks if job.copying.unit == "paragraph" else copies.articles)}
    shares = msgspec.msgpack.decode(workspace.path("staged", shard.number, ".msgpack").read_bytes(), type=list[Share])
    place = 0
    for path, row in _rows(job, shares):
        yield path, row, found.get(place) if isinstance(row, Row) else None
        place += isinstance(row, Row)


def _rows(job: Job, shares: Iterable[Share]) -> Iterator[tuple[str, Row | Reject]]:
    return ((share.source.name, row) for share in shares for row in read_rows(share, job.reading))


def _paragraphs(text: str, copying: Copying) -> list[str]:
    return [text] if copying.unit == "paragraph" else _BLANK_LINES.split(text.strip())


def _name(path: str, row: Row) -> str:
    """Name a record by its own id, or by its place."""
    return row.id or f"{path}:{row.row}"


def _tagged(row: Row, copy: Copy | None) -> bytes:
    """Add what it copies to a record's line."""
    tag = {"duplicate_of": copy.original if copy else "", "similarity": round(copy.likeness, 4) if copy else 0.0}
    return row.line.rstrip().removesuffix(b"}") + b"," + _encode(tag)[1:]


def _tally(sums: Counter[str], copying: Copying) -> Tally:
    removed = sums["copied"] if copying.action == "drop" else 0
    return Tally(
        documents=sums["records"],
        rejects=sums["rejects"],
        books=Balance(sums["read"], sums["read"] - removed, 0, removed),
        kinds=(("duplicate", sums["copies"]),) if sums["copies"] else (),
    )


def _entry(path: str, row: Row, copy: Copy, job: Job) -> Entry:
    near = EXACT if copy.likeness == 1.0 else NEAR
    return Entry(
        path=path,
        record=row.id or str(row.row),
        row=row.row,
        line=1,
        char_start=0,
        char_end=len(row.text),
        action="duplicate" if job.copying.action == "drop" else "tag",
        rule=near if job.copying.unit == "paragraph" else WHOLE,
        kind="duplicate",
        before=row.text,
        duplicate_of=copy.original,
        similarity=round(copy.likeness, 4),
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
        found.setdefault(pair.a, []).append(pair.b)
    return (Cluster(keeper, tuple(duplicates)) for keeper, duplicates in found.items())
