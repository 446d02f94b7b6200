"""Findings in articles -> the lines of the raw pages, through the audit beside the articles.

The record of an article says where its first line stood; what was taken out and mended since is in the audit.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from etl.audit import BOOKED_NOTHING, JOINT, Restoration
from etl.check.model import Finding
from etl.errors import CopydeskError
from etl.formats.outputs import read_texts
from etl.restoration import AuditedDocument, articles_of, find_audit, read_audit

ByArticle = Mapping[str, Sequence[int]]
"""The numbers of findings, by the id of their article."""


class Kept(Struct, frozen=True, gc=False):
    """A run of characters that an article has as the document had them."""

    article: int
    text_start: int
    source_start: int
    length: int


def traced(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the lines of the raw pages that they come from, where there is an audit that fits."""
    traced_ones = list(findings)
    by_root: dict[Path, dict[str, list[int]]] = {}
    for number, one in enumerate(findings):
        if one.place.article and one.place.line and one.key.check.startswith("art."):
            by_root.setdefault(_root(one.place.path), {}).setdefault(one.place.article, []).append(number)
    for root, by_article in by_root.items():
        for number, origin in _origins(root, by_article, findings):
            one = traced_ones[number]
            traced_ones[number] = structs.replace(one, place=structs.replace(one.place, origin=origin))
    return tuple(traced_ones)


def _root(path: str) -> Path:
    """Return what `clean` wrote: the file, or the folder that has its parts."""
    return Path(path).parent.parent if Path(path).parent.name == "articles" else Path(path)


def _origins(root: Path, by_article: ByArticle, findings: Sequence[Finding]) -> Iterator[tuple[int, str]]:
    try:
        records = read_texts(articles_of(root))
        for document in read_audit(find_audit(root)):
            pairs = [next(records, ("", "")) for _ in document.articles]
            if any(article_id in by_article for article_id, _ in pairs):
                yield from _in_document(document, pairs, by_article, findings)
    except CopydeskError:
        return  # no audit, or not of these articles: their records still say where they begin


def _in_document(
    document: AuditedDocument, pairs: Sequence[tuple[str, str]], by_article: ByArticle, findings: Sequence[Finding]
) -> Iterator[tuple[int, str]]:
    texts, head = [text for _, text in pairs], document.head
    source = Restoration(texts, document.entries, head.gap).text()
    runs = list(kept_runs(texts, document, head.gap))
    for at, (article_id, text) in enumerate(pairs):
        for number in by_article.get(article_id, ()):
            offset = _source_offset(runs, at, _offset(text, findings[number]))
            row = f":{head.row}" if head.record and head.row > 1 else ""
            yield number, f"{head.path}{row}:{source.count(chr(10), 0, offset) + 1}"


def kept_runs(texts: Sequence[str], document: AuditedDocument, gap: str) -> Iterator[Kept]:
    """Yield what articles have of a document unchanged, in order; walks as `Restoration` does."""
    entries = [entry for entry in document.entries if entry.action not in BOOKED_NOTHING]
    article, at_text, at_source = 0, 0, 0
    for entry in [*sorted(entries, key=lambda entry: (entry.char_start, entry.char_end)), None]:
        end = entry.char_start if entry else document.head.char_end
        while at_source < end and article < len(texts):
            text = texts[article]
            joint = text.find(JOINT, at_text)
            if joint == at_text:
                at_text, at_source = at_text + len(JOINT), at_source + len(gap)
            elif at_text < len(text):
                length = min((joint if joint > 0 else len(text)) - at_text, end - at_source)
                yield Kept(article, at_text, at_source, length)
                at_text, at_source = at_text + length, at_source + length
            else:
                article, at_text = article + 1, 0
        if entry:
            at_text, at_source = at_text + len(entry.after), entry.char_end + len(entry.gap)


def _source_offset(runs: Sequence[Kept], article: int, offset: int) -> int:
    """Return where a character of an article stood; one that was mended stood behind what is before it."""
    own = [run for run in runs if run.article == article and run.text_start <= offset]
    if not own:
        return next((run.source_start for run in runs if run.article == article), 0)
    return own[-1].source_start + min(offset - own[-1].text_start, own[-1].length)


def _offset(text: str, finding: Finding) -> int:
    """Return the character of an article's text on which a finding's line begins, or the finding itself."""
    if finding.char_start:
        return finding.char_start
    lines = text.split("\n")[: finding.place.line - 1]
    return sum(map(len, lines)) + len(lines)
