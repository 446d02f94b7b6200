"""The codes of findings, each with what it says and the way out; docs/rules.md shows the table."""

from msgspec import Struct


class Code(Struct, frozen=True):
    """What a finding says after the name of its key, and what to do; a warning does not fail."""

    fault: str
    way_out: str
    is_warning: bool = False


# R001 to R005 are found by `etl.packs`, which says them in words that fit the case; these are for the manual.
CODES: dict[str, Code] = {
    "R001": Code("is no key", "Mend its spelling."),
    "R002": Code("is missing", "Give it."),
    "R003": Code("is wrong, or cannot be meant", "Give what the key takes."),
    "R004": Code("is taken by another rule", "Choose another id."),
    "R005": Code("does not compile", "Mend the regex."),
    "R006": Code(
        "nests repeats, so that the ways to take a line double with its length",
        "Begin each turn with a character that the part before cannot take.",
    ),
    "R007": Code(
        "repeats without bound what an unbounded repeat before may take too",
        "Put between them what neither takes, or give one a bound: {0,60}.",
    ),
    "R008": Code(
        "begins with an unbounded repeat of nearly anything",
        "Use match.suffix or match.contains, or give it a bound: .{0,60}.",
    ),
    "R009": Code("is slow", "Bound its repeats, or part them by what they do not take."),
    "R010": Code(
        "repeats nearly anything without bound",
        "Give the repeat a bound, or the rule a guard: where.max_words.",
        is_warning=True,
    ),
    "R011": Code(
        "needs no literal, so that it is tried on every line",
        "Ask for a word of two letters or more, in each of its choices.",
        is_warning=True,
    ),
    "R012": Code(
        "rejects articles of any length",
        "A story may quote the line: give the rule where.max_article_words.",
        is_warning=True,
    ),
    "R013": Code("is past: the version of the pack has come to it", "Take the deprecated rule out."),
}
