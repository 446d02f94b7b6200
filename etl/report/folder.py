"""A run -> the pages of a folder: an index with the totals, and all articles, so many to a page."""

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from msgspec import Struct

from etl.report.changes import ArticleChanges, changes_of
from etl.report.duplicates import Duplicates
from etl.report.overview import NamedLink
from etl.report.pages import CountedRun, Examples, ReportRequest, index_page, part_page, settings_of
from etl.report.reading import read_run
from etl.report.render import Links, Renderer
from etl.report.sample import MAX_WORST, WORST_PART, Sample
from etl.report.totals import Totals, totals_of
from etl.report.writing import read_changes, rendered_article

INDEX = "index.html"
# Articles of a page.
PAGE_ARTICLES = 200
# Characters of an article's HTML. A longer article is shown in brief.
MAX_ARTICLE = 400_000


class _Plan(Struct, frozen=True):
    """The result of the first pass: counts, the page of each article, and the keepers of its duplicates."""

    run: CountedRun
    pages: Mapping[str, str]
    keepers: frozenset[str]


def write_folder(request: ReportRequest, folder: Path) -> None:
    """Write the pages into a folder that is empty.  Raises as `make_report` does."""
    plan = _planned(request)
    links = Links(plan.pages)
    duplicates = Duplicates(plan.keepers)
    if plan.keepers:  # a keeper may come after its duplicates
        for _ in read_changes(request.run, plan.pages, duplicates):
            pass
    renderer = Renderer(settings_of(request), duplicates, links)
    parts = _parts(len(plan.pages))
    examples = Examples()
    articles = _articles(request)
    for part in parts:
        some = list(islice(articles, PAGE_ARTICLES))
        for one in some:
            examples.add(one, links)
        shown = [rendered_article(renderer, one, "", MAX_ARTICLE) for one in some]
        (folder / part.link).write_text(part_page(request, renderer, part.name, shown), encoding="utf-8")
    index = index_page(request, plan.run, renderer, examples, parts)
    (folder / INDEX).write_text(index, encoding="utf-8")


def _planned(request: ReportRequest) -> _Plan:
    totals, sample = Totals(), Sample(WORST_PART * MAX_WORST, request.seed)
    pages: dict[str, str] = {}
    keepers: set[str] = set()
    for document in read_run(request.run):
        keepers.update(entry.duplicate_of for entry in document.entries if entry.duplicate_of)
        for one in totals.add(document):
            sample.offer(one)
            pages[one.summary.id] = _page_name(len(pages) // PAGE_ARTICLES)
    run = CountedRun(totals, sample, totals_of(request.previous) if request.previous else None)
    return _Plan(run, pages, frozenset(keepers))


def _articles(request: ReportRequest) -> Iterator[ArticleChanges]:
    for document in read_run(request.run):
        yield from changes_of(document)


def _parts(count: int) -> list[NamedLink]:
    """Return the pages of the folder, by the numbers of the articles on them."""
    starts = range(0, count, PAGE_ARTICLES)
    return [
        NamedLink(_page_name(number), f"{start + 1:,}–{min(start + PAGE_ARTICLES, count):,}")
        for number, start in enumerate(starts)
    ]


def _page_name(number: int) -> str:
    return f"articles-{number + 1:05d}.html"
