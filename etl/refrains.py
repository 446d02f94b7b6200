"""Natural repetition within one article: refrains, chants and repeated answers are not duplicates."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from etl.fold import count_words, fold
from etl.lazy_regex import lazy
from etl.model import Block

# Words.  Lines of songs and chants are shorter; a longer repeated paragraph was pasted.
MAX_REFRAIN_WORDS = 25
# The number of times with which a line is repeated on purpose.  A sentence that occurs twice is a quotation that a page
# prints large.
MIN_TIMES = 3
# Words.  Such a short sentence is an answer or a cry; quotations that are printed large are longer.
MAX_ANSWER_WORDS = 6


# Duplicates are found by their words, so `“Nothing?”` and `“Nothing.”` are the same text here, too.
_MARKS = ".,;:!?¿¡…。、，！？؟ \"'«»‹›「」『』-"
# A line of a dialogue: in quotation marks, or behind a dash as in French, Spanish or Russian.
_SAID = lazy(r"""["'«»‹「『].*["'«»›」』]|- .*""")


def refrains(blocks: Sequence[Block]) -> set[int]:
    """Return the indexes of the blocks of an article that are natural repetitions of another block.

    Such a line is short, is apart from its repetition, and has other neighbours there, because a pasted text has the
    same neighbours.  It occurs three times, has at most six words, or does not end with a full stop.  A line that
    occurs three times may also be twice in a row, and a line of a dialogue may repeat the one above: "Nothing?"
    "Nothing." Figures without a word are cells of a table, which repeat by chance.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    folded = [fold(block.text) for block in blocks]
    said = [text.strip(_MARKS) or text for text in folded]  # a line of verse may end a sentence the second time
    # By the page, line by line.
    are_doubled = any(one == other and count_words(one) > MAX_ANSWER_WORDS for one, other in pairwise(said))
    padded = ["", *said, ""]
    labels: list[int] = []  # for each block, the nearest one that has letters: itself or one above; -1 if there is none
    for at, text in enumerate(folded):
        places[said[at]].append(at)
        labels.append(at if any(map(str.isalpha, text)) else labels[-1] if labels else -1)
    return {
        blocks[at].index
        for text, repeated in places.items()
        if len(repeated) > 1 and count_words(text) <= MAX_REFRAIN_WORDS
        if _are_cells(repeated, labels, said)
        or (
            (
                len(repeated) >= MIN_TIMES
                or count_words(text) <= MAX_ANSWER_WORDS
                or not all(folded[at].rstrip("\"'”’»)").endswith((".", "。")) for at in repeated)
            )
            and _stand_apart(repeated, padded, not are_doubled and _are_echoes([folded[at] for at in repeated]))
        )
        for at in repeated
    }


def _are_cells(repeated: Sequence[int], labels: Sequence[int], folded: Sequence[str]) -> bool:
    """Return whether a text is figures alone, and no two of its repetitions stand below copies of the same words."""
    if labels[repeated[0]] == repeated[0]:
        return False
    above = {labels[at] for at in repeated} - {-1}
    return len({folded[at] for at in above}) == len(above)


def _are_echoes(texts: Sequence[str]) -> bool:
    """Return whether texts with the same words are short lines of a dialogue, or a question and its answer."""
    if any(count_words(text) > MAX_ANSWER_WORDS for text in texts):
        return False
    asked = {"?" in text or "？" in text or "؟" in text for text in texts}
    return len(asked) > 1 or all(map(_SAID.fullmatch, texts))


def _stand_apart(repeated: Sequence[int], padded: Sequence[str], may_touch: bool) -> bool:
    """Return whether no two repetitions have the same neighbour on the same side, and no two are adjacent.

    If there are three or more, two may be adjacent if another one is elsewhere.  `padded` are all texts between two
    empty ones.
    """
    text = padded[repeated[0] + 1]
    touching = sum(padded[at] == text for at in repeated)
    if touching and not may_touch and (len(repeated) < MIN_TIMES or touching > len(repeated) - 2):
        return False
    above, below = [padded[at] for at in repeated], [padded[at + 2] for at in repeated]
    return all(_are_different([other for other in side if other != text]) for side in (above, below))


def _are_different(neighbours: Sequence[str]) -> bool:
    present = [text for text in neighbours if text]
    return len(set(present)) == len(present)
