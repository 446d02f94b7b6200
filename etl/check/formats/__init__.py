"""The formats of a report: one entry each in one table.  A format is a function from a report to text."""

from collections.abc import Callable, Iterator, Mapping

from etl.check.formats.github import github
from etl.check.formats.junit import junit
from etl.check.formats.objects import gitlab, json, jsonl, rdjson
from etl.check.formats.sarif import sarif
from etl.check.formats.words import concise, markdown, text
from etl.check.model import Report

FORMATS: Mapping[str, Callable[[Report], Iterator[str]]] = {
    "text": text,
    "concise": concise,
    "json": json,
    "jsonl": jsonl,
    "sarif": sarif,
    "junit": junit,
    "github": github,
    "gitlab": gitlab,
    "rdjson": rdjson,
    "markdown": markdown,
}
