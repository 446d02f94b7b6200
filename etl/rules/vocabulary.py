"""The closed vocabulary of rule packs, as it stands in TOML.  A key that is not here is an error.

What each key means to someone who writes rules: docs/rules.md.
"""

from typing import Literal

from msgspec import Struct

Verb = Literal["drop", "strip", "replace", "end-article"]
Confidence = Literal["certain", "likely", "guess"]
Position = Literal["head", "body", "tail"]


class Pattern(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a block looks like: it matches if any one of these does.  Compared on the folded view unless `case` is set.

    `exact` ignores ornaments around the label, `regex` must match the whole block.  `headline` and `rule` (blocks that
    one of these rules named) are for neighbours only.
    """

    exact: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    contains: tuple[str, ...] = ()
    regex: str = ""
    tag: tuple[str, ...] = ()
    rule: tuple[str, ...] = ()
    headline: bool = False
    case: bool = False


class Near(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A neighbour that looks like this, at most `within` blocks away."""

    within: int = 1


class Between(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Between two neighbours that have at most `max_blocks` blocks between them."""

    start: Pattern
    end: Pattern
    max_blocks: int = 1


class Span(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A run of labels, with what is printed on both sides of it.

    `around` is the run, in order.  Of the `before` blocks above and the `mirror` blocks below, those that stand on both
    sides go; and the blocks above go all together if one of them is mirrored.
    """

    around: tuple[str, ...]
    before: int = 0
    mirror: int = 0


class Match(Pattern, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a rule names: the block's own looks (if given), in the company of these neighbours (each that is given)."""

    after: Near | None = None
    before: Near | None = None
    between: Between | None = None
    span: Span | None = None


class Where(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Guards: a block that matches is named only if all of these hold."""

    min_words: int | None = None
    max_words: int | None = None
    max_chars: int | None = None
    no_final_punct: bool | None = None
    title_case: float | None = None
    position: tuple[Position, ...] | None = None


class Scope(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Whose articles a rule judges: publishers or groups of `rules/publishers.toml`, and forms of input.  () is all."""

    publisher: tuple[str, ...] = ()
    format: tuple[Literal["text", "html"], ...] = ()


class Rule(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One judgement with its reason and its examples."""

    id: str
    title: str
    action: Verb = "drop"
    match: Match
    where: Where = Where()
    scope: Scope = Scope()
    becomes: str = ""
    kind: Literal["caption", "credit", "link", "notice", "player", "structure", "glitch"]
    confidence: Confidence = "certain"
    why: str
    drops: tuple[str, ...] = ()
    turns: tuple[tuple[str, str], ...] = ()
    keeps: tuple[str, ...]
    source: tuple[str, ...] = ()
    since: str = ""


class PackHeader(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a pack is; its id stands before the slash in the names of its rules."""

    id: str
    version: str
    summary: str = ""


class Pack(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A file of rules."""

    pack: PackHeader
    rule: tuple[Rule, ...] = ()
