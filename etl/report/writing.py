"""A run -> one page of bounded size.

The run is read twice: once for its totals and to choose the articles, and once for these and the keepers of their
duplicates.  So memory holds counts and what is shown, however large the run is.
"""

from collections.abc import Collection, Iterator, Mapping

from etl.errors import UsageError
from etl.report.changes import ArticleChanges, changes_of
from etl.report.duplicates import Duplicates
from etl.report.pages import CountedRun, Request, ShownArticle, one_page, settings_of
from etl.report.reading import RunFiles, read_run
from etl.report.render import BRIEF, Links, Renderer
from etl.report.sample import Sample
from etl.report.totals import Totals, totals_of

# Bytes.  The shortest article that is shown takes more.
MIN_ARTICLE_BYTES = 1_500
# Articles that are made ready to be shown.  As many short ones fill the usual size.
MAX_CANDIDATES = 3_000
# Of one article, in the size of a report: one with a thousand lines must not crowd out all others.
MAX_SHARE = 0.1


def report(request: Request) -> str:
    """Return a run as one page of at most so many bytes.

    Raises UsageError if the page without articles is larger already, or files are not what copydesk wrote, and
    RestoreError if they do not fit together.
    """
    run = count_run(request, min(MAX_CANDIDATES, request.max_bytes // MIN_ARTICLE_BYTES))
    chosen = run.sample.chosen()
    duplicates = Duplicates(keeper for _, keepers in chosen.values() for keeper in keepers)
    changes = {one.fields.id: one for one in read_changes(request.run, chosen, duplicates)}
    renderer = Renderer(settings_of(request), duplicates, Links(dict.fromkeys(changes, "")))
    is_sample = len(chosen) < run.totals.statuses.total()
    largest = int(request.max_bytes * MAX_SHARE)
    rendered = {
        one: rendered_article(renderer, changes[one], reason if is_sample else "", largest)
        for one, (reason, _) in chosen.items()
    }
    return _fitted(request, run, duplicates, rendered, list(changes))


def _fitted(
    request: Request, run: CountedRun, duplicates: Duplicates, rendered: Mapping[str, ShownArticle], order: list[str]
) -> str:
    """Return the page with as many articles as have room, the most wanted first."""
    budget = request.max_bytes - len(one_page(request, run, duplicates, {}).encode())
    if budget < 0:
        fault = f"the report takes {request.max_bytes - budget:,} bytes without any article"
        raise UsageError("--max-size", fault, "Give a larger size.")
    while True:
        fitting = _fitting(rendered, budget)
        page = one_page(request, run, duplicates, {one: rendered[one] for one in order if one in fitting})
        excess = len(page.encode()) - request.max_bytes
        if excess <= 0:
            return page
        budget -= excess  # links and examples take room as well


def _fitting(rendered: Mapping[str, ShownArticle], budget: int) -> frozenset[str]:
    left, found = budget, []
    for article_id, one in rendered.items():
        size = len(one.html.encode())
        if size <= left:
            left -= size
            found.append(article_id)
    return frozenset(found)


def rendered_article(renderer: Renderer, changes: ArticleChanges, reason: str, largest: int) -> ShownArticle:
    """Return an article as HTML, in brief if it has more characters than `largest`."""
    html = renderer.article(changes, reason)
    return ShownArticle(changes, html if len(html) <= largest else renderer.article(changes, reason, BRIEF))


def count_run(request: Request, size: int) -> CountedRun:
    """Return the totals of a run, and a choice of so many of its articles."""
    totals, sample = Totals(), Sample(size, request.seed)
    for document in read_run(request.run):
        for one in totals.add(document):
            sample.offer(one)
    return CountedRun(totals, sample, totals_of(request.previous) if request.previous else None)


def read_changes(run: RunFiles, wanted: Collection[str], duplicates: Duplicates) -> Iterator[ArticleChanges]:
    """Yield the wanted articles in the order of the run; keepers and copies are remembered on the way."""
    for document in read_run(run):
        names = {entry.article_id for entry in document.entries} | {article.id for article in document.articles}
        if not duplicates.wants(names) and not any(name in wanted for name in names):
            continue
        for changes in changes_of(document):
            duplicates.add_keepers(changes)
            if changes.fields.id in wanted:
                duplicates.add_copies(changes)
                yield changes
