"""What cleaning would remove or repair, as findings: boilerplate of pages, and furniture that is left in articles."""

from collections.abc import Iterable, Iterator

from etl.audit import Entry
from etl.check.checks import DOUBTED
from etl.check.model import MAX_EXCERPT, Finding, Key, Place, Scope

# Names of removals without a rule: kicker, headline, blocks that repair emptied.
FRAME = "structure/"
TAKEN = frozenset(("drop", "cut", "extract", "reject"))
# Repairs of characters that were read or written wrongly.  All other repairs change white space, which is not damage.
DAMAGE = frozenset(
    f"repair/{name}" for name in ("surrogate", "entity", "escape", "mojibake", "ligature", "width", "compose")
)
# Repairs of characters that `art.controls` finds.
INVISIBLE = frozenset(f"repair/{name}" for name in ("terminal", "control", "soft-hyphen", "zero-width"))


def findings_of(entries: Iterable[Entry], scope: Scope, publisher: str, place: Place) -> Iterator[Finding]:
    """Yield the findings among the audit entries of an article or a page."""
    for entry in entries:
        if found := _check_of(entry, scope):
            check, rule = found
            yield Finding(
                Key(f"{scope}.{check}", rule, publisher),
                place.at(entry.line),
                _words(entry, rule),
                excerpt(entry.before),
                entry.kind,
                len(entry.before),
                entry.char_start,
            )


def _check_of(entry: Entry, scope: Scope) -> tuple[str, str] | None:
    """Return the check and the rule for which an entry is a finding; None if it is no finding."""
    steps = entry.rule.split("+")
    if entry.action in TAKEN:
        if scope == "raw":  # a headline that goes into its field is not boilerplate, nor is a lone zero-width space
            return None if entry.rule.startswith(FRAME) else ("boilerplate", _rule(steps))
        return "leftover", _rule(steps)
    if damage := [step for step in steps if step in DAMAGE or (scope == "raw" and step in INVISIBLE)]:
        return "mojibake", damage[0]
    if entry.action == "tag":
        return ("mojibake", entry.rule) if entry.rule in DOUBTED else None
    if scope == "art" and entry.action in ("repair", "replace") and not INVISIBLE.intersection(steps):
        return "leftover", _rule(steps)
    return None


def _rule(steps: list[str]) -> str:
    """Return the rule of an entry.  If it has several steps, return the one that is not a repair."""
    return next((step for step in steps if not step.startswith("repair/")), steps[0])


def _words(entry: Entry, rule: str) -> str:
    if entry.action == "tag":
        return f"looks damaged ({rule})"
    if entry.after:
        return f"{rule} changes this to {excerpt(entry.after)!r}"
    return f"{entry.kind or 'furniture'} that {rule} removes"


def excerpt(text: str) -> str:
    """Return the beginning of a text, in one line; half a surrogate pair, which no format can hold, is U+FFFD."""
    line = " ".join(text.split()).encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    return line if len(line) <= MAX_EXCERPT else line[: MAX_EXCERPT - 1] + "…"
