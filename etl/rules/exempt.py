"""What a user's copydesk.toml changes about rules: lines that they are not to take, and how sure of them to be."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Literal

from msgspec import Meta, Struct

from etl.rules.view import View
from etl.rules.vocabulary import Confidence

Reason = Annotated[str, Meta(min_length=1)]
# SHA-256 in lower-case hex, or how it begins.
Digits = Annotated[str, Meta(pattern="^[0-9a-f]{1,64}$")]


class Exemption(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines that rules hold their hands off, an `[[exception]]`.  All that is given must hold; it ends with `until`.

    `rule` is a name or a pattern of names ("core/*"), `source` a pattern of paths as the user gives them, `publisher`
    an id or group of `rules/publishers.toml`, `line` the first digits of a `line_sha256` of the audit.
    """

    rule: str = "*"
    source: str = "*"
    publisher: str = ""
    line: Digits | Literal[""] = ""
    reason: Reason
    until: date

    def covers(self, view: View, at: int) -> bool:
        """Tell whether a block of an article is such a line, whatever rule would take it."""
        return (
            fnmatchcase(view.document.path, self.source)
            and (not self.publisher or self.publisher in view.scopes)
            and (not self.line or view.fingerprint(at).startswith(self.line))
        )


class Override(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How sure of a rule, or of all that fit a pattern of names, to be: an `[[override]]`.  It ends with `until`."""

    rule: str
    confidence: Confidence
    reason: Reason
    until: date


class Terms(Struct, frozen=True):
    """What a user brings to the rules: exemptions, and rules of the user's own, by name, which are bounded in time."""

    exemptions: tuple[Exemption, ...] = ()
    own: frozenset[str] = frozenset()


BUILT_IN = Terms()


def exempting(names: Collection[str], exemptions: Sequence[Exemption]) -> Callable[[View, int], str]:
    """Compile the exemptions from a rule into a function that names the first that covers a block; "" if none does.

    `names` are those of the rule, old ones included.
    """
    held = [one for one in exemptions if any(fnmatchcase(name, one.rule) for name in names)]
    return lambda view, at: next(
        (f"an exception until {one.until}: {one.reason}" for one in held if one.covers(view, at)), ""
    )
