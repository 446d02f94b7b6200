"""Verdicts: the draws of an audit, each with the verdict of a person, as CSV that a spreadsheet can edit."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, structs

from etl.check.sampling import Draw
from etl.errors import UsageError
from etl.formats.own_records import read_small
from etl.writers import atomic

Verdict = Literal["", "right", "wrong", "unsure"]

# The accepted spellings of verdicts; on the terminal, a judge types one letter.
_WORDS: Mapping[str, Verdict] = {
    **{"": "", "k": "right", "right": "right", "ok": "right", "x": "wrong", "wrong": "wrong"},
    **{"?": "unsure", "unsure": "unsure"},
}
COLUMNS = ("verdict", *Draw.__struct_fields__, "packs")
# A spreadsheet takes a cell that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"
WAY_OUT = "Give the CSV that `copydesk audit sample` wrote."


class JudgedDraw(Struct, frozen=True):
    """A draw, its verdict, and the digest of the packs at the time of the draw."""

    draw: Draw
    verdict: Verdict = ""
    packs: str = ""


def write_verdicts(path: Path, judged: Iterable[JudgedDraw]) -> None:
    """Write verdicts, whole or not at all."""
    with atomic(path) as temporary:
        temporary.write_text(as_csv(judged), encoding="utf-8", newline="")


def as_csv(judged: Iterable[JudgedDraw]) -> str:
    """Return verdicts as CSV. A text that looks like a formula gets a quotation mark before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in judged:
        fields = {"verdict": one.verdict, **structs.asdict(one.draw), "packs": one.packs}
        writer.writerow([_cell(fields[name]) for name in COLUMNS])
    return out.getvalue()


def read_verdicts(path: Path) -> list[JudgedDraw]:
    """Read verdicts.  Raises UsageError with the line of a fault."""
    try:
        text = read_small(path)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(str(path), f"cannot be read: {reason}", WAY_OUT) from None
    csv.field_size_limit(1 << 24)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise UsageError(str(path), f"is not CSV: {error}", WAY_OUT) from None
    if not rows or sorted(rows[0]) != sorted(COLUMNS):
        raise UsageError(f"{path}:1", "has other columns than a sample", "Keep all columns of `copydesk audit sample`.")
    judged = [
        _read_row(path, number, dict(zip(rows[0], row, strict=False))) for number, row in enumerate(rows[1:], 2) if row
    ]
    _check_whole(path, judged)
    return judged


def _check_whole(path: Path, judged: Sequence[JudgedDraw]) -> None:
    """Raise UsageError if rows are missing or occur twice: the bound of a selected part of a sample would be false."""
    rows = max((one.draw.rows for one in judged), default=0)
    if rows != len(judged) or {one.draw.id for one in judged} != set(range(1, rows + 1)):
        raise UsageError(str(path), "lacks rows of its sample, or has some twice", "Judge the whole sample.")
    if len({(one.packs, one.draw.removed) for one in judged}) > 1:
        raise UsageError(str(path), "holds rows of different samples", "Keep each sample in its own file.")


def _read_row(path: Path, number: int, fields: dict[str, str]) -> JudgedDraw:
    said = fields.pop("verdict", "").strip().lower()
    if said not in _WORDS:
        raise UsageError(f"{path}:{number}", f"'{said}' is not a verdict", "Write k or right, x or wrong, ? or unsure.")
    packs = fields.pop("packs", "")
    plain = {name: value.removeprefix(QUOTE) for name, value in fields.items()}
    try:
        draw = msgspec.convert(plain, Draw, strict=False)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}:{number}", f"is not a row of a sample: {error}", WAY_OUT) from None
    return JudgedDraw(draw, _WORDS[said], packs)


def _delimiter(text: str) -> str:
    """Return the delimiter of columns: in countries with decimal commas, spreadsheets write semicolons."""
    head = text.split("\n", 1)[0]
    return max(",;\t", key=head.count)


def _cell(value: object) -> str:
    text = str(value)
    return QUOTE + text if text.startswith((*_FORMULA, QUOTE)) else text
