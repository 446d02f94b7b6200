"""Short questions with their answers, as interviews end: "And now?", "Now I sleep."

A page asks its readers, too ("Was this helpful?").  In an interview, questions and answers alternate.
"""

from collections.abc import Collection, Sequence

from etl.fold import CLOSERS, ends_sentence

# Questions that stand right above an answer, in a row.
MIN_QUESTIONS = 2
# Characters.  Longer lines are sentences of the story, which are protected as such.
MAX_CHARS = 240
_QUESTION = ("?", "？", "؟", "か。", ";")


def answers(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of questions and answers that alternate; `named` are the blocks that rules match."""
    found = set[int]()
    at = 0
    while at < len(texts) - 1:
        start = at
        while at + 1 < len(texts) and _asks(texts, named, at) and _answers(texts, named, at + 1):
            at += 2
        if at - start >= 2 * MIN_QUESTIONS:
            found.update(range(start, at))
        at = max(at, start + 1)
    return found


def _asks(texts: Sequence[str], named: Collection[int], at: int) -> bool:
    return at not in named and len(texts[at]) <= MAX_CHARS and texts[at].rstrip(CLOSERS + " ").endswith(_QUESTION)


def _answers(texts: Sequence[str], named: Collection[int], at: int) -> bool:
    return at not in named and not _asks(texts, named, at) and (ends_sentence(texts[at]) or texts[at][-1:] in CLOSERS)
