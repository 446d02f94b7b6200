"""JUnit XML: a suite for each scope, a case for each check that ran; a check that fails is a failure."""

import re
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import quoteattr

from etl.check.checks import CHECKS
from etl.check.formats.words import line_of
from etl.check.model import Finding, Report, Row

# The most findings that a failure lists.
MAX_LISTED = 50
# Characters that XML 1.0 does not allow.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report) -> Iterator[str]:
    """Yield a document of one suite: each key at fault is a case of its check, each check without one passes."""
    cases = list(_cases(report))
    failures = sum("<failure" in case for case in cases)
    head = f'name="copydesk check" tests="{len(cases)}" failures="{failures}" errors="0"'
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites {head}>\n<testsuite {head} skipped="0">\n'
    yield from cases
    yield "</testsuite>\n</testsuites>\n"


def _cases(report: Report) -> Iterator[str]:
    by_key = report.by_key()
    scopes = {scope for scope, count in report.totals.items() if count.subjects}
    found = {row.key.check for row in report.rows}
    for check in CHECKS.values():
        if check.scope in scopes and check.id not in found:
            yield f"<testcase classname={_quoted(check.id)} name={_quoted(check.title)}/>\n"
    for row in report.rows:
        yield _case(row, by_key.get(row.key, ()), report)


def _case(row: Row, findings: Sequence[Finding], report: Report) -> str:
    name = ", ".join(part for part in (row.key.rule, row.key.publisher) if part) or CHECKS[row.key.check].title
    head = f"<testcase classname={_quoted(row.key.check)} name={_quoted(name)}"
    lines = "\n".join(f"{line_of(one, report)}: {one.text}" for one in findings[:MAX_LISTED])
    body = _text(lines)
    if row.level == "error":
        message = _quoted(f"{row.count.findings:,} findings; {row.why}")
        return f"{head}><failure message={message} type={_quoted(row.key.check)}>{body}</failure></testcase>\n"
    return f"{head}><system-out>{body}</system-out></testcase>\n"


def _quoted(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _text(text: str) -> str:
    plain = _NOT_XML.sub("\ufffd", text)
    return plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
