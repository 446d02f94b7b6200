"""What is wrong with rules before they judge anything: their shape, and the time that their regexes may take.

codes          the codes of findings, each with its fault and way out
findings       all findings in packs
static_checks  faults in the form of a regex
tree           a regex as a tree of parts
redos_search   the search for a line on which a regex is slow
"""

from etl.lint.codes import CODES, Code
from etl.lint.findings import Finding, lint, lint_regex

__all__ = ["CODES", "Code", "Finding", "lint", "lint_regex"]
