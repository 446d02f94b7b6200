"""Records that are clean already: fingerprint those of a shard, and write back those that are no copies."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from hashlib import sha256

import msgspec
from msgspec import Raw, Struct

from etl.audit import Balance, Entry, Tally
from etl.readers import Reject
from etl.readers.rows import Row, read_rows
from etl.stages.copies import EXACT, NEAR, WHOLE
from etl.stages.job import Copying, Job, Shard, reject_line
from etl.stages.select import Copy, Printable, save_prints, selected
from etl.writers import line_writer

_BLANK_LINES = re.compile(r"\s*\n\s*\n\s*")

_encode = msgspec.json.Encoder().encode


class Pair(Struct, frozen=True, gc=False):
    """Two records by their names, the keeper first, and their likeness (of articles, the share that is copied)."""

    a: str
    b: str
    likeness: float


def fingerprint_records(job: Job, shard: Shard) -> None:
    """Save the fingerprints of a shard's records: of the text of each, or of the paragraphs in it."""
    blocks = Printable([], [], ([], [], []))
    names, titles, origins = blocks.names
    for path, row in _rows(job, shard):
        if isinstance(row, Row):
            for number, text in enumerate(_paragraphs(row.text, job.copying)):
                blocks.texts.append(text)
                blocks.articles.append(len(titles))
                names.append(f"{_name(path, row)}#{number}" if number else _name(path, row))
            titles.append(_name(path, row))
            origins.append((path, row.id))
    save_prints(job, shard, blocks)


def publish_records(job: Job, shard: Shard) -> Tally:
    """Write a shard's records, byte for byte, less the copies; with the audit, the rejects and the pairs."""
    sums: Counter[str] = Counter()
    with ExitStack() as stack:
        kinds = ("articles", "audit", "rejects", "pairs")
        write = {kind: stack.enter_context(line_writer(job.part(kind, shard.number))) for kind in kinds}
        for path, row, copy in _compared(job, shard):
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


def _compared(job: Job, shard: Shard) -> Iterator[tuple[str, Row | Reject, Copy | None]]:
    """Give a shard's records, each with what it was found to be a copy of."""
    copies = selected(job, shard)
    found = {copy.place: copy for copy in (copies.blocks if job.copying.unit == "paragraph" else copies.articles)}
    place = 0
    for path, row in _rows(job, shard):
        yield path, row, found.get(place) if isinstance(row, Row) else None
        place += isinstance(row, Row)


def _rows(job: Job, shard: Shard) -> Iterator[tuple[str, Row | Reject]]:
    return ((source.name, row) for source in shard.sources for row in read_rows(source, job.reading))


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
