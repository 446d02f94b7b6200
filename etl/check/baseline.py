"""The accepted state: counts by check, rule and publisher, in a file of sorted lines that merge cleanly.

    {"schema":"copydesk/baseline/1"}
    {"pack":"core","version":"1.0.0","rules":["core/read-more", ...]}
    {"check":"raw.boilerplate","rule":"core/read-more","publisher":"BBC News","count":12,"of":40}

A line without a rule and with check `art.counts` or `raw.counts` has the number of subjects (articles or pages) that
were checked.  If this number is the same as now, counts are compared, otherwise rates.  Rules that only one of the two
sides has are not compared.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct, structs

from etl.check.checks import CHECKS
from etl.check.model import Count, Key
from etl.check.tally import Tallied
from etl.errors import UsageError
from etl.formats.own_records import read_small
from etl.packs import Selection, selected
from etl.writers import atomic

SCHEMA, VERSION = "copydesk/baseline/", 1
DEFAULT_NAME = "copydesk.baseline.jsonl"
WAY_OUT = "Name the file that `baseline write` wrote."
# The keys of the numbers of subjects, by scope: keys of the file, and of `art.counts`.
COUNTS = {"raw": "raw.counts", "art": "art.counts"}

Natural = Annotated[int, Meta(ge=0)]


class Accepted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A key with its accepted count, the number of subjects at that time, and the reason if it was raised."""

    check: str
    rule: str = ""
    publisher: str = ""
    count: Natural
    of: Natural
    reason: str = ""

    @property
    def key(self) -> Key:
        """The key by which it is compared."""
        return Key(self.check, self.rule, self.publisher)


class Pack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A pack that was used: its version and its rules."""

    pack: str
    version: str
    rules: tuple[str, ...]


class Baseline(Struct, frozen=True):
    """The accepted counts by key, and the packs that were used."""

    accepted: Mapping[Key, Accepted] = {}
    packs: Mapping[str, Pack] = {}

    def known_rules(self) -> frozenset[str]:
        """Return the names of the rules of all packs."""
        return frozenset(rule for pack in self.packs.values() for rule in pack.rules)

    def looked_at(self, key: Key) -> int:
        """Return the number of subjects of a key's publisher in the baseline."""
        counts = COUNTS.get(CHECKS[key.check].scope, "")
        one = self.accepted.get(Key(counts, "", key.publisher))
        return one.count if one else 0


class Change(Struct, frozen=True):
    """A key whose count or rate differs from the baseline: both counts, with the numbers of subjects."""

    key: Key
    before: int
    before_of: int
    now: int
    now_of: int

    @property
    def is_worse(self) -> bool:
        """Return whether there are more findings: by count if the numbers of subjects are equal, else by rate.

        A count of no subjects has no rate: it would be as high as any.
        """
        if self.now_of == self.before_of or not self.before_of:
            return self.now > self.before
        return self.now * self.before_of > self.before * self.now_of if self.before else self.now > 0

    @property
    def is_better(self) -> bool:
        """Return whether there are fewer findings."""
        if self.now_of == self.before_of or not self.before_of:
            return self.now < self.before
        return self.now * self.before_of < self.before * self.now_of


def of_now(tallied: Tallied, selection: Selection) -> Baseline:
    """Return the present findings as a baseline."""
    accepted = [
        Accepted(check=COUNTS[scope], publisher=publisher, count=one.subjects, of=one.subjects)
        for (scope, publisher), one in tallied.totals.items()
        if scope in COUNTS
    ]
    for key, count in tallied.counts.items():
        if not CHECKS[key.check].outside_baseline:
            of = tallied.totals.get((CHECKS[key.check].scope, key.publisher), Count()).subjects
            accepted.append(
                Accepted(check=key.check, rule=key.rule, publisher=key.publisher, count=count.findings, of=of)
            )
    return Baseline({one.key: one for one in sorted(accepted, key=lambda one: one.key)}, packs_of(selection))


def packs_of(selection: Selection) -> dict[str, Pack]:
    """Return the packs of a selection, by their ids."""
    rules: dict[str, list[str]] = {}
    versions: dict[str, str] = {}
    for sourced in selected(selection):
        name = sourced.name.partition("/")[0]
        rules.setdefault(name, []).append(sourced.name)
        versions[name] = sourced.version
    return {name: Pack(pack=name, version=versions[name], rules=tuple(sorted(rules[name]))) for name in sorted(rules)}


def changes(before: Baseline, now: Baseline, checks: frozenset[str]) -> list[Change]:
    """Return the keys of some checks that differ, sorted, for rules that both sides have."""
    found = []
    for key in sorted({*before.accepted, *now.accepted}):
        if key.check in checks and _is_known(key, before, now):
            then, today = before.accepted.get(key), now.accepted.get(key)
            change = Change(
                key,
                then.count if then else 0,
                then.of if then else before.looked_at(key),
                today.count if today else 0,
                today.of if today else now.looked_at(key),
            )
            if change.is_worse or change.is_better:
                found.append(change)
    return found


def other_packs(before: Baseline, now: Baseline) -> list[str]:
    """Return the packs whose version or rules differ from the baseline."""
    said = []
    for name in sorted({*before.packs, *now.packs}):
        then, today = before.packs.get(name), now.packs.get(name)
        if then == today:
            continue
        versions = f"{then.version if then else 'none'} in the baseline, {today.version if today else 'none'} now"
        added = set(today.rules if today else ()) - set(then.rules if then else ())
        gone = set(then.rules if then else ()) - set(today.rules if today else ())
        rules = f"rules that are new ({len(added)}) or deleted ({len(gone)}) are not compared"
        said.append(f"pack {name}: {versions}; {rules}")
    return said


def updated(before: Baseline, now: Baseline, checks: frozenset[str], reason: str) -> Baseline:
    """Return a baseline lowered to the present findings; keys without findings are left out.

    With a reason, counts that became worse are raised, and the baseline gets the present packs with their new rules.
    """
    accepted = dict(before.accepted)
    for change in changes(before, now, checks):
        if change.is_better and not change.now:
            del accepted[change.key]
        elif change.is_better:
            accepted[change.key] = structs.replace(accepted[change.key], count=change.now, of=change.now_of)
        elif reason:
            accepted[change.key] = structs.replace(now.accepted[change.key], reason=reason)
    accepted |= {key: one for key, one in now.accepted.items() if key.check in COUNTS.values()}
    if not reason:
        return Baseline(accepted, before.packs)
    known = {key: one for key, one in accepted.items() if _is_known(key, before, now)}
    fresh = {key: one for key, one in now.accepted.items() if key.check in checks and not _is_known(key, before, now)}
    return Baseline(known | {key: structs.replace(one, reason=reason) for key, one in fresh.items()}, now.packs)


def read_baseline(path: Path) -> Baseline:
    """Read a baseline.  Raises UsageError if it is missing, damaged, or of a newer version."""
    try:
        lines = read_small(path).rstrip("\n").split("\n")
    except FileNotFoundError:
        raise UsageError(
            str(path), "there is no such baseline", f"Write it: copydesk baseline write … --baseline {path}"
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(str(path), f"cannot be read: {reason}", WAY_OUT) from None
    _check_header(path, lines)
    accepted: dict[Key, Accepted] = {}
    packs: dict[str, Pack] = {}
    for number, line in enumerate(lines[1:], 2):
        one = _read_line(path, number, line)
        if isinstance(one, Pack):
            packs[one.pack] = one
        elif one.key in accepted:
            raise _damaged(path, number, "says again what an earlier line says")
        else:
            accepted[one.key] = one
    return Baseline(accepted, packs)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline, whole or not at all."""
    lines: list[object] = [{"schema": f"{SCHEMA}{VERSION}"}]
    lines += [baseline.packs[name] for name in sorted(baseline.packs)]
    lines += [_as_line(baseline.accepted[key]) for key in sorted(baseline.accepted)]
    with atomic(path) as temporary:
        temporary.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))


def _as_line(one: Accepted) -> Mapping[str, Any]:
    """Return the fields of a line: the key is always there, a reason only if there is one."""
    fields = structs.asdict(one)
    return fields if one.reason else {name: value for name, value in fields.items() if name != "reason"}


def _is_known(key: Key, before: Baseline, now: Baseline) -> bool:
    """Return whether both sides have the rule of a key; true for names that are not rules of a pack."""
    if key.rule.partition("/")[0] not in {*before.packs, *now.packs} or "/" not in key.rule:
        return True
    return key.rule in before.known_rules() and key.rule in now.known_rules()


def _check_header(path: Path, lines: Sequence[str]) -> None:
    try:
        header = msgspec.json.decode(lines[0], type=dict[str, Any]) if lines else {}
    except (msgspec.DecodeError, RecursionError):
        header = {}
    said = str(header.get("schema", ""))
    if not said.startswith(SCHEMA):
        raise UsageError(str(path), "is not a baseline", WAY_OUT)
    if said != f"{SCHEMA}{VERSION}":
        raise UsageError(str(path), f"was written by a newer copydesk: {said}", "Update copydesk.")


def _read_line(path: Path, number: int, line: str) -> Accepted | Pack:
    try:
        is_pack = line.startswith('{"pack"')
        one = msgspec.json.decode(line, type=Pack) if is_pack else msgspec.json.decode(line, type=Accepted)
    except msgspec.DecodeError as error:
        raise _damaged(path, number, f"is not a line of a baseline: {error}") from None
    if isinstance(one, Accepted) and one.check not in {*CHECKS, *COUNTS.values()}:
        raise _damaged(path, number, f"names a check that is not known: {one.check}")
    return one


def _damaged(path: Path, number: int, fault: str) -> UsageError:
    return UsageError(f"{path}:{number}", fault, "Correct it, or restore it from version control.")
