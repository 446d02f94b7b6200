"""A run -> one page of bounded size.

The run is read twice: first for its totals and the choice of articles, then for these articles and the keepers of their
duplicates.  So memory holds only counts and shown articles, for a run of any size.
"""

from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct, structs

from etl.errors import UsageError
from etl.report.changes import ArticleChanges, changes_of
from etl.report.duplicates import Duplicates
from etl.report.pages import CountedRun, ReportRequest, ShownArticle, one_page, settings_of
from etl.report.reading import RunFiles, read_run
from etl.report.render import BRIEF, FULL, Links, Renderer
from etl.report.sample import Sample
from etl.report.totals import Totals, totals_of

# Bytes.  Any shown article takes more.
MIN_ARTICLE_BYTES = 1_500
# The most articles that are prepared.  So many short ones fill the default size.
MAX_CANDIDATES = 3_000
# The number of articles for which a report must have space, if a run has so many, and bytes.  An article that takes
# more than its share of the size is shown in brief, unless it takes fewer bytes than this.
SHARES = 250
MIN_SHARE = 8_000
# The most text of prepared articles, as a multiple of the size of the report.  HTML is seldom shorter than this.
ROOM = 2


class Report(Struct, frozen=True):
    """A page, and the articles that it shows."""

    page: str
    articles: tuple[ArticleChanges, ...]


def make_report(request: ReportRequest) -> Report:
    """Return a run as one page of at most so many bytes.

    Raises UsageError if the page without articles is larger already, or files are not what copydesk wrote, and
    RestoreError if they do not fit together.
    """
    run = count_run(request, min(MAX_CANDIDATES, request.max_bytes // MIN_ARTICLE_BYTES))
    share = request.max_bytes // SHARES
    chosen = run.sample.chosen(ROOM * request.max_bytes, MIN_ARTICLE_BYTES, max(share, MIN_ARTICLE_BYTES))
    duplicates = Duplicates(keeper for _, keepers in chosen.values() for keeper in keepers)
    changes = {one.fields.id: one for one in read_changes(request.run, chosen, duplicates)}
    reasons = {
        one: reason for one, (reason, _) in chosen.items() if one in changes
    }  # a keeper may be from an earlier run
    return _fitted(request, run, duplicates, _rendered(request, duplicates, changes, reasons))


def _rendered(
    request: ReportRequest, duplicates: Duplicates, changes: Mapping[str, ArticleChanges], reasons: Mapping[str, str]
) -> dict[str, ShownArticle]:
    """Return the most important articles as HTML, as many as fill the page."""
    renderer = Renderer(settings_of(request), duplicates, Links(dict.fromkeys(changes, "")))
    places = {article_id: place for place, article_id in enumerate(changes)}
    largest = max(MIN_SHARE, request.max_bytes // min(max(10, len(reasons)), SHARES))
    found: dict[str, ShownArticle] = {}
    left = request.max_bytes
    for article_id, reason in reasons.items():
        if left < 0:
            break
        one = rendered_article(renderer, changes[article_id], reason, largest)
        found[article_id] = structs.replace(one, place=places[article_id])
        left -= len(one.html)
    return found


def _fitted(
    request: ReportRequest, run: CountedRun, duplicates: Duplicates, rendered: Mapping[str, ShownArticle]
) -> Report:
    """Return the page with as many articles as fit, the most important first."""
    budget = request.max_bytes - len(one_page(request, run, duplicates, {}).encode())
    if budget < 0:
        fault = f"the report takes {request.max_bytes - budget:,} bytes without any article"
        raise UsageError("--max-size", fault, "Give a larger size.")
    while True:
        fitting = _fitting(rendered, budget)
        renderer = Renderer(settings_of(request), duplicates, Links(dict.fromkeys(fitting, "")))
        in_order = sorted(fitting, key=lambda one: rendered[one].place)
        shown = {one: _linked(renderer, rendered[one], duplicates) for one in in_order}
        page = one_page(request, run, duplicates, shown)
        excess = len(page.encode()) - request.max_bytes
        if excess <= 0:
            return Report(page, tuple(one.changes for one in shown.values()))
        budget -= excess  # links and examples also take space


def _linked(renderer: Renderer, one: ShownArticle, duplicates: Duplicates) -> ShownArticle:
    """Return an article with links only to articles that are shown."""
    if not duplicates.concerns(one.changes):
        return one
    return structs.replace(one, html=renderer.article(one.changes, one.reason, one.detail))


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
    html, detail = renderer.article(changes, reason), FULL
    if len(html) > largest:
        html, detail = renderer.article(changes, reason, BRIEF), BRIEF
    return ShownArticle(changes, html, reason, detail)


def count_run(request: ReportRequest, size: int) -> CountedRun:
    """Return the totals of a run, and a choice of so many of its articles."""
    totals, sample = Totals(), Sample(size, request.seed, request.drawn)
    for document in read_run(request.run):
        for one in totals.add(document):
            sample.offer(one)
    return CountedRun(totals, sample, totals_of(request.previous) if request.previous else None)


def read_changes(run: RunFiles, wanted: Collection[str], duplicates: Duplicates) -> Iterator[ArticleChanges]:
    """Yield the wanted articles in the order of the run, and store keepers and duplicates."""
    for document in read_run(run):
        names = {entry.article_id for entry in document.entries} | {article.id for article in document.articles}
        if not duplicates.wants(names) and not any(name in wanted for name in names):
            continue
        for changes in changes_of(document):
            duplicates.add_keepers(changes)
            if changes.fields.id in wanted:
                duplicates.add_copies(changes)
                yield changes
