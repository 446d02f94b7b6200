"""The time that regexes of users' rules may take: for one text, and in all.

A rule has some seconds to begin with, and a little more for each character that it was given: so it makes no difference
how large the input is.  Time is counted anew for each task, and a task is the same for any number of workers.  Each
thread has its own count.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from time import thread_time

from msgspec import Struct

from etl.errors import RegexTimeout

# Seconds for one text.  The slowest shipped regex takes a millisecond for its worst line, and a busy machine does not
# make a second of it; what takes a second doubles with every further character.
MAX_SECONDS = 1.0
# Seconds of a rule, and of all rules of a pack, before those for each character.
RULE_SECONDS, PACK_SECONDS = 2.0, 10.0
# What `rules lint` lets pass takes half of it: 5 ms for 2,000 characters.
SECONDS_PER_CHAR = 5e-6


class _Account(Struct):
    """Seconds that were spent, and the characters they were spent on."""

    seconds: float = 0.0
    chars: int = 0

    def is_overdrawn(self, allowed: float) -> bool:
        return self.seconds > allowed + self.chars * SECONDS_PER_CHAR


class Budget(local):
    """What the rules of users have spent in a task, by rule and by pack ("mine/*")."""

    def __init__(self) -> None:
        self._spent: dict[str, _Account] = {}

    def renew(self) -> None:
        """Count anew: a task begins."""
        self._spent.clear()

    @contextmanager
    def of(self, rule: str, text: str) -> Iterator[None]:
        """Count the time of a block of code as a rule's, spent on a text.

        Raises RegexTimeout, which names the rule or all rules of its pack, if that is too much; and so it does when the
        block raises TimeoutError.
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


# One for the process: a regex is compiled once for all rulesets that have it.
BUDGET = Budget()
