"""The codes of findings, each with what it says and the way out; docs/rules.md shows the table."""

from msgspec import Struct


class Code(Struct, frozen=True):
    """What a finding says after the name of its key, and what to do; a warning does not fail."""

    fault: str
    way_out: str
    is_warning: bool = False


# R001 to R005 are found by `etl.packs`, which says them in words that fit the case; these are for the manual.
CODES: dict[str, Code] = {
    "R001": Code("is not a known key", "Correct its spelling."),
    "R002": Code("is missing", "Add it."),
    "R003": Code("is wrong", "Give a value that the key takes."),
    "R004": Code("is taken by another rule", "Choose another id."),
    "R005": Code("does not compile", "Correct the regex."),
    "R006": Code(
        "nests repeats, so that its time can double with each character",
        "Begin each repetition with a character that the part before it cannot match.",
    ),
    "R007": Code(
        "has two unbounded repeats in a row that match the same characters",
        "Put a character between the repeats that neither of them matches, or bound one: {0,60}.",
    ),
    "R008": Code(
        "begins with an unbounded repeat of almost any character",
        "Use match.suffix or match.contains, or bound it: .{0,60}.",
    ),
    "R009": Code("is slow", "Bound its repeats, or separate them with characters that they do not match."),
    "R010": Code(
        "has an unbounded repeat of almost any character",
        "Bound the repeat, or give the rule a guard: where.max_words.",
        is_warning=True,
    ),
    "R011": Code(
        "requires no literal, so that it is tried on every line",
        "Require a word of two letters or more in each alternative.",
        is_warning=True,
    ),
    "R012": Code(
        "rejects articles of any length",
        "A story may quote the line: add where.max_article_words.",
        is_warning=True,
    ),
    "R013": Code("is not later than the version of the pack", "Delete the deprecated rule."),
    "R014": Code("is the placeholder of the draft", "Give the reason in one sentence.", is_warning=True),
}
