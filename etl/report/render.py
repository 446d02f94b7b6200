"""Templates and their values: an article, and the page around all articles."""

import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from markupsafe import Markup, escape
from msgspec import Struct

from etl.audit import Entry, text_sha256
from etl.errors import counted
from etl.pipeline.select_duplicates import WHOLE
from etl.report import charts, ready
from etl.report.changes import REMOVING, ArticleChanges, ShownBlock
from etl.report.compare import Comparison, compare
from etl.report.duplicates import Copy, Duplicates, Keeper, keeper_place
from etl.report.totals import NO_PUBLISHER

# The most characters of a text that are shown; the number of further characters is shown after a longer one.
MAX_SHOWN = 3_000
# Characters of a removed block from which on it is folded, with JavaScript.  Most such blocks are menus.
FOLD_FROM = 500
# Digits of an article's id, or of the hash of a foreign one, in its anchor.
ANCHOR_DIGITS = 12
_ID = re.compile("[0-9a-f]{32}")
# C0 and C1 controls, halves of surrogate pairs, and marks that turn the direction of writing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
LABELS = {
    "extract": "moved to its field",
    "tag": "tagged, and kept",
    "reject": "article rejected",
    "duplicate": "duplicate",
}
_WEIGHT = re.compile(r"([\w-]+)=([+-]?\d{1,9})")


class Settings(Struct, frozen=True):
    """Titles of rules by name, the last day of exceptions that are offered, and whether a person reviews the page."""

    titles: Mapping[str, str]
    until: date
    is_reviewed: bool = False


class Detail(Struct, frozen=True):
    """How much of an article is shown: so many characters of a block, and so many blocks, changed ones first."""

    characters: int
    blocks: int


FULL = Detail(MAX_SHOWN, 240)
BRIEF = Detail(300, 40)


class Weight(Struct, frozen=True):
    """A feature with its weight, as a bar."""

    name: str
    bar: Markup
    words: str


class Links:
    """The page of each shown article; "" for the current page.  Other articles are not shown."""

    def __init__(self, pages: Mapping[str, str]) -> None:
        self._pages = pages

    def article(self, article_id: str) -> str:
        """Return the link to an article; "" if it is not shown."""
        page = self._pages.get(article_id)
        return "" if page is None else f"{page}#{anchor(article_id)}"

    def block(self, article_id: str, start: int) -> str:
        """Return the link to a block of an article; "" if it is not shown."""
        page = self._pages.get(article_id)
        return "" if page is None else f"{page}#{anchor(article_id, start)}"


class Renderer:
    """The templates, filled."""

    def __init__(self, settings: Settings, duplicates: Duplicates, links: Links) -> None:
        self._settings, self._duplicates, self.links = settings, duplicates, links
        self._values = {
            "compare": self._compare,
            "exception": lambda entry: ready.exception(entry, settings.until),
            "keeps": ready.keeps,
            "rule": ready.rule,
            "links": self._keeper_link,
            "strip": charts.strip,
            "titles": _Titles(settings.titles),
            "is_reviewed": settings.is_reviewed,
        }

    def article(self, changes: ArticleChanges, reason: str = "", detail: Detail = FULL) -> Markup:
        """Return an article as HTML."""
        copies = self._duplicates.copies_of(changes.fields.id)
        keepers = {one.line_sha256: self._duplicates.keeper(one) for one in changes.entries if one.duplicate_of}
        rendered: str = _template("article.html").render(
            **self._values,
            article=changes,
            blocks=shown_blocks(changes.blocks, detail.blocks),
            most=detail.characters,
            fold_from=FOLD_FROM,
            publisher=changes.fields.publisher or NO_PUBLISHER,
            reason=reason,
            keepers=keepers,
            copies={line: self._linked(some) for line, some in copies.items()},
        )
        return Markup(rendered)  # the template has escaped it

    def page(self, template: str, **values: Any) -> str:
        """Return a whole page, whose policy allows only its own style and script."""
        style, script = asset("report.css"), asset("report.js")
        if self._settings.is_reviewed:
            script += asset("review.js")
        connect = "; connect-src 'self'" if self._settings.is_reviewed else ""
        policy = (
            f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; img-src data:{connect}; "
            "base-uri 'none'; form-action 'none'"
        )
        page: str = _template(template).render(
            **self._values, style=Markup(style), script=Markup(script), policy=policy, **values
        )
        return page

    def _compare(self, entry: Entry, keeper: Keeper) -> Comparison:
        return compare(entry.before[:MAX_SHOWN], keeper.text, entry.residue)

    def _keeper_link(self, duplicate_of: str) -> str:
        article, line = keeper_place(duplicate_of)
        keeper = self._duplicates.at_line(article, line)
        return self.links.block(article, keeper.start) if keeper else self.links.article(article)

    def _linked(self, copies: Sequence[Copy]) -> list[dict[str, Any]]:
        linked = ((self.links.block(copy.article, copy.start), copy) for copy in copies)
        return [{"link": link, "text": copy.text, "similarity": copy.similarity} for link, copy in linked if link]


class _Titles(dict[str, str]):
    """Titles by rule; a composed name ("repair/spaces+core/inline") has that of its first part that has one."""

    def __missing__(self, rule: str) -> str:
        return next((self[part] for part in rule.split("+") if part in self), "")


def anchor(article_id: str, start: int | None = None) -> str:
    """Return the name of an article within its page, or of the block that starts at a character of its document."""
    digits = article_id if _ID.fullmatch(article_id) else text_sha256(article_id)
    name = f"a-{digits[:ANCHOR_DIGITS]}"
    return name if start is None else f"{name}-{start}"


def shown_blocks(blocks: Sequence[ShownBlock], most: int) -> "Sequence[ShownBlock | str]":
    """Return the blocks to show.

    Of a long article, blocks in the middle are left out, with a note; changed blocks are left out last.
    """
    if len(blocks) <= most:
        return blocks
    found: list[ShownBlock | str] = []
    edge, left, changes = most // 4, 0, 0
    for at, block in enumerate(blocks):
        is_change = block.entry is not None or bool(block.tags) or len(block.spans) > 1
        changes += is_change
        if edge <= at < len(blocks) - edge and not (is_change and changes <= most // 2):
            left += 1
            continue
        if left:
            found.append(f"… {counted(left, 'paragraph')} not shown …")
        found.append(block)
        left = 0
    return found


def asset(name: str) -> str:
    """Return a file of the templates' folder."""
    return files("etl.report").joinpath("templates", name).read_text(encoding="utf-8")


def visible(text: str) -> str:
    """Return a text with invisible characters, and those that change the direction of writing, as numbers.

    >>> visible("a\\u202eb")
    'a⟨U+202E⟩b'
    """
    return _UNSEEN.sub(lambda match: f"⟨U+{ord(match[0]):04X}⟩", text)


def clip(text: str, most: int = MAX_SHOWN) -> str:
    """Return at most so many characters of a text, and the number of further characters."""
    if len(text) <= most:
        return visible(text)
    rest = len(text) - most
    return f"{visible(text[:most])}… ({rest:,} more)" if rest > most else f"{visible(text[:most])}…"


@cache
def _template(name: str) -> Template:
    return _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        autoescape=True, loader=FunctionLoader(asset), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(
        anchor=lambda article, start=None: anchor(article.fields.id, start),
        clip=clip,
        count=counted,
        flat=lambda text: " ⏎ ".join(text.split("\n")),  # a menu of forty lines must not push the story away
        is_web=lambda url: url.startswith(("https://", "http://")),
        kind=charts.kind_of,
        label=_label,
        lost=_lost,
        num=lambda number: f"{number:,}",
        percent=_percent,
        similarity=_similarity,
        spaces=_spaces,
        toml=lambda text: Markup(str(escape(text)).replace("&#34;", '"').replace("&#39;", "'")),  # to be read as source
        visible=visible,
        weights=_weights,
    )
    return environment


def _spaces(text: str) -> str:
    """Return a changed text with invisible characters and unusual spaces as signs or numbers.

    >>> _spaces("  "), _spaces("a b\u200b"), _spaces("a\xa0b")
    ('␣␣', 'a b⟨U+200B⟩', 'a⟨U+00A0⟩b')
    """
    shown = text.replace(" ", "␣").replace("\n", "↵") if text.isspace() else text
    return "".join(f"⟨U+{ord(char):04X}⟩" if char != " " and not char.isprintable() else char for char in shown)


def _label(entry: Entry) -> str:
    return LABELS.get(entry.action) or (charts.kind_of(entry.kind) if entry.action in REMOVING else entry.action)


def _similarity(entry: Entry) -> str:
    if entry.rule == WHOLE:
        return f"{entry.similarity:.4f} of the article’s words are copies"
    return f"Similarity {entry.similarity:.4f}, exact Jaccard"


def _lost(article: ArticleChanges) -> str:
    return _percent(max(0, article.before - article.after), article.before)


def _percent(part: int, whole: int) -> str:
    """Return a share in per cent, with a decimal if it is small.

    >>> _percent(1, 3), _percent(1, 300), _percent(1, 3000), _percent(0, 0)
    ('33 %', '0.3 %', '<0.1 %', '0 %')
    """
    share = 100 * part / whole if whole else 0.0
    if 0 < share < 0.05:
        return "<0.1 %"
    return f"{share:.1f} %" if 0 < share < 10 or 90 < share < 100 else f"{share:.0f} %"


def _weights(entry: Entry) -> list[Weight]:
    """Return the features that contributed to a removal, with their weights in log-odds; none without such features."""
    found = [match for one in entry.also.split(",") if (match := _WEIGHT.fullmatch(one))]
    if not found:
        return []
    largest = max(abs(int(match[2])) for match in found)
    return [
        Weight(match[1], charts.bar(abs(int(match[2])), largest, entry.kind), f"{int(match[2]) / 1000:+.2f}")
        for match in found
    ]


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
