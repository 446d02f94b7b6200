"""The records of a check: subjects, findings, limits, and the report."""

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct, structs

from etl.errors import in_one_line

Scope = Literal["raw", "art", "audit"]
"""What a check reads: pages as they were found, articles, or the audit of a run."""

Level = Literal["error", "warning", "note"]

# Characters of a text that a finding quotes.
MAX_EXCERPT = 200
# The most findings that are kept, per key and in total: SARIF allows 25,000.  Counts always include all findings.
MAX_OF_KEY, MAX_FINDINGS = 1_000, 24_000


class Key(Struct, frozen=True, order=True):
    """Check, rule and publisher, by which findings are counted; also the key of a baseline.

    It has no line number and no file name.
    """

    check: str
    rule: str = ""
    publisher: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (self.check, self.rule, self.publisher)))


class Place(Struct, frozen=True, gc=False):
    """A place: file, row of the record, line of its text, the id of the record, and the id of the article.

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
        """Return the place of a line of the same document.  In plain text, this is also the line of the file."""
        file_line = line if not self.record and self.file_line else self.file_line
        return structs.replace(self, line=line, file_line=file_line)


class Finding(Struct, frozen=True, gc=False):
    """One fault at one place.  `size` is its number of characters, `char_start` its start in the text."""

    key: Key
    place: Place
    message: str
    text: str = ""
    kind: str = ""
    size: int = 0
    char_start: int = 0


class Subject(Struct, frozen=True, gc=False):
    """An article, or an article of a page: the unit of counts, with the values that `where` can test."""

    scope: Scope
    publisher: str = ""
    language: str = ""
    status: str = ""
    path: str = ""
    characters: int = 0


class Count(Struct, frozen=True, gc=False):
    """Numbers of findings, of subjects with findings, and of their characters."""

    findings: int = 0
    subjects: int = 0
    characters: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.findings + other.findings, self.subjects + other.subjects, self.characters + other.characters)


class Where(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The scope of a limit: patterns ("de*") that must all match.

    `rule` is that of a finding, the others are of its subject.
    """

    rule: str = "*"
    publisher: str = "*"
    language: str = "*"
    status: str = "*"
    path: str = "*"


class Limit(Struct, frozen=True):
    """How much of a check is allowed.  `most` and `least` are a number, or with `is_rate` a share from 0 to 1.

    Findings whose rule is in `without` are not counted.  `said` is the source of the limit: an option, a place in
    copydesk.toml, or "" for a default limit.
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
    """The measured value for a limit: findings, and the total."""

    found: Count = Count()
    of: Count = Count()

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(self.found + other.found, self.of + other.of)


class Row(Struct, frozen=True):
    """A key with its count, the number of subjects, the level, and the reason for the level.

    `before` is its count in the baseline; None if there is no baseline, or if the baseline lacks the key.
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

    `levels` are the levels of the keys.  `failures` are the reasons why the check fails, one line each.  `notes_as`
    says how format `text` shows rows that are notes.
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
        """Return the level of a finding: that of its key."""
        return self.levels[finding.key]
