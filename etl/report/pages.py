"""The values for the templates of a report's pages, from totals and the shown articles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from markupsafe import Markup
from msgspec import Struct

from etl.errors import counted
from etl.formats.own_records import read_outputs
from etl.report import charts, overview
from etl.report.changes import ArticleChanges
from etl.report.duplicates import Duplicates
from etl.report.overview import NamedLink
from etl.report.reading import RunFiles, is_deduplicated
from etl.report.render import FULL, Detail, Links, Renderer, Settings, anchor
from etl.report.sample import Removed, Sample
from etl.report.totals import NO_PUBLISHER, Totals, ranked

# The most examples of removed lines of a rule.
MAX_EXAMPLES = 5
MAX_REJECTS = 20
# Rules in the chart before it is expanded.
FIRST_RULES = 16
# The most options of a filter.
MAX_OPTIONS = 400


class ReportRequest(Struct, frozen=True):
    """A report that a user asks for.

    `until` is the last day of proposed exceptions, `titles` are the titles of rules, `previous` is the run to compare
    with, and `seed` selects the random articles.  A page in a review takes verdicts.  `warranty` is the bound of a
    judged sample, `drawn` are the removals of a sample to be judged.
    """

    run: RunFiles
    until: date
    titles: Mapping[str, str] = {}
    previous: RunFiles | None = None
    max_bytes: int = 5_000_000
    seed: int = 0
    is_reviewed: bool = False
    warranty: str = ""
    drawn: frozenset[Removed] = frozenset()


class _Reject(Struct, frozen=True, gc=False):
    """A reject, as a report shows it."""

    path: str
    row: int
    reason: str

    @property
    def place(self) -> str:
        return f"{self.path}:{self.row}"


class CountedRun(Struct, frozen=True):
    """The result of the first pass over a run."""

    totals: Totals
    sample: Sample
    previous: Totals | None


class ShownArticle(Struct, frozen=True):
    """An article as it is shown: its changes, their HTML, the reason why it is shown, and its detail.

    `place` is its number in the run, among those that may be shown.
    """

    changes: ArticleChanges
    html: Markup
    reason: str = ""
    detail: Detail = FULL
    place: int = 0


class Example(Struct, frozen=True):
    """A line that a rule removed, and where it is shown."""

    text: str
    link: str


class Examples:
    """Some removed lines of each rule, from the articles that are shown."""

    def __init__(self) -> None:
        self._lines: dict[str, dict[str, str]] = {}

    def add(self, article: ArticleChanges, links: Links) -> None:
        """Add lines of an article."""
        for block in article.blocks:
            known = self._lines.setdefault(block.entry.rule, {}) if block.entry else {}
            if block.entry and len(known) < MAX_EXAMPLES:
                known.setdefault(block.entry.before[:200], links.block(article.fields.id, block.start))

    def of(self, rule: str) -> list[Example]:
        """Return the lines of a rule."""
        return [Example(text, link) for text, link in self._lines.get(rule, {}).items()]


def settings_of(request: ReportRequest) -> Settings:
    """Return the values of a request for the templates."""
    return Settings(request.titles, request.until, request.is_reviewed)


def one_page(request: ReportRequest, run: CountedRun, duplicates: Duplicates, shown: Mapping[str, ShownArticle]) -> str:
    """Return the page with these articles."""
    links = Links(dict.fromkeys(shown, ""))
    renderer = Renderer(settings_of(request), duplicates, links)
    changes = [one.changes for one in shown.values()]
    examples = Examples()
    for one in changes:
        examples.add(one, links)
    return renderer.page(
        "report.html",
        title=f"{request.run.name} – copydesk report",
        name=request.run.name,
        views=_views(len(shown)),
        articles=[one.html for one in shown.values()],
        is_whole=len(shown) == run.totals.statuses.total(),
        shown_words=_shown_words(len(shown), run.totals),
        parts=(),
        filters=filters(changes),
        **overview_values(request, run, links),
        **rules_values(run.totals, examples),
    )


def index_page(
    request: ReportRequest, run: CountedRun, renderer: Renderer, examples: Examples, parts: Sequence[NamedLink]
) -> str:
    """Return the first page of a folder: totals, rules, and links to the pages of the articles."""
    return renderer.page(
        "report.html",
        title=f"{request.run.name} – copydesk report",
        name=request.run.name,
        views=_views(run.totals.statuses.total()),
        articles=(),
        is_whole=True,
        shown_words=_shown_words(run.totals.statuses.total(), run.totals),
        parts=parts,
        filters=(),
        **overview_values(request, run, renderer.links),
        **rules_values(run.totals, examples),
    )


def part_page(request: ReportRequest, renderer: Renderer, name: str, shown: Sequence[ShownArticle]) -> str:
    """Return a page of a folder with some of its articles."""
    return renderer.page(
        "report.html",
        title=f"{request.run.name}, articles {name} – copydesk report",
        name=request.run.name,
        views=_views(len(shown), "index.html"),
        articles=[one.html for one in shown],
        is_whole=True,
        shown_words=f"Articles {name}, in the order of the run.",
        parts=(),
        filters=filters([one.changes for one in shown]),
        overview=False,
        rules=False,
    )


def _views(count: int, index: str = "") -> list[dict[str, str]]:
    """Return the links to the views of a report, with the number of articles; `index` is the page of the others."""
    return [
        {"name": "Overview", "link": f"{index}#overview", "count": ""},
        {"name": "Articles", "link": "#articles", "count": f"{count:,}"},
        {"name": "Rules", "link": f"{index}#rules", "count": ""},
    ]


def _shown_words(count: int, totals: Totals) -> str:
    every = totals.statuses.total()
    if count == every:
        return f"All {counted(every, 'article')}, in the order of the run."
    return (
        f"{count:,} of {every:,} shown: those that lost most, suspects, examples of each publisher and rule, "
        "and others at random. The totals are those of the whole run."
    )


def overview_values(request: ReportRequest, run: CountedRun, links: Links) -> dict[str, Any]:
    """Return the values for the template of the overview."""
    totals, previous = run.totals, run.previous
    parts = charts.segments(totals)
    rows = overview.rule_rows(totals, previous, _rule_anchor)
    heat_rules, heat_rows = overview.heat_map(totals, previous)
    worst = overview.outliers(run.sample.worst, links.article)
    rejects, reject_count = _rejects(request.run.rejects)
    return {
        "overview": True,
        "warranty": request.warranty,
        "proof": _proof(request.run, totals),
        "totals": totals,
        "books_bar": charts.books_bar(parts),
        "parts_of_books": parts,
        "tiles": overview.tiles(totals, reject_count),
        "warnings": overview.warnings(run.sample.suspects, totals, links.article),
        "rule_rows": rows[:FIRST_RULES],
        "other_rule_rows": rows[FIRST_RULES:],
        "more_rules": _more(len(ranked(totals.rules)) - len(rows), "rule"),
        "against": request.previous.name if request.previous else "",
        "heat_rules": heat_rules,
        "heat_rows": heat_rows,
        "heat_words": f"{len(heat_rows):,} of {counted(len(totals.publishers), 'publisher')}.",
        "scatter": charts.scatter(totals.cells, [(one.before, one.after) for one in worst]),
        "outliers": worst,
        "rejects": rejects,
        "more_rejects": _more(reject_count - len(rejects), "reject"),
    }


def _proof(run: RunFiles, totals: Totals) -> str:
    """Return the sentence about what was verified while the run was read."""
    if is_deduplicated(run):
        return "The duplicates have the hashes that the audit names. The audit does not list records that stay."
    documents = counted(totals.documents, "document")
    was, have = ("was", "has the hash") if totals.documents == 1 else ("were", "have the hashes")
    return f"The books balance: {documents} {was} rebuilt from articles and audit, and {have} of what was read."


def _more(count: int, noun: str) -> str:
    return f"And {counted(count, noun)} more." if count > 0 else ""


def rules_values(totals: Totals, examples: Examples) -> dict[str, Any]:
    """Return the values for the template of the rules."""
    sections = [
        {"name": name, "anchor": _rule_anchor(name)[1:], "total": total, "examples": examples.of(name)}
        for name, total in ranked(totals.rules)[: overview.MAX_RULES]
    ]
    return {"rules": True, "rule_sections": sections}


def _rule_anchor(rule: str) -> str:
    return f"#{anchor(rule).replace('a-', 'r-', 1)}"


def filters(changes: Sequence[ArticleChanges]) -> list[dict[str, Any]]:
    """Return the filters for the shown articles, by rule, kind, publisher and status."""
    entries = [entry for one in changes for entry in one.entries]
    options: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("Rule", "r", (entry.rule for entry in entries)),
        ("Kind", "k", (entry.kind for entry in entries)),
        ("Publisher", "p", (one.fields.publisher or NO_PUBLISHER for one in changes)),
        ("Status", "s", (one.fields.status for one in changes)),
    )
    return [{"name": name, "key": key, "options": sorted(set(found))[:MAX_OPTIONS]} for name, key, found in options]


def _rejects(path: Path | None) -> tuple[list[_Reject], int]:
    """Return the first rejects of a run, and how many there are."""
    if path is None:
        return [], 0
    found = read_outputs(path, _Reject)
    first = list(islice(found, MAX_REJECTS))
    return first, len(first) + sum(1 for _ in found)
