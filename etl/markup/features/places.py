"""How a line is set and where it stands: its links, the attributes around it, its distance from the headline."""

from collections.abc import Mapping, Sequence
from itertools import repeat
from operator import attrgetter

import numpy as np

from etl.array_types import I64, Mask
from etl.markup.clues import Said
from etl.markup.features.boxes import BoxTree
from etl.markup.features.columns import Columns, Measured
from etl.markup.features.texts import Texts
from etl.markup.layout import Layout, Line
from etl.markup.naming import key_words

# Characters of a title that are compared, and of the lines that may say it.
TITLE_CHARS, MIN_TITLE, MAX_TITLE = 200, 8, 250
# Letters of the shortest line that says a title, and how many times as long as the title a line is that says more.
MIN_LETTERS, SHARE = 5, 3
# Pictures before a line that are counted.
MAX_PICTURES = 3
HEADINGS = frozenset(("h1", "h2", "h3", "h4"))


def setting_columns(lines: Sequence[Line], places: Sequence[int], length: I64, said: Said) -> Columns:
    """Return how lines are set: shares of links, bold and italics, pictures, bylines, dates."""
    counted = map(attrgetter, ("linked", "bold", "italic", "pictures"))
    linked, bold, italic, pictures = (np.array([*map(count, lines)], dtype=np.int64) for count in counted)
    return {
        "linked": np.minimum(1, linked / length),
        "linked-chars": linked,
        "bold": np.minimum(1, bold / length),
        "italic": np.minimum(1, italic / length),
        "pictures": np.minimum(MAX_PICTURES, pictures),
        "byline": np.array([place in said.bylines for place in places], dtype=np.int64),
        "date": np.array([place in said.dates for place in places], dtype=np.int64),
    }


def key_columns(
    keys: Sequence[tuple[str, str]], tree: BoxTree, near: Mapping[str, int], far: Mapping[str, int]
) -> Columns:
    """Return the learned weights of the words in the attributes of the boxes around each line."""
    keys_around = tree.key[tree.levels]
    around = _weights(keys, keys_around, far)
    box, parent = _weights(keys, tree.key[np.array([tree.level(0), tree.level(1)])], near)
    return {
        "key-box": box,
        "key-parent": parent,
        "key-near": box + parent,
        "key-far": around[2:].sum(axis=0),
        "key-far-least": around.min(axis=0),
        "key-far-most": around.max(axis=0),
    }


def _weights(keys: Sequence[tuple[str, str]], places: I64, of_word: Mapping[str, int]) -> I64:
    """Return the sum of the weights of the words of each key; `places` are those of keys."""
    weights, is_asked = np.zeros(len(keys), dtype=np.int64), np.zeros(len(keys), dtype=bool)
    is_asked[places] = True
    for key in np.flatnonzero(is_asked).tolist():
        weights[key] = sum(map(of_word.get, key_words(keys[key]), repeat(0)))
    found: I64 = weights[places]
    return found


def headline_columns(
    layout: Layout, lines: Sequence[Line], texts: Texts, tree: BoxTree, measured: Measured, title: str
) -> Columns:
    """Return which lines say the page's title, by its letters, and how far the others are from the first that does."""
    count, total = len(lines), measured.page_prose
    until = np.cumsum(measured.prose)
    before = until - measured.prose
    same = _says_title(texts, title[:TITLE_CHARS])
    names = [layout.boxes[line.box].name for line in lines]
    h1 = np.array([name == "h1" for name in names])
    heading = np.array([name in HEADINGS for name in names])
    at = next((int(np.argmax(of)) for of in (h1 & same, heading & same, h1, same) if of.any()), -1)
    places = np.arange(count)
    above = int(until[at]) if at >= 0 else 0
    return {
        "is-headline": same.astype(np.int64),
        "from-headline": np.clip(places - at, -60, 200) if at >= 0 else np.full(count, -99),
        "prose-from-headline": (before - above) / total,
        "up-to-headline": tree.up_to(int(tree.box[at])) if at >= 0 else np.full(count, -1),
        "position": places / count,
        "prose-before": before / total,
        "prose-after": (int(until[-1]) - until) / total,
    }


def _says_title(texts: Texts, title: str) -> "Mask":
    """Return which lines say the page's title, or most of it; more in a line is a teaser with its kicker."""
    same = np.zeros(len(texts.length), dtype=bool)
    if title:
        for line in np.flatnonzero((texts.length > MIN_TITLE) & (texts.length < MAX_TITLE)).tolist():
            said = texts.letters[line]
            same[line] = len(said) > MIN_LETTERS and (
                said in title or (SHARE * len(title) >= len(said) and title in said)
            )
    return same
