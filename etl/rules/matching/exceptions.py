"""Changes to rules in a user's copydesk.toml: lines that rules must keep, and other confidences of rules."""

import re
from collections.abc import Collection, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import Meta, Struct

from etl.fold import fold
from etl.rules.language import Confidence
from etl.rules.matching.guards import Guard
from etl.rules.matching.view import ArticleView

Reason = Annotated[str, Meta(min_length=1)]
# A SHA-256 in lower-case hex, or its beginning.
_DIGITS = re.compile("[0-9a-f]{1,64}")


class RuleException(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines that rules must keep: an `[[exception]]`.  All given keys must match.  It ends after `until`.

    `rule` is a name or a pattern of names ("core/*"), `source` a pattern of paths as the user gives them, `publisher`
    an id or group of the known publishers, `line` the text of a line, or the first digits of its `line_sha256` in the
    audit.
    """

    rule: str = "*"
    source: str = "*"
    publisher: str = ""
    line: str = ""
    reason: Reason
    until: date

    def covers(self, view: ArticleView, at: int) -> bool:
        """Return true if a block of an article is such a line, for any rule."""
        return (
            any(fnmatchcase(path, self.source) for path in view.paths)
            and (not self.publisher or self.publisher in view.scope.publishers)
            and (not self.line or self._names(view, at))
        )

    def _names(self, view: ArticleView, at: int) -> bool:
        """Return true if `line` is the text of a block (in any case, with any spaces or quotes), or digits of its hash.

        The text is the one that rules see, or the one before repair, which `explain` shows.
        """
        wanted = fold(self.line).split()
        if wanted == view.line(at).split() or wanted == fold(view.decoded(at)).split():
            return True
        return bool(_DIGITS.fullmatch(self.line)) and view.line_sha256(at).startswith(self.line)


class Override(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The confidence of a rule, or of all rules that match a pattern: an `[[override]]`.  It ends after `until`."""

    rule: str
    confidence: Confidence
    reason: Reason
    until: date


class UserRules(Struct, frozen=True):
    """Exceptions of the user, and the names of the user's own rules, whose regexes have a time limit."""

    exceptions: tuple[RuleException, ...] = ()
    own: frozenset[str] = frozenset()


NO_USER_RULES = UserRules()


def exception_guard(names: Collection[str], exceptions: Sequence[RuleException]) -> Guard:
    """Compile the exceptions from a rule into a guard.  `names` are the names of the rule, aliases included."""
    held = [one for one in exceptions if any(fnmatchcase(name, one.rule) for name in names)]
    return lambda view, at: next(
        (f"an exception until {one.until} ({one.reason})" for one in held if one.covers(view, at)), ""
    )
