"""Short lines that recur and that no rule matches, counted by publisher in files, so that memory stays bounded.

A shard writes its distinct short lines, each with the number of its subjects and its first place.  The counts are added
up by key over all shards.  Then the lines of the keys that recur are read.  A line that only the classifier removes
counts as a line that no rule matches.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, structs

from etl.check.furniture import excerpt
from etl.check.model import Finding, Key, Place, Scope
from etl.check.tally import Totals, total
from etl.fold import label
from etl.model import Block, Removal
from etl.pipeline.workspace import Workspace
from etl.rule_tools.suggest import MAX_WORDS
from etl.rules.classifier.model import CLASSIFIER
from etl.rules.matching.recurrence import line_key

if TYPE_CHECKING:
    from etl.array_types import U64

# A line recurs if it is in so many subjects of a publisher, and in this share of them.  A template prints its furniture
# on each page; a subhead such as "Background" is on one in a hundred.
MIN_SUBJECTS, MIN_SHARE = 3, 0.02
KIND, KEYS, LINES = "recurring", ".npy", ".msgpack"


class Line(Struct, frozen=True, gc=False):
    """A short line of a publisher: its number of subjects, the rule that removes it ("" if none), its first place."""

    key: int
    label: str
    text: str
    scope: Scope
    publisher: str
    rule: str
    subjects: int
    place: Place


class Lines:
    """The short lines of a shard."""

    def __init__(self) -> None:
        self._lines: dict[int, Line] = {}

    def add(
        self, scope: Scope, publisher: str, blocks: Sequence[tuple[Block, Sequence[Removal]]], place: Place
    ) -> None:
        """Add the short lines of a subject that no rule matches."""
        labels: set[str] = set()
        for block, removals in blocks:
            words = block.text.split()
            if len(words) > MAX_WORDS or any(one.rule != CLASSIFIER for one in removals):
                continue
            name = label(block.text)
            if name and name not in labels and any(map(str.isalpha, name)):
                labels.add(name)
                rule = removals[0].rule if removals else ""
                self._note(name, block, Line(0, excerpt(name), excerpt(block.text), scope, publisher, rule, 1, place))

    def _note(self, name: str, block: Block, line: Line) -> None:
        key = line_key(name, f"{line.scope} {line.publisher}")
        if known := self._lines.get(key):
            self._lines[key] = structs.replace(known, subjects=known.subjects + 1)
        else:
            self._lines[key] = structs.replace(line, key=key, place=line.place.at(block.line))

    def save(self, workspace: Workspace, shard: int) -> None:
        """Write the lines of a shard."""
        import numpy as np

        lines = list(self._lines.values())
        rows = np.array([(line.key, line.subjects) for line in lines], np.uint64).reshape(-1, 2)
        with workspace.writing(KIND, shard, KEYS) as path, path.open("wb") as file:
            np.save(file, rows)
        with workspace.writing(KIND, shard, LINES) as path:
            path.write_bytes(msgspec.msgpack.encode(lines))


def recurring(workspace: Workspace, shards: int, totals: Totals) -> list[Line]:
    """Return the lines that recur, each with its sum over all shards: those on the most subjects first."""
    known = _sums([_keys(workspace, shard) for shard in range(shards)])
    found: dict[int, Line] = {}
    for line in _read(workspace, shards, known):
        found.setdefault(line.key, structs.replace(line, subjects=known[line.key]))
    often = [line for line in found.values() if line.subjects >= _needed(line, totals)]
    return sorted(often, key=lambda line: (-line.subjects, line.scope, line.publisher, line.label))


def suspects(lines: Sequence[Line], totals: Totals) -> Iterator[Finding]:
    """Yield a finding for each line that recurs; in articles, only for lines that stay."""
    for line in lines:
        if line.scope == "raw" or not line.rule:
            of = total(totals, line.scope, line.publisher).subjects
            words = f"occurs in {line.subjects:,} of {of:,}, and no rule matches it"
            taken = f"; {line.rule} removes it because of the lines around it" if line.rule else ""
            key = Key(f"{line.scope}.suspects", line.label, line.publisher)
            yield Finding(key, line.place, words + taken, line.text, size=len(line.text))


def _needed(line: Line, totals: Totals) -> float:
    return max(MIN_SUBJECTS, MIN_SHARE * total(totals, line.scope, line.publisher).subjects)


def _keys(workspace: Workspace, shard: int) -> "U64":
    import numpy as np

    rows: U64 = np.load(workspace.path(KIND, shard, KEYS))
    return rows


def _sums(shards: "Sequence[U64]") -> Mapping[int, int]:
    """Return the keys that recur, each with its number of subjects."""
    import numpy as np

    rows = np.concatenate(shards) if shards else np.zeros((0, 2), np.uint64)
    keys, places = np.unique(rows[:, 0], return_inverse=True)
    sums = np.bincount(places, rows[:, 1].astype(np.float64), len(keys)).astype(np.int64)
    is_often = sums >= MIN_SUBJECTS
    return dict(zip(keys[is_often].tolist(), sums[is_often].tolist(), strict=True))


def _read(workspace: Workspace, shards: int, wanted: Mapping[int, int]) -> Iterator[Line]:
    decode = msgspec.msgpack.Decoder(list[Line]).decode
    for shard in range(shards) if wanted else ():
        for line in decode(workspace.path(KIND, shard, LINES).read_bytes()):
            if line.key in wanted:
                yield line
