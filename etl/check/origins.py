"""Findings in articles -> the lines of the raw pages, through the audit beside the articles.

The record of an article has the place of its first line.  The audit has all removals and repairs.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct, structs

from etl.audit import JOINT, Kept
from etl.check.model import Finding
from etl.errors import CopydeskError
from etl.formats.own_records import read_texts
from etl.restoration import AuditedDocument, articles_of, find_audit, read_audit

ByArticle = Mapping[str, Sequence[int]]
"""The numbers of findings, by the id of their article."""


class KeptSpan(Struct, frozen=True, gc=False):
    """Unchanged characters of a document in an article: their start there, their line in the document, the text."""

    start: int
    line: int
    text: str


def traced(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """Return findings with the lines of the raw pages, where there is a matching audit."""
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
    """Return the output of `clean`: the file, or the folder with its parts."""
    return Path(path).parent.parent if Path(path).parent.name == "articles" else Path(path)


def _origins(root: Path, by_article: ByArticle, findings: Sequence[Finding]) -> Iterator[tuple[int, str]]:
    try:
        records = read_texts(articles_of(root))
        for document in read_audit(find_audit(root)):
            pairs = [next(records, ("", "")) for _ in document.articles]
            if any(article_id in by_article for article_id, _ in pairs):
                yield from _in_document(document, pairs, by_article, findings)
    except CopydeskError:
        return  # no audit, or one of other articles: the records still have the line where each article begins


def _in_document(
    document: AuditedDocument, pairs: Sequence[tuple[str, str]], by_article: ByArticle, findings: Sequence[Finding]
) -> Iterator[tuple[int, str]]:
    head, spans = document.head, spans_of(document, pairs)
    row = f":{head.row}" if head.row > 1 else ""
    for article_id, text in pairs:
        for number in by_article.get(article_id, ()):
            yield number, f"{head.path}{row}:{_line(spans[article_id], _offset(text, findings[number]))}"


def spans_of(document: AuditedDocument, pairs: Sequence[tuple[str, str]]) -> Mapping[str, Sequence[KeptSpan]]:
    """Return the unchanged characters of a document in each of its articles, in order; `pairs` are ids and texts."""
    texts = [(article_id, text) for article_id, text in pairs if text]  # as Restoration counts them
    at, line = dict.fromkeys((article_id for article_id, _ in pairs), 0), 1
    spans: dict[str, list[KeptSpan]] = {article_id: [] for article_id, _ in pairs}
    for piece in document.restoration([text for _, text in texts]).pieces():
        if isinstance(piece, Kept):
            article_id = texts[piece.article][0]
            spans[article_id].append(KeptSpan(at[article_id], line, piece.text))
            at[article_id] += len(JOINT) if piece.is_gap else len(piece.text)
            line += piece.text.count("\n")
        else:
            if piece.article_id in at:
                at[piece.article_id] += len(piece.after)
            line += piece.before.count("\n") + piece.gap.count("\n")
    return spans


def _line(spans: Sequence[KeptSpan], offset: int) -> int:
    """Return the line of a character.  For a repaired character, return the line of the text before it."""
    before = [span for span in spans if span.start <= offset] or list(spans[:1])
    return before[-1].line + before[-1].text.count("\n", 0, offset - before[-1].start) if before else 1


def _offset(text: str, finding: Finding) -> int:
    """Return the place in an article's text where the finding begins, or the line of the finding."""
    if finding.char_start:
        return finding.char_start
    lines = text.split("\n")[: finding.place.line - 1]
    return sum(map(len, lines)) + len(lines)
