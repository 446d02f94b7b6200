"""The closed vocabulary of rule packs, as it stands in TOML.  A key that is not here is an error.

What each key means to someone who writes rules: docs/rules.md.
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
Version = Annotated[str, Meta(pattern=r"^\d+(\.\d+)*$")]
# Blocks.  A page may have 100,000: what looks farther than this at each of them would take minutes.
Reach = Annotated[int, Meta(ge=1, le=200)]
# In a pack it may be a list of alternatives, which are joined when it is loaded.
Regex = Annotated[str, Meta(extra_json_schema={"type": ["string", "array"], "items": {"type": "string"}})]
Several = Annotated[int, Meta(ge=2)]
Share = Annotated[float, Meta(gt=0, le=1)]
# Before the id of a rule in `rule = […]`: the rules of this id, whatever pack they are in.
ANY_PACK = "*/"


class Pattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a block looks like: it matches if any one of these does.  Compared on the folded view unless `case` is set.

    `exact` ignores ornaments around the label, `regex` must match the whole block.  In a pack it may be a list of
    alternatives, and `@sentence`, `@name`, `@date`, `@agency` in it stand for what many rules ask for; `@publisher`
    stands for the name of any publisher that is known.  `headline` and `rule` (blocks that one of these rules took;
    `*/ID` are those of all packs) are for neighbours only.
    """

    exact: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    regex: Regex = ""
    tag: tuple[str, ...] = ()
    css: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    headline: bool = False
    case: bool = False


class Neighbour(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A neighbour that looks like this, at most `within` blocks away."""

    within: Reach = 1


class Between(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Between two neighbours that have at most `max_blocks` blocks between them; `drop-span` takes both along."""

    start: Pattern
    end: Pattern
    max_blocks: Reach = 1


class Span(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A run of labels, with what is printed on both sides of it.

    `around` is the run, in order.  Of the `before` blocks above and the `mirror` blocks below, those that stand on both
    sides go; and the blocks above go all together if one of them is mirrored.
    """

    around: tuple[str, ...]
    before: int = 0
    mirror: int = 0


class Near(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """At least this share of the block's words stands in one neighbour, at most `within` blocks away.

    Of two blocks that have so much of one another, the upper one is left.
    """

    within: Reach
    share: Share = 0.8


class Recurs(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """The same folded line stands in so many documents of this run, or in this share of its publisher's documents.

    The share counts from `least` documents of the publisher on: of two, one is half.
    """

    documents: Several | None = None
    share: Share | None = None
    least: Several = 10


class Match(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """What a rule names: what the block itself is (if given), and its neighbours (each that is given).

    `every`, `either` and `neither` - in TOML `all`, `any` and `not` - are more looks of the block: one level deep.
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
    """A block that matches this is left, though the rule would name it; `keeps` are examples of such."""

    keeps: tuple[str, ...]


class Where(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Guards: a block that matches is named only if all hold.  `max_article_words` counts the whole article."""

    min_words: int | None = None
    max_words: int | None = None
    max_chars: int | None = None
    max_article_words: int | None = None
    no_final_punct: bool | None = None
    title_case: float | None = None
    position: tuple[Position, ...] | None = None


class Dates(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """From one day to another, both included; "" is open."""

    since: Day | Literal[""] = field(name="from", default="")
    to: Day | Literal[""] = ""


class Scope(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """Whose articles a rule judges: each that is given must hold, and what is not known of an article does not.

    `publisher` are ids or groups of `rules/publishers.jsonl`, `language` first subtags ("en"), `date` bounds the day on
    which the article was published.
    """

    publisher: tuple[str, ...] = ()
    language: tuple[Annotated[str, Meta(pattern="^[a-z]{2,3}$")], ...] = ()
    format: tuple[Literal["text", "html"], ...] = ()
    date: Dates | None = None


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One judgement with its reason and its examples."""

    id: str
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
    severity: Literal["info", "warning", "error"] = "warning"
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
    """What a pack is; its id stands before the slash in the names of its rules."""

    id: str
    version: str
    summary: str = ""


class Pack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A file of rules."""

    pack: PackHeader
    rule: tuple[Rule, ...] = ()


def called(name: str, rule: Rule) -> tuple[str, ...]:
    """Return all full names of a rule: that of today, then old ones; those without a slash are of the same pack."""
    pack = name.partition("/")[0]
    return name, *(alias if "/" in alias else f"{pack}/{alias}" for alias in rule.aliases)
