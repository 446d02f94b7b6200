"""For those who write rules: try one, draft one from a line, find those that are missing, compare two packs."""

from etl.rule_tools.compare import Difference, compare
from etl.rule_tools.draft import draft, free_id, header, propose
from etl.rule_tools.preview import Hit, preview, preview_rule
from etl.rule_tools.rule_pages import stale_pages, write_pages
from etl.rule_tools.suggest import MAX_WORDS, Suggestion, suggest

__all__ = [
    "MAX_WORDS",
    "Difference",
    "Hit",
    "Suggestion",
    "compare",
    "draft",
    "free_id",
    "header",
    "preview",
    "preview_rule",
    "propose",
    "stale_pages",
    "suggest",
    "write_pages",
]
