"""Items of a list in the story: consecutive lines with one bullet between two sentences; lists cut in two.

Links to other stories may have bullets, too.  But they begin with capitals, and no line with a colon is above them.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from etl.fold import count_words, ends_sentence
from etl.lazy_regex import lazy

# Lines of such a list, and words of the sentence above and below it.
MIN_ITEMS, MIN_WORDS = 2, 6
# Lines of a list that may be cut in two, the share of them that may go, and characters of each.
MIN_LINES, MAX_SHARE_CUT, MAX_LINE_CHARS = 3, 2 / 3, 120
_BULLET = lazy(r"[-–—*•·▪■●◦‣✓✔✗✘]\s+(?=\S)")
_CLOSES_LIST = (":", "：")


def bulleted(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of the items of such lists; `named` are blocks that rules match, which end a list."""
    found = set[int]()
    start = 0
    while start < len(texts):
        end = _end_of_list(texts, start)
        is_whole = end - start >= MIN_ITEMS and not any(at in named for at in range(start, end))
        if is_whole and _announces(texts, start - 1, named) and _is_sentence(texts, end, named):
            found.update(range(start, end))
        start = max(end, start + 1)
    return found


def _end_of_list(texts: Sequence[str], start: int) -> int:
    """Return the position behind the lines in a row that begin with the bullet of the first; `start` without one."""
    if not (bullet := _BULLET.match(texts[start])):
        return start
    end = start
    while end < len(texts) and texts[end].startswith(bullet[0]):
        end += 1
    return end


def _announces(texts: Sequence[str], at: int, named: Collection[int]) -> bool:
    """Return whether a line ends with a colon, or is a sentence and the item below it begins with a small letter."""
    if at < 0 or at in named:
        return False
    item = _BULLET.sub("", texts[at + 1])
    return texts[at].endswith(_CLOSES_LIST) or (item[:1].islower() and _is_sentence(texts, at, named))


def _is_sentence(texts: Sequence[str], at: int, named: Collection[int]) -> bool:
    if not 0 <= at < len(texts) or at in named:
        return False
    return ends_sentence(texts[at]) and count_words(texts[at]) >= MIN_WORDS


def cut_lists(
    texts: Sequence[str], sentences: Collection[int], named: Collection[int], gone: Collection[int]
) -> set[int]:
    """Return those of the positions in `gone` that are part of a list of which other lines stay.

    The list stands right below a sentence of the story, and its first line stays.  Lines that stand twice in the
    article are buttons.  `named` are the blocks of rules, which end the list.
    """
    found, often = set[int](), Counter(texts)
    for sentence in sentences:
        start = end = sentence + 1
        while end < len(texts) and end not in named and end not in sentences and len(texts[end]) <= MAX_LINE_CHARS:
            end += 1
        cut = [at for at in range(start, end) if at in gone]
        is_list = end - start >= MIN_LINES and len(cut) <= MAX_SHARE_CUT * (end - start)
        if is_list and start not in gone:
            found.update(at for at in cut if often[texts[at]] == 1)
    return found
