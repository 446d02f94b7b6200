"""The keys and values of rule packs, as TOML has them.  A key that is not here is an error.

docs/rules.md describes each key for authors.  `copydesk schema rules` prints the docstrings of this module.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct, field

Verb = Literal[
    "drop", "drop-span", "strip", "replace", "start-article", "end-article", "extract", "tag", "keep", "reject"
]
Field = Literal["author", "created", "headline", "publisher"]
Confidence = Literal["certain", "likely", "guess"]
Position = Literal["head", "body", "tail"]
# A year, a month or a day: "2013", "2013-05", "2013-05-07".
Day = Annotated[str, Meta(pattern=r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$")]
# Names of several rules are joined by commas and pluses, and a pattern of names has stars.
Id = Annotated[str, Meta(pattern=r"^[\w.-]+(?!\n)$")]
Version = Annotated[str, Meta(pattern=r"^\d+(\.\d+)*$")]
# Blocks.  A page may have 100,000: what looks farther than this at each of them would take minutes.
Reach = Annotated[int, Meta(ge=1, le=200)]
Beside = Annotated[int, Meta(ge=0, le=200)]
# In a pack it may be a list of alternatives, which are joined when it is loaded.
Regex = Annotated[str, Meta(extra_json_schema={"type": ["string", "array"], "items": {"type": "string"}})]
Several = Annotated[int, Meta(ge=2)]
Share = Annotated[float, Meta(gt=0, le=1)]
# Before the id of a rule in `rule = […]`: the rules of this id, whatever pack they are in.
ANY_PACK = "*/"


class Pattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Conditions on a block: it matches if any of them holds.  Folded text is compared, unless `case` is set.

    `exact` ignores ornaments around the label.  `regex` must match the whole block; it may be a list of alternatives,
    and may use the names @sentence, @name, @date, @agency, @publisher and @reported.  With `words`, a line consists of
    up to 12 words: one of the first five is of these, the others are of these or of `fillers`, numbers or names of
    networks; `comment*` is "comment" and all words that continue it by at most six letters.  For neighbours only:
    `headline`, and `rule`, a block that one of these rules removes (`*/ID` names those of all packs).  Rules that look
    at neighbours themselves do not count in `rule`.
    """

    exact: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    fillers: tuple[str, ...] = ()
    regex: Regex = ""
    tag: tuple[str, ...] = ()
    css: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    headline: bool = False
    case: bool = False


class Neighbour(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A block that matches these conditions, at most `within` blocks away.

    Without `across_lead`, one above the first sentence of the story does not count for a block below that sentence.
    """

    within: Reach = 1
    across_lead: bool = True


class Between(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Two blocks with at most `max_blocks` blocks between them, which match; `drop-span` also removes the two.

    Without `across_lead`, a start does not count for a block below a sentence of the story that stands below the start.
    """

    start: Pattern
    end: Pattern
    max_blocks: Reach = 1
    across_lead: bool = True


class Span(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A sequence of labels (`around`), which match, and blocks that are repeated on both sides of it.

    If one of the `before` blocks above is repeated in the `mirror` blocks below, then this block, those between it and
    the labels, and their repetitions match.
    """

    around: tuple[str, ...]
    before: Beside = 0
    mirror: Beside = 0


class Near(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """At least this share of the block's words is in one block, at most `within` blocks away.

    If two blocks contain each other, the lower one matches.
    """

    within: Reach
    share: Share = 0.8


class Recurs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The same folded line is in this many documents of the run, or in this share of its publisher's documents.

    The share counts only if the publisher has at least `least` documents: one of two documents is already a half.
    """

    documents: Several | None = None
    share: Share | None = None
    least: Several = 10


class Match(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a rule matches: the block itself, if a condition on it is given, and all neighbours that are given.

    `all`, `any` and `not` combine conditions on the block, one level deep.
    """

    every: tuple[Pattern, ...] = field(name="all", default=())
    either: tuple[Pattern, ...] = field(name="any", default=())
    neither: tuple[Pattern, ...] = field(name="not", default=())
    after: Neighbour | None = None
    before: Neighbour | None = None
    beside: Neighbour | None = None
    between: Between | None = None
    span: Span | None = None
    near: Near | None = None
    recurs: Recurs | None = None


class Unless(Match, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Blocks that the rule must keep although they match; `keeps` are examples."""

    keeps: tuple[str, ...]


class Where(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Guards: the rule matches a block only if all of them hold.

    `max_article_words` counts the words of the whole article.  `min_article_sentences` counts the blocks of the article
    that hold a sentence and that no rule has named.
    """

    min_words: int | None = None
    max_words: int | None = None
    max_chars: int | None = None
    max_article_words: int | None = None
    min_article_sentences: int | None = None
    no_final_punct: bool | None = None
    title_case: float | None = None
    position: tuple[Position, ...] | None = None


class Dates(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A period from one day to another, both included; "" is open."""

    since: Day | Literal[""] = field(name="from", default="")
    to: Day | Literal[""] = ""


class Scope(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The articles that a rule applies to: all conditions must hold; one does not hold if its value is unknown.

    `publisher`: ids or groups of `rules/publishers.jsonl`.  `language`: first subtags ("en").  `date`: when the article
    was published.
    """

    publisher: tuple[str, ...] = ()
    language: tuple[Annotated[str, Meta(pattern="^[a-z]{2,3}$")], ...] = ()
    format: tuple[Literal["text", "html"], ...] = ()
    date: Dates | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A rule: what it matches, what happens then, why, and examples.

    `severity`: whether a match in `copydesk check` is a warning or an error.
    """

    id: Id
    title: str
    action: Verb = "drop"
    match: Match
    unless: Unless | None = None
    where: Where = Where()
    scope: Scope = Scope()
    becomes: str = ""
    field: Field | Literal[""] = ""
    kind: Literal["caption", "credit", "link", "notice", "player", "structure", "glitch"]
    confidence: Confidence = "certain"
    severity: Literal["warning", "error"] = "error"
    why: str
    drops: tuple[str, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    keeps: tuple[str, ...]
    source: tuple[str, ...] = ()
    since: str = ""
    last_seen: Day | Literal[""] = ""
    aliases: tuple[str, ...] = ()
    deprecated: str = ""
    until: Version | Literal[""] = ""


class PackHeader(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The `[pack]` table.  The full name of a rule is the id of its pack, a slash, and its own id."""

    id: Id
    version: str
    summary: str = ""


class Pack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A file of rules."""

    pack: PackHeader
    rule: tuple[Rule, ...] = ()


def called(name: str, rule: Rule) -> tuple[str, ...]:
    """Return all full names of a rule, the present one first; an alias without a slash is of the same pack."""
    pack = name.partition("/")[0]
    return name, *(alias if "/" in alias else f"{pack}/{alias}" for alias in rule.aliases)
