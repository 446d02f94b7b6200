"""Texts that a reader can copy for a line: an exception, a `keeps` example, a rule."""

from collections.abc import Sequence
from datetime import date
from glob import escape

from etl.audit import Entry
from etl.fold import fold
from etl.packs import known_publishers
from etl.report.changes import ArticleChanges
from etl.rule_tools.draft import Draft, draft, free_id, nearest
from etl.rules.classifier.model import CLASSIFIER
from etl.toml_text import exception_table, toml_array, toml_string

# Packs of names in an audit that are not rules, so that exceptions do not apply to them.
WITHOUT_RULES = frozenset({"structure", "duplicate", "repair", "protected", "page"})
# Digits of a line's hash, enough to be unique.
DIGITS = 16
# Lines of an article among which the most similar line is searched.
MAX_NEAR = 40
# The most characters of a line in an example.
MAX_EXAMPLE = 2_000


def is_of_pack(rule: str) -> bool:
    """Return whether an exception can name a name in an audit: a rule or the classifier."""
    return rule.partition("/")[0] not in WITHOUT_RULES


def exception(entry: Entry, until: date) -> str:
    """Return an `[[exception]]` in TOML that keeps a removed line; "" if no exception applies."""
    if not entry.line_sha256 or not is_of_pack(entry.rule) or entry.action == "duplicate":
        return ""
    return exception_for(entry.rule, entry.path, entry.line_sha256[:DIGITS], "It is part of the story.", until)


def exception_for(rule: str, path: str, line: str, reason: str, until: date) -> str:
    """Return an `[[exception]]` in TOML that keeps a line that a rule removed, by digits of its hash."""
    if rule == CLASSIFIER:  # it judges only lines that no rule removes
        return exception_table(rule, escape(path), line, reason, until)
    remark = f"{toml_string(rule)} removed it, and others may match it"
    return exception_table("*", escape(path), line, reason, until, remark)


def keeps(entry: Entry) -> str:
    """Return the `keeps` example of a removed line, for the rule of a pack that removed it; "" if there is none."""
    is_by_rule = entry.action not in ("duplicate", "repair") and is_of_pack(entry.rule)
    return f"keeps = {toml_array([entry.before])}" if is_by_rule and len(entry.before) <= MAX_EXAMPLE else ""


def rule(article: ArticleChanges, start: int, taken: Sequence[str] = ()) -> str:
    """Return a rule in TOML that removes the block at a character, with its most similar kept line as an example."""
    text = next(block.text for block in article.blocks if block.start == start)
    line = next(block.line for block in article.blocks if block.start == start)
    kept = [block.text for block in article.blocks if not block.entry and block.start != start]
    place = f"{article.path}:{article.row}:{line}" if article.record else f"{article.path}:{line}"
    known = known_publishers().get(fold(article.fields.publisher)) if article.fields.publisher else None
    drafted = Draft(text, nearest(text, kept[:MAX_NEAR]), (place,), known.id if known else "")
    return draft(drafted, free_id(text, taken))
