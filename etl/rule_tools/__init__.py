"""Tools for authors of rules: try a rule, draft one from a line, find missing rules, compare two packs.

outcomes    what happened to each block of a document, and by which rule; the differences of two packs (`rules diff`)
preview     the blocks that a rule would match (`rules try`)
draft       a rule for one line (`rules new`)
suggest     rules for lines that recur (`rules suggest`)
rule_pages  the manual of the built-in rules (`rules docs`)
"""

from etl.rule_tools.draft import draft, free_id, header, propose
from etl.rule_tools.outcomes import Difference, compare
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
