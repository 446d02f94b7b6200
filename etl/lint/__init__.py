"""What is wrong with rules before they judge anything: their shape, and the time that their regexes may take."""

from etl.lint.codes import CODES, Code
from etl.lint.findings import Finding, lint, lint_regex

__all__ = ["CODES", "Code", "Finding", "lint", "lint_regex"]
