"""Find faults of rules before they are used: faults of their form, and slow regexes.

findings       all findings in packs, and their codes, each with its fault and way out
static_checks  faults in the form of a regex
tree           a regex as a tree of parts
redos_search   the search for a line on which a regex is slow
"""

from etl.lint.findings import CODES, Finding, lint, lint_regex

__all__ = ["CODES", "Finding", "lint", "lint_regex"]
