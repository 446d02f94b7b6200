"""The nouns of a check: what was looked at, what was found, what may be found, and the report of it all."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, structs

from etl.formats.source import in_one_line

Scope = Literal["raw", "art", "audit"]
"""What a check reads: pages as they were found, articles, or the audit of a run."""

Level = Literal["error", "warning", "note"]

# Characters of a text that a finding quotes.
MAX_EXCERPT = 200
# Findings that are kept, of each key and in all: SARIF takes 25,000.  What is counted is always all of them.
MAX_OF_KEY, MAX_FINDINGS = 1_000, 24_000


class Key(Struct, frozen=True, order=True):
    """What findings are counted by; the keys of a baseline.  Neither line numbers nor file names are part of it."""

    check: str
    rule: str = ""
    publisher: str = ""


class Place(Struct, frozen=True, gc=False):
    """Where something stands: file, row of the record, line of its text; the record's id, and that of the article.

    `record` is "" for a file that is one document.  `file_line` is the line of the file; 0 where a file has none
    (Parquet, a packed archive, HTML).  `origin` is the place of an article in the raw page, as "path:line".
    """

    path: str
    row: int = 1
    line: int = 0
    record: str = ""
    article: str = ""
    file_line: int = 0
    origin: str = ""

    def __str__(self) -> str:
        path = in_one_line(self.path)
        row = f":{self.row}" if self.record else ""
        return f"{path}{row}:{self.line}" if self.line else f"{path}{row}"

    def at(self, line: int) -> "Place":
        """Return a line of the same document.  Of plain text that is the line of the file."""
        file_line = line if not self.record and self.file_line else self.file_line
        return structs.replace(self, line=line, file_line=file_line)


class Finding(Struct, frozen=True, gc=False):
    """One fault at one place.  `size` is its characters, `char_start` where it begins in the text."""

    key: Key
    place: Place
    message: str
    text: str = ""
    kind: str = ""
    size: int = 0
    char_start: int = 0


class Subject(Struct, frozen=True, gc=False):
    """An article, or what a page holds of one: what findings are counted against, and what `where` may ask of it."""

    scope: Scope
    publisher: str = ""
    language: str = ""
    status: str = ""
    path: str = ""
    characters: int = 0


class Count(Struct, frozen=True, gc=False):
    """How many findings, on how many subjects, of how many characters."""

    findings: int = 0
    subjects: int = 0
    characters: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.findings + other.findings, self.subjects + other.subjects, self.characters + other.characters)


class Where(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a limit is for: patterns ("de*") that must all fit.  `rule` is of a finding, the rest of its subject."""

    rule: str = "*"
    publisher: str = "*"
    language: str = "*"
    status: str = "*"
    path: str = "*"


class Limit(Struct, frozen=True):
    """How much of a check is allowed.  `most` and `least` are a number, or with `is_rate` a share from 0 to 1.

    Findings whose rule is in `without` are not counted.  `said` is where it comes from: an option, a place in
    copydesk.toml, or "" for what holds if nothing is said.
    """

    check: str
    most: float | None = 0.0
    least: float | None = None
    is_rate: bool = False
    level: Level = "error"
    where: Where = Where()
    without: tuple[str, ...] = ()
    said: str = ""


class Measure(Struct, frozen=True):
    """What a limit was held against: what was found, of how much."""

    found: Count = Count()
    of: Count = Count()

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.found + other.found, self.of + other.of)


class Row(Struct, frozen=True):
    """A key with its count, how much was looked at, how bad it is, and why.

    `before` is its count in the baseline, None if there is no baseline or it does not know the key.
    """

    key: Key
    count: Count
    of: Count
    level: Level = "note"
    why: str = ""
    before: int | None = None


class Held(Struct, frozen=True):
    """A limit, the value that was measured, and whether it holds."""

    limit: Limit
    value: float
    holds: bool
    words: str


class Report(Struct, frozen=True):
    """The outcome of a check: rows worst first, findings (at most MAX_FINDINGS, worst first), limits, words.

    `levels` are those of the keys.  `failures` say why it fails, one line each; empty if it does not.  `notes_as` is
    how `text` shows rows that are notes.
    """

    rows: tuple[Row, ...] = ()
    findings: tuple[Finding, ...] = ()
    limits: tuple[Held, ...] = ()
    totals: Mapping[str, Count] = {}
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    version: str = ""
    levels: Mapping[Key, Level] = {}
    notes_as: Literal["findings", "counts", "nothing"] = "findings"

    def by_key(self) -> Mapping[Key, Sequence[Finding]]:
        """Return the findings of each key, in order."""
        found: dict[Key, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.key, []).append(finding)
        return found

    def level(self, finding: Finding) -> Level:
        """Return how bad a finding is: as its key."""
        return self.levels[finding.key]
