"""What the overview of a report shows: totals as rows, tiles and warnings."""

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Literal

from markupsafe import Markup
from msgspec import Struct

from etl.errors import counted
from etl.report import charts
from etl.report.changes import UNWRITTEN
from etl.report.totals import ArticleSummary, RuleTotal, Totals, ranked

Direction = Literal["", "up", "down"]
Link = Callable[[str], str]

# The most rows and columns that a person still reads.
MAX_RULES = 400
MAX_HEAT_PUBLISHERS = 20
MAX_HEAT_RULES = 16
MAX_OUTLIERS = 12
MAX_LINKS = 6
# Percentage points.  A smaller change is not shown.
MIN_DELTA = 0.5


class Tile(Struct, frozen=True):
    """One number with its name."""

    name: str
    value: str
    words: str = ""


class RuleRow(Struct, frozen=True):
    """A rule in the table, with its changes in the previous run, scaled to the same number of articles."""

    name: str
    total: RuleTotal
    bar: Markup
    link: str
    before: int = 0

    @property
    def change(self) -> int:
        """The difference of the numbers of changes."""
        return abs(self.total.changes - self.before)

    @property
    def direction(self) -> Direction:
        """Whether there are more or fewer than before."""
        return "up" if self.total.changes > self.before else "down" if self.total.changes < self.before else ""


class HeatCell(Struct, frozen=True):
    """Articles of a publisher that a rule changed, in per cent, and the change against the previous run."""

    rule: str
    heat: int
    words: str
    delta: str = ""
    direction: Direction = ""


class HeatRow(Struct, frozen=True):
    """A publisher in the heat map."""

    name: str
    articles: int
    cells: tuple[HeatCell, ...]


class NamedLink(Struct, frozen=True):
    """A link with its words."""

    link: str
    name: str


class Notice(Struct, frozen=True):
    """A notice for the reader."""

    words: str
    links: tuple[NamedLink, ...] = ()


class Outlier(Struct, frozen=True):
    """An article that lost much."""

    name: str
    publisher: str
    link: str
    before: int
    after: int
    words: str


def tiles(totals: Totals, rejects: int) -> list[Tile]:
    """Return the numbers of the run."""
    statuses = sorted(totals.statuses.items(), key=lambda one: (-one[1], one[0]))
    written = ", ".join(f"{count:,} {status}" for status, count in statuses if status != UNWRITTEN)
    actions = totals.actions
    return [
        Tile("Documents", f"{totals.documents:,}"),
        Tile("Articles", f"{totals.articles:,}", written),
        Tile("Blocks removed", f"{actions['drop'] + actions['reject']:,}"),
        Tile("Cut within a line", f"{actions['cut']:,}"),
        Tile("Repairs", f"{actions['repair'] + actions['replace']:,}"),
        Tile("Duplicates", f"{actions['duplicate']:,}", _unwritten(totals)),
        Tile("Tagged", f"{totals.tags:,}"),
        Tile("Rejected inputs", f"{rejects:,}"),
    ]


def _unwritten(totals: Totals) -> str:
    count = totals.statuses[UNWRITTEN]
    return f"{counted(count, 'article')} not written" if count else ""


def rule_rows(totals: Totals, previous: Totals | None, anchor: Link) -> list[RuleRow]:
    """Return the rules, those that removed most first."""
    rules = ranked(totals.rules)[:MAX_RULES]
    largest = max((total.characters for _, total in rules), default=0)
    growth = totals.articles / previous.articles if previous and previous.articles else 0.0
    rows = []
    for name, total in rules:
        before = round(_changes(previous, name) * growth) if previous else 0
        row_bar = charts.bar(total.characters, largest, total.kind)
        rows.append(RuleRow(name, total, row_bar, anchor(name), before))
    return rows


def _changes(totals: Totals, name: str) -> int:
    return totals.rules[name].changes if name in totals.rules else 0


def heat_map(totals: Totals, previous: Totals | None) -> tuple[list[str], list[HeatRow]]:
    """Return rules and rows of the heat map: the publishers with the most articles, the rules that took most."""
    rules = [name for name, total in ranked(totals.rules) if total.kind != "structure" or total.action != "extract"]
    rules = [name for name in rules if name != "structure/kicker"][:MAX_HEAT_RULES]
    publishers = sorted(totals.publishers.items(), key=lambda one: (-one[1].articles, one[0]))[:MAX_HEAT_PUBLISHERS]
    rows = [
        HeatRow(name, total.articles, tuple(_cell(name, rule, totals, previous) for rule in rules))
        for name, total in publishers
    ]
    return rules, rows if rules else []


def _cell(publisher: str, rule: str, totals: Totals, previous: Totals | None) -> HeatCell:
    now = _percent(totals, publisher, rule)
    words = f"{now:.0f}" if now >= 1 else "<1" if now else "·"
    if previous is None or publisher not in previous.publishers:
        return HeatCell(rule, charts.heat(now), words)
    delta = now - _percent(previous, publisher, rule)
    if abs(delta) < MIN_DELTA:
        return HeatCell(rule, charts.heat(now), words)
    return HeatCell(rule, charts.heat(now), words, f"{abs(delta):.0f}", "up" if delta > 0 else "down")


def _percent(totals: Totals, publisher: str, rule: str) -> float:
    total = totals.publishers[publisher]
    return 100 * total.rules[rule] / total.articles


def warnings(suspects: Sequence[ArticleSummary], totals: Totals, links: Link) -> list[Notice]:
    """Return the notices on what to look at first."""
    is_of: tuple[tuple[int, str, str, Callable[[ArticleSummary], bool]], ...] = (
        (totals.emptied, "article", "of which nothing is left", lambda one: one.is_emptied),
        (
            totals.statuses["suspect"],
            "article",
            "in which rules matched the lead, the end or all prose",
            lambda one: one.status == "suspect",
        ),
        (totals.statuses["paywalled"], "article", "behind a paywall", lambda one: one.status == "paywalled"),
        (totals.tags, "place", "tagged, and kept", lambda one: one.is_tagged and not one.is_suspect),
    )
    found = []
    for count, noun, words, belongs in is_of:
        linked = (NamedLink(links(one.id), one.title) for one in suspects if belongs(one) and links(one.id))
        if count:
            found.append(Notice(f"{counted(count, noun)} {words}", tuple(islice(linked, MAX_LINKS))))
    return found


def outliers(worst: Sequence[ArticleSummary], links: Link) -> list[Outlier]:
    """Return the articles that lost most."""
    return [_outlier(one, links(one.id)) for one in worst[:MAX_OUTLIERS]]


def _outlier(one: ArticleSummary, link: str) -> Outlier:
    lost = f"{100 * one.removed / one.before:.0f} % removed"
    return Outlier(one.title, one.publisher, link, one.before, one.after, lost)
