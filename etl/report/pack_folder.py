"""The folder of a user's pack, as `copydesk review` writes to it: rules, exceptions, verdicts, and nothing else.

    rules.toml        the pack                  copydesk clean -r FOLDER
    copydesk.toml     its exceptions            copydesk --config FOLDER/copydesk.toml clean …
    verdicts.jsonl    what a person thinks of single lines
    verdicts.csv      a sample, if `copydesk audit sample` has drawn one there: its rows are filled

Every file is checked first, and then written completely or not at all.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_IWUSR
from tempfile import TemporaryDirectory
from typing import Literal

from msgspec import Struct, structs

from etl.check.verdicts import JudgedDraw, Verdict, read_verdicts, write_verdicts
from etl.config import named_config
from etl.errors import CopydeskError, PackError, UsageError
from etl.formats.own_records import read_outputs
from etl.packs import Sourced, load_pack
from etl.report.sample import Removed
from etl.rule_tools.draft import header
from etl.writers import atomic, to_lines

RULES, EXCEPTIONS, VERDICTS, SAMPLE = "rules.toml", "copydesk.toml", "verdicts.jsonl", "verdicts.csv"
# A file of rules in the folder itself.
_NAME = re.compile(r"[\w-][\w.-]{0,80}\.toml")


class LineVerdict(Struct, frozen=True, kw_only=True):
    """A line of an article, by characters of its document, and the verdict on its outcome.

    Such verdicts are on lines that a person chose.  They show faults, but prove no bound.  A drawn sample, which does,
    is CSV (`etl/check/verdicts.py`).  `rule` and `kind` are "" for a kept line; "wrong" then means that it is
    furniture.
    """

    schema: Literal["copydesk/verdict/1"] = "copydesk/verdict/1"
    article: str
    start: int
    end: int
    rule: str
    kind: str
    text: str
    verdict: Literal["right", "wrong", "unsure"]


class PackFolder:
    """The folder of a pack, which is made if it does not exist.  Raises UsageError if the path is no folder."""

    def __init__(self, folder: Path) -> None:
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            raise UsageError(
                str(folder), "is not a folder", "Give the folder of your pack; it is created if it does not exist."
            )
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._read_verdicts()  # so that a wrong file is reported before any work is done

    @property
    def pack_id(self) -> str:
        """The id of a pack that is new: the name of the folder."""
        return re.sub(r"[^a-z0-9]+", "-", self.folder.resolve().name.lower()).strip("-") or "mine"

    @property
    def verdicts(self) -> list[LineVerdict]:
        """All verdicts, the last on each line."""
        return list(self._read_verdicts().values())

    def path(self, name: str) -> Path:
        """Return the path of a file of rules.  Raises UsageError for a name that leads out of the folder."""
        if not _NAME.fullmatch(name) or name.lower() == EXCEPTIONS:
            raise UsageError(name, "is not a file of rules in the folder of the pack", f"Name it like {RULES}.")
        return self._inside(name)

    def rules(self, name: str = RULES) -> list[Sourced]:
        """Return the rules of a file; none if it is not there.  Raises PackError."""
        path = self.path(name)
        return list(load_pack(path)) if path.exists() else []

    def with_rule(self, toml: str, name: str) -> str:
        """Return the text of a file of rules with one more rule."""
        path = self.path(name)
        before = _text(path) or header(self.pack_id)
        return f"{before.rstrip()}\n\n{toml.strip()}\n"

    def write_rules(self, text: str, name: str) -> None:
        """Write a file of rules."""
        self._write(self.path(name), text.encode())

    def add_exception(self, toml: str) -> None:
        """Add an exception.  Raises PackError if it is none."""
        path = self._inside(EXCEPTIONS)
        before = _text(path)
        text = f"{before.rstrip()}\n\n{toml.strip()}\n".lstrip()
        with on_trial(text, EXCEPTIONS) as trial:
            named_config(trial)
        self._write(path, text.encode())

    def add_verdict(self, verdict: LineVerdict) -> None:
        """Write a verdict, in the place of an earlier one on the same line."""
        verdicts = self._read_verdicts()
        verdicts[verdict.article, verdict.start] = verdict
        self._write(self._inside(VERDICTS), to_lines(verdicts.values()))

    def drawn(self) -> dict[Removed, Verdict]:
        """Return the removals of the sample with their verdicts; none if there is no sample.  Raises UsageError."""
        path = self._inside(SAMPLE)
        return {_removed(one): one.verdict for one in read_verdicts(path)} if path.exists() else {}

    def judge_drawn(self, removed: Removed, verdict: Verdict) -> None:
        """Fill the row of a removal in the sample."""
        judged = read_verdicts(self._inside(SAMPLE))
        filled = (structs.replace(one, verdict=verdict) if _removed(one) == removed else one for one in judged)
        write_verdicts(self._inside(SAMPLE), filled)

    def _read_verdicts(self) -> dict[tuple[str, int], LineVerdict]:
        path = self._inside(VERDICTS)
        found = read_outputs(path, LineVerdict) if path.exists() else ()
        return {(one.article, one.start): one for one in found}

    def _inside(self, name: str) -> Path:
        """Return the path of a file of the folder.

        Raises UsageError if either is a link, which may lead out of it, or is not what it was when the review began.
        """
        path = self.folder / name
        if self.folder.is_symlink() or not self.folder.is_dir():
            raise UsageError(str(self.folder), "is no longer a folder", "Put it back, or start the review again.")
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise UsageError(str(path), "is not a plain file", "Remove it, or give another folder.")
        return path

    def _write(self, path: Path, body: bytes) -> None:
        if path.exists() and not path.stat().st_mode & S_IWUSR:  # it would be replaced, whatever its mode
            raise UsageError(str(path), "is read-only", "Make it writable, or give another folder.")
        with atomic(path) as temporary:
            temporary.write_bytes(body)


def _text(path: Path) -> str:
    """Return what a file holds; "" if it is not there.  Raises PackError if it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8") if path.exists() else ""
    except UnicodeDecodeError:
        raise PackError(str(path), "is not UTF-8", "Save it in UTF-8.") from None


def _removed(judged: JudgedDraw) -> Removed:
    draw = judged.draw
    return Removed(draw.path, draw.row, draw.line, draw.rule, draw.line_sha256)


@contextmanager
def on_trial(text: str, name: str) -> Iterator[Path]:
    """Yield the path of a temporary file with a text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        try:
            path.write_text(text, encoding="utf-8")
            yield path
        except CopydeskError as error:  # the reader recognises the file by its name
            said = (one.replace(f"{folder}{os.sep}", "") for one in (error.place, error.fault, error.way_out))
            raise type(error)(*said) from None
