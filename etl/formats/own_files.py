"""Recognise files that copydesk wrote by their beginning: articles are read again, others are passed over.

The same patterns decide what `--force` may overwrite.
"""

import re
from pathlib import Path

# Bytes that are enough for this decision.
START_BYTES = 4096
_SCHEMA = rb'\{\s*"schema"\s*:\s*"copydesk/'

RESULTS = re.compile(_SCHEMA + rb"(?:article|audit|reject)/")
# The beginning of each kind of result: a file of one kind does not replace one of another kind.
STARTS = {
    kind: re.compile(_SCHEMA + name)
    for kind, name in (("articles", rb"article/"), ("audit", rb"audit/"), ("rejects", rb"reject/"))
}
# Audits, rejects, accounts of runs and of checks, baselines, and the manifest of an index.
ACCOUNTS = re.compile(rb"\s*" + _SCHEMA + rb"(?:audit|reject|run|baseline|check|index)/")
INDEX = re.compile(_SCHEMA + rb"index/")
PAGES = re.compile(rb'<!doctype html>.{0,2000}<meta name="generator" content="copydesk report">', re.I | re.S)
VERDICTS = re.compile(rb"(?:\xef\xbb\xbf)?verdict([,;\t])id\1rows\1draws\1rule\1rule_version\1")
PAIRS = re.compile(rb'\{"keeper":"(?:[^"\\]|\\.)*","duplicates?":')
SIGNATURES = re.compile(rb'\{"name":"(?:[^"\\]|\\.)*","signature":\[')
RESTORED = re.compile(rb'\{"path":"(?:[^"\\]|\\.)*","row":\d+,"record":"(?:[^"\\]|\\.)*","text":"')
# Reports of `check` for programs: JSON, SARIF, JUnit, GitLab, reviewdog, Markdown, JSON lines.
CHECKS = re.compile(
    rb'\{"schema":"copydesk/check/'
    rb'|\{"\$schema":"[^"]*sarif[^"]*","version":"[^"]*","runs":\[\{"tool":\{"driver":\{"name":"copydesk"'
    rb'|<\?xml [^>]*>\s*<testsuites name="copydesk check"'
    rb'|\[\{"description":"(?:[^"\\]|\\.)*","check_name":"(?:raw|art|audit)\.'
    rb'|\{"source":\{"name":"copydesk"\},"diagnostics":'
    rb"|### copydesk check: "
    rb'|\{"check":"(?:raw|art|audit)\.[^"]*","level":"'
)
# Reports for people, which may look like any text: a finding, or the verdict; annotations of GitHub.
CHECKS_IN_WORDS = re.compile(
    rb"(?:[^\n]*: )?(?:error|warning|note): (?:raw|art|audit)\.\w+"
    rb"|(?:passed|failed): [^\n]*checked\n"
    rb"|::(?:error|warning) |\[\]\s*$"
)

NO_INPUT = (ACCOUNTS, PAGES, VERDICTS, PAIRS, SIGNATURES, CHECKS)


def is_no_input(head: bytes) -> bool:
    """Return true if a file is one that copydesk writes beside articles, and that is not read."""
    return any(pattern.match(head) for pattern in NO_INPUT)


def is_index(folder: Path) -> bool:
    """Return true if a folder is an index."""
    manifest = folder / "manifest.json"
    try:
        return manifest.is_file() and INDEX.match(manifest.read_bytes()[:START_BYTES]) is not None
    except OSError:
        return False
