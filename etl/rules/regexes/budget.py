"""The time that regexes of users' rules may take: for one text, and in all.

A rule has some seconds at first, and a little more for each character that it reads, so that the size of the input
makes no difference.  The count starts again for each task, and tasks are the same for any number of workers.  Each
thread has its own count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from time import thread_time

from msgspec import Struct

from etl.errors import RegexTimeout

# Seconds for one text.  The slowest shipped regex takes a millisecond for its worst line, which a busy machine does not
# extend to a second.  A regex that takes a second takes twice the time with each further character.
MAX_SECONDS = 1.0
# Seconds of a rule, and of all rules of a pack, in addition to the time for each character.
RULE_SECONDS, PACK_SECONDS = 2.0, 10.0
# Regexes that pass `rules lint` take at most half of this: 5 ms for 2,000 characters.
SECONDS_PER_CHAR = 5e-6


class _Account(Struct):
    """The seconds that were used, and the characters that were read."""

    seconds: float = 0.0
    chars: int = 0

    def is_overdrawn(self, allowed: float) -> bool:
        return self.seconds > allowed + self.chars * SECONDS_PER_CHAR


class Budget(local):
    """The time that users' rules have used in a task, by rule and by pack ("mine/*")."""

    def __init__(self) -> None:
        self._spent: dict[str, _Account] = {}

    def renew(self) -> None:
        """Start the count again, for a new task."""
        self._spent.clear()

    @contextmanager
    def of(self, rule: str, text: str) -> Iterator[None]:
        """Add the time of a block of code to that of a rule, for a text.

        Raises RegexTimeout, which names the rule or all rules of its pack, if the limit is exceeded, or if the block
        raises TimeoutError.
        """
        start = thread_time()
        try:
            yield
        except TimeoutError:
            raise _timeout(rule, f"takes more than {MAX_SECONDS:g} s for: {text[:60]}") from None
        seconds = thread_time() - start
        for name, allowed in ((rule, RULE_SECONDS), (f"{rule.partition('/')[0]}/*", PACK_SECONDS)):
            account = self._spent.setdefault(name, _Account())
            account.seconds += seconds
            account.chars += len(text)
            if account.is_overdrawn(allowed):
                del self._spent[name]
                raise _timeout(name, f"takes more than {allowed:g} s in all; the last text is: {text[:60]}")


def _timeout(rule: str, fault: str) -> RegexTimeout:
    way_out = f"`copydesk rules lint` says what is wrong.  Or leave the rule out: --ignore {rule}"
    return RegexTimeout(rule, fault, way_out)


# One per process, because a regex is compiled once for all rulesets with it.
BUDGET = Budget()
