"""Lines that consist of a few listed words, such as "Comments (3)" or "Share on Facebook", in any order."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from etl.fold import FINAL_PUNCTUATION, ORNAMENTS, dotted, fold, shape

# Characters and words of the longest row; and the number of words at its beginning, one of which must be in `words`.
MAX_LINE_CHARS, MAX_WORDS_BEFORE, MAX_WORDS_BEHIND = 120, 4, 7
# Letters that may follow a stem.
MAX_ENDING = 6
STEM = "*"
# The most lines, and words of each vocabulary, in caches: each line is tested with the words of some ten languages.
MAX_REMEMBERED = 2_048
# Names of networks and services, which are used in all languages.
NETWORKS = (
    *("flipboard*", "instagram*", "pinterest*", "wordpress*", "facebook*", "linkedin*", "messenger", "telegram*"),
    *("whatsapp*", "вконтакте", "mastodon", "twitter*", "youtube*", "фейсбук*", "bluesky", "github*", "google*"),
    *("reddit*", "threads", "threema", "tiktok*", "tumblr*", "buffer", "disqus", "e-mail", "pocket", "viber*"),
    *("wechat", "email", "weibo", "atom", "line", "xing", "rss", "vk", "x"),
)

_BETWEEN = re.compile(r"[ ,:|/&()·]+")
_FULL_STOP = re.compile(f"[{FINAL_PUNCTUATION}]")
_AT_ENDS = "\"'-"
# A number, but not a year, which says when something happened.
_NUMBER = re.compile(r"(?!(?:19|20)\d\d$)\d{1,6}")


class Vocabulary:
    """A set of words.

    A word that ends in `*` is a stem, and stands for all words that add at most six letters to it.
    """

    def __init__(self, entries: Sequence[str]) -> None:
        written = [dotted(fold(one)) for one in entries]
        self._words = frozenset(one for one in written if not one.endswith(STEM))
        self._stems = frozenset(one.removesuffix(STEM) for one in written if one.endswith(STEM))
        self._sizes = tuple(sorted(set(map(len, self._stems))))
        self._has = lru_cache(MAX_REMEMBERED)(self._find)

    def __contains__(self, word: str) -> bool:
        """Return whether a folded word is in the set."""
        return self._has(word)

    def _find(self, word: str) -> bool:
        if word in self._words:
            return True
        chars = len(word)
        starts = [word[:size] for size in self._sizes if size <= chars <= size + MAX_ENDING]
        return any(map(self._stems.__contains__, starts))


def consists_of(words: Sequence[str], fillers: Sequence[str]) -> Callable[[str], bool]:
    """Return a function that tests whether a folded text is a row of these words, numbers and names of networks.

    One of the first words must be in `words`; the others may be in `fillers`.

    >>> is_row = consists_of(["comment*"], ["show", "all"])
    >>> is_row("show all 17 comments »"), is_row("all shown"), is_row("comments close at noon"), is_row("comments")
    (True, False, False, False)
    """
    deciding, others = Vocabulary(words), Vocabulary(fillers)

    def is_row(folded: str) -> bool:
        row: list[bool] = []  # for each word, whether it is in `words`
        for word in _row(folded):
            parts = [word] if word in deciding or word in others or word in _NETWORKS else word.split("-")
            for part in parts:
                decides = part in deciding
                if not (decides or part in others or _NUMBER.fullmatch(part) or (any(row) and part in _NETWORKS)):
                    return False
                row.append(decides)
        return True in row[: MAX_WORDS_BEFORE + 1] and 1 < len(row) <= row.index(True) + 1 + MAX_WORDS_BEHIND

    return is_row


def literal_of(entry: str) -> str:
    """Return the literal in the shape of each text that has this word of a vocabulary."""
    return shape(fold(entry.removesuffix(STEM)))


@lru_cache(MAX_REMEMBERED)
def _row(folded: str) -> tuple[str, ...]:
    """Return the words of a short folded line; none if it is long, a single word, or a sentence."""
    line = folded.strip(ORNAMENTS + "?")
    if len(folded) > MAX_LINE_CHARS or " " not in line or _FULL_STOP.search(line):
        return ()
    return tuple(filter(None, (word.strip(_AT_ENDS) for word in _BETWEEN.split(dotted(line)))))


_NETWORKS = Vocabulary(NETWORKS)
