"""For those who write rules: try one, draft one from a line, find those that are missing, compare two packs."""

from etl.author.compare import Difference, compare
from etl.author.draft import draft, free_id, header, propose
from etl.author.manual import stale_pages, write_page
from etl.author.suggest import MAX_WORDS, Suggestion, suggest
from etl.author.trial import Hit, rule_on_trial, trial

__all__ = [
    "MAX_WORDS",
    "Difference",
    "Hit",
    "Suggestion",
    "compare",
    "draft",
    "free_id",
    "header",
    "propose",
    "rule_on_trial",
    "stale_pages",
    "suggest",
    "trial",
    "write_page",
]
