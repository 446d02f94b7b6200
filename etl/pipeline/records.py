"""Records that are clean already: make the fingerprints of a shard, and write the records that are not duplicates."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO
from itertools import pairwise

import msgspec
from msgspec import Raw, Struct, structs

from etl.audit import Balance, Entry, Tally, lines_checksum, text_sha256
from etl.dedup import DedupSettings
from etl.formats import Reject
from etl.formats.rows import Row, read_row, read_rows, with_fields
from etl.pipeline.duplicates import residue_words
from etl.pipeline.fingerprints import BlockTexts, write_fingerprints
from etl.pipeline.job import Job, Shard, reject_line
from etl.pipeline.select_duplicates import WHOLE, Drop, drops_among, read_drops
from etl.pipeline.workspace import Workspace
from etl.writers import line_writer

KINDS = ("articles", "audit", "rejects", "pairs")
_BLANK_LINES = re.compile(r"\n\s*\n")


class Pair(Struct, frozen=True, gc=False):
    """Two records by their names, the keeper first, and their similarity (of articles, the ratio that is copied)."""

    keeper: str
    duplicate: str
    similarity: float


class _Line(Struct, frozen=True, gc=False, array_like=True):
    """A record as it was read: its file, its row, its line; the characters of its text, and the blocks in it."""

    path: str
    row: int
    line: bytes
    characters: int
    blocks: int


class _Staged(Struct, frozen=True, array_like=True):
    """The records of a shard, stored so that the records that are written are those that were compared."""

    lines: list[_Line]
    rejects: list[Reject]


def fingerprint_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Save a shard's records, and the fingerprints of the text of each, or of the paragraphs in it."""
    lines, rejects, blocks = list[_Line](), list[Reject](), BlockTexts()
    for share in shard.shares:
        path = share.source.name
        for row in read_rows(share, job.reading):
            if not isinstance(row, Row):
                rejects.append(row)
                continue
            paragraphs = _paragraphs(row.text, job.dedup)
            blocks.add_article(_name(path, row), (path, row.id), _with_suffixes(paragraphs))
            lines.append(_Line(path, row.row, row.line, len(row.text), len(paragraphs)))
    with workspace.writing("staged", shard.number, ".msgpack") as target:
        target.write_bytes(msgspec.msgpack.encode(_Staged(lines, rejects)))
    write_fingerprints(job, workspace, shard.number, blocks)
    return Tally(documents=len(lines), rejects=len(rejects))


def publish_records(job: Job, workspace: Workspace, shard: Shard) -> Tally:
    """Write a shard's records, byte for byte, without duplicates; and the audit, the rejects and the pairs."""
    packed = workspace.path("staged", shard.number, ".msgpack").read_bytes()
    staged, copied = msgspec.msgpack.decode(packed, type=_Staged), 0
    written: dict[str, list[object]] = {kind: [] for kind in KINDS}
    written["rejects"] += map(reject_line, staged.rejects)
    kept: list[bytes] = []
    for line, row, copy in _with_copies(job, staged.lines, read_drops(workspace, shard.number)):
        if copy and row:
            written["audit"].append(_entry(line.path, row, copy, job))
            written["pairs"].append(Pair(copy.keeper, _name(line.path, row), round(copy.similarity, 4)))
            copied += line.characters
        if not copy or job.dedup.action == "tag":
            kept.append(_tagged(line.line, copy, job) if job.dedup.action == "tag" else line.line)
    if kept:
        written["articles"] = [Raw(b"\n".join(kept))]  # lines stay as they are
    for kind in KINDS:
        with workspace.writing(kind, shard.number) as path, line_writer(path, workspace.suffix) as write:
            write(written[kind])
    tally = _tally(staged, len(written["audit"]), copied, job.dedup)
    return structs.replace(tally, checksum=lines_checksum(BytesIO(b"\n".join(kept))))


def text_duplicates(texts: Iterable[str], settings: DedupSettings) -> Iterator[tuple[int, int, float]]:
    """Yield the texts that are duplicates, found in memory: place, place of the keeper, and similarity."""
    blocks = BlockTexts()
    starts = [0]
    for place, text in enumerate(texts):
        blocks.add_article(str(place), ("", ""), _with_suffixes(_paragraphs(text, settings)))
        starts.append(len(blocks.texts))
    drops = drops_among(blocks, settings)
    for place, (start, end) in enumerate(pairwise(starts)):
        found = [(blocks.texts[at], drops[at]) for at in range(start, end) if at in drops]
        if copy := _copy(found, settings) if found else None:
            yield place, int(copy.keeper.partition("#")[0]), round(copy.similarity, 4)


def _with_suffixes(paragraphs: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the paragraphs of a record, each with the suffix of its name."""
    for number, text in enumerate(paragraphs):
        yield text, f"#{number}" if number else ""


class _Copy(Struct, frozen=True, gc=False):
    """The keeper of a record: its name, the rule, the similarity, and the words that it lacks."""

    keeper: str
    rule: str
    similarity: float
    residue: str


def _with_copies(
    job: Job, lines: Iterable[_Line], drops: Mapping[int, Drop]
) -> Iterator[tuple[_Line, Row | None, _Copy | None]]:
    """Yield lines.  A line with a dropped block has its record, and its keeper if it is a duplicate."""
    start = 0
    for line in lines:
        found = [place for place in range(start, start + line.blocks) if place in drops]
        row = read_row(line.path, line.row, line.line, job.reading) if found else None
        if isinstance(row, Row):
            texts = _paragraphs(row.text, job.dedup)
            yield line, row, _copy([(texts[place - start], drops[place]) for place in found], job.dedup)
        else:
            yield line, None, None
        start += line.blocks


def _copy(found: Sequence[tuple[str, Drop]], settings: DedupSettings) -> _Copy | None:
    """Return the keeper of a record, from its dropped paragraphs.

    A record that is only partly dropped is kept whole.
    """
    first = found[0][1]
    if settings.unit == "article" and first.rule != WHOLE:
        return None
    lost = " ".join(filter(None, (residue_words(text, drop.residue) for text, drop in found)))
    return _Copy(first.keeper, first.rule, first.similarity, lost)


def _paragraphs(text: str, settings: DedupSettings) -> list[str]:
    if settings.unit == "paragraph":
        return [text]
    text = text.strip()
    return [part.strip() for part in _BLANK_LINES.split(text)]


def _name(path: str, row: Row) -> str:
    """Name a record by its own id, or by its place."""
    return row.id or f"{path}:{row.row}"


def _tagged(line: bytes, copy: _Copy | None, job: Job) -> bytes:
    """Add the keeper of a record to its line."""
    tag = {"duplicate_of": copy.keeper if copy else "", "similarity": round(copy.similarity, 4) if copy else 0.0}
    return with_fields(line, tag, job.reading)


def _tally(staged: _Staged, copies: int, copied: int, settings: DedupSettings) -> Tally:
    read = sum(line.characters for line in staged.lines)
    removed = copied if settings.action == "drop" else 0
    return Tally(
        documents=len(staged.lines),
        rejects=len(staged.rejects),
        books=Balance(read, read - removed, 0, removed),
        kinds=(("duplicate", copies),) if copies else (),
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
        line_sha256=text_sha256(row.text),
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
