"""The places of links in the text of a line, found while the line is set word by word."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate

from etl.model import Link

# White space that becomes one space.
_RUN = re.compile(r"[ \t\n\r\f]{2,}")


class LinkedWords:
    """The links of a line: the one that is open, and those that have ended, by the places of their words."""

    def __init__(self) -> None:
        self._address, self._start = "", 0
        self._ended: list[tuple[int, int, str]] = []

    def open(self, address: str, place: int) -> None:
        """Begin a link at the next word.  A link within a link ends the outer one."""
        self.close(place)
        self._address, self._start = address.strip(), place

    def close(self, place: int) -> None:
        """End the link that is open, if there is one."""
        if self._address and place > self._start:
            self._ended.append((self._start, place, self._address))
        self._address = ""

    def end_line(self, words: Sequence[str]) -> tuple[Link, ...]:
        """Return the links of the line that ends, by their characters.  An open link continues in the next line.

        >>> line = LinkedWords()
        >>> line.open("/a", 1)
        >>> line.end_line(["See  ", " our guide ", "today"])
        (Link(start=4, end=19, address='/a'),)
        """
        address = self._address
        self.close(len(words))
        found = _placed(words, self._ended) if self._ended else ()
        self._address, self._start, self._ended = address, 0, []
        return found


def _placed(words: Sequence[str], spans: Sequence[tuple[int, int, str]]) -> tuple[Link, ...]:
    """Return spans of words as characters of the text of a line, in which runs of white space are one space."""
    text = "".join(words)
    before = [0, *accumulate(map(len, words))]
    margin = len(text) - len(text.lstrip())
    runs = list(_RUN.finditer(text, margin))
    starts = [run.start() for run in runs]
    shrunk = [0, *accumulate(run.end() - run.start() - 1 for run in runs)]

    def place(at: int) -> int:
        return at - margin - shrunk[bisect_left(starts, at)]

    found: list[Link] = []
    for first, last, address in spans:
        linked = text[before[first] : before[last]]
        start = before[first] + len(linked) - len(linked.lstrip())
        end = before[first] + len(linked.rstrip())
        if start < end:  # else it is a picture
            found.append(Link(place(start), place(end), address))
    return tuple(found)
