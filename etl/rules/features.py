"""What gives furniture away that has no label: features of a block and of the blocks around it, as columns of numbers.

Only blocks that no rule has named have features, and they are neighbours of one another: "Article content" between all
paragraphs of a story must not hide the story.  Features count, divide and add up from the top: the same numbers on any
machine.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, groupby
from statistics import median

import numpy as np
from numpy.typing import NDArray

from etl.fold import ends_sentence
from etl.rules.matching.view import ArticleView

Column = NDArray[np.float64]

# Words.  Headline case shows in the first dozen; a longer block costs no more to look at.
HEAD_WORDS = 12
# Words.  What a block speaks of shows in these.
OPENING_WORDS = 24
# Characters.  Where a teaser's title runs into its text ("... Won't StandWarren Mayor ...") stands near its start.
HEAD_CHARACTERS = 160
# Characters.  Shorter words are too common to say that two blocks speak of the same thing.
MIN_TELLING = 5
# Words.  What a sentence is worth at most, and what a block that is none costs, where the story is looked for; rules
# have named the last, and a label that stands ten times in the document costs a tenth.
LONG_SENTENCE, NO_SENTENCE, NAMED = 60, 20, 15
# What stands where a feature has no value, below and above all values there are.
NONE, ABOVE_ALL = -1.0, 2.0
# Decimals of a mean.
DIGITS = 6
# Blocks.  Further away is as good as never.
FAR = 99

# Words.  What stands over or under what a reader has written is no longer; one of it may belong to the story, a date.
MARK_WORDS, MIN_MARKS = 14, 2
# Marks.  More readers do not make it clearer that the story is over.
MANY_MARKS = 10

# "Bob. Just Bob. says:", "November 19, 2019 at 6:44 am", "2 days ago", "Rating: 25 Votes", "Reply".
_MARK = re.compile(
    r"\b(?:says|said|wrote):$|\d:\d\d(?::\d\d)? ?[ap]\.?m\b|\bago$|^reply$|\bvotes?$|\d (?:points?|likes?)$"
)
# One of these, or a colon, stands in all that _MARK finds: most blocks need not be searched.
_MARK_ENDS = ("ago", "reply", "vote", "votes", "point", "points", "like", "likes")
_MARKING_RULE = "/comments-"
_GLUED = re.compile(r"[a-z.!?][A-Z]")
# Words of English pages that ask, sell or give notice.
_PROMOTION = frozenset(
    [
        "account", "advertisement", "advertising", "affiliate", "app", "browser", "click", "comments", "commission",
        "contact", "contributed", "cookies", "copyright", "correspondent", "deals", "delivered", "disclaimer", "donate",
        "donation", "download", "e-mail", "editing", "editor", "email", "emails", "exclusive", "follow", "inbox",
        "join", "log", "login", "member", "members", "membership", "moderated", "newsletter", "newsletters", "offers",
        "originally", "podcast", "podcasts", "privacy", "published", "register", "registered", "reporter", "reporting",
        "reserved", "share", "sign", "sponsored", "subscribe", "subscriber", "subscribers", "subscribes",
        "subscription", "support", "tap", "terms", "unlimited", "unlock", "updated",
    ]
)  # fmt: skip


def features(view: ArticleView, places: Sequence[int]) -> dict[str, Column]:
    """Give the features of the blocks at these places, by name; each is a column over the blocks."""
    split = [view.folded[at].split(None, OPENING_WORDS)[:OPENING_WORDS] for at in places]
    looks = _looks(view, places, split)
    of_story = _column(_words_of_story(view, places, split))
    ended = looks["words-unended"] == NONE
    within = _within_story(view, places, ended)
    return {
        **looks,
        **_position(view, places),
        **_named(view, places),
        **_company(looks, of_story),
        **_readers(view, places),
        "sentence-in-story": (ended & within).astype(np.float64),
        "story-if-unended": np.where(ended, ABOVE_ALL, of_story),
        "story-if-outside": np.where(within, ABOVE_ALL, of_story),
    }


def _column(values: Sequence[float]) -> Column:
    return np.array(values, dtype=np.float64)


def _looks(view: ArticleView, places: Sequence[int], split: Sequence[Sequence[str]]) -> dict[str, Column]:
    """What a block shows by itself."""
    texts, counts = [view.plain[at] for at in places], [view.words[at] for at in places]
    times = Counter(view.labels)
    columns: dict[str, list[float]] = {
        "words": [*counts],
        "characters": [len(text) for text in texts],
        "words-unended": [NONE if ends_sentence(text) else count for text, count in zip(texts, counts, strict=True)],
        "ends-colon": [text.endswith(":") for text in texts],
        "commas": [text.count(",") for text in texts],
        "bars": [text.count("|") + text.count("/") for text in texts],
        "capitals": [_capitals(text) for text in texts],
        "glued": [bool(_GLUED.search(text, 0, HEAD_CHARACTERS)) for text in texts],
        "promotion": [len(_PROMOTION.intersection(words)) for words in split],
        "repeats": [times[view.labels[at]] - 1 for at in places],
    }
    return {name: _column(values) for name, values in columns.items()}


def _capitals(text: str) -> float:
    """The share of the first words that begin with a capital."""
    words = text.split(None, HEAD_WORDS)[:HEAD_WORDS]
    return [word[0].isupper() for word in words].count(True) / (len(words) or 1)


def _company(looks: Mapping[str, Column], of_story: Column) -> dict[str, Column]:
    """What its neighbours show by themselves."""
    both = np.array([looks["capitals"], np.maximum(of_story, 0)])
    (capitals_3, story_3), (capitals_8, story_8) = _near(both, 3), _near(both, 8)
    return {
        "words-below": _below(looks["words"]),
        "capitals-below": _below(looks["capitals"]),
        "capitals-within-3": capitals_3,
        "capitals-within-8": capitals_8,
        "story-within-3": story_3,
        "story-within-8": story_8,
    }


def _position(view: ArticleView, places: Sequence[int]) -> dict[str, Column]:
    """Where a block stands among the sentences of the story, and how long it is beside them."""
    sentences = set(view.sentences)
    told = [at in sentences for at in places]
    words = _column([view.words[at] for at in places])
    prose = words * told
    usual = median(view.words[at] for at in sentences) if sentences else 1
    return {
        "run-of-short": _column(_runs(told, False)),
        "run-of-sentences": _column(_runs(told, True)),
        "prose-before": (prose.cumsum() - prose) / max(1.0, float(prose.sum())),
        "words-to-median": words / usual,
    }


def _named(view: ArticleView, places: Sequence[int]) -> dict[str, Column]:
    """How much of the surroundings rules have named; a label that stands ten times in the document counts a tenth."""
    times = Counter(view.labels)
    is_named = [at in view.named and at not in view.frame for at in range(len(view))]
    counted = _column([flag / times[label] for flag, label in zip(is_named, view.labels, strict=True)])
    rows = np.array(places)
    columns = {f"named-within-{reach}": _near(counted, reach)[rows] for reach in (3, 8, 20)}
    columns["named-below"] = _below(_column(is_named))[rows]
    columns["named-away-above"] = _column(_distances(is_named))[rows]
    columns["named-away-below"] = _column(_distances(is_named[::-1])[::-1])[rows]
    return columns


def _readers(view: ArticleView, places: Sequence[int]) -> dict[str, Column]:
    """What readers' comments stand with: names, dates and buttons below the first sentence of the story."""
    first = min(view.sentences, default=0)
    ruled = {at for at, rules in view.named.items() if _MARKING_RULE in " ".join(rules)}
    marks = [at > first and (at in ruled or _is_mark(view, at)) for at in range(len(view))]
    rows = np.array(places, dtype=np.intp)
    above = _column(marks).cumsum()[rows]
    away = _column(_distances(marks))[rows]
    return {
        "marks-above": np.minimum(above, MANY_MARKS),
        "marks-away": np.where(above >= MIN_MARKS, away, FAR),
    }


def _is_mark(view: ArticleView, at: int) -> bool:
    """Tell whether a block is such a mark, named or not."""
    text = view.folded[at]
    may_be = view.words[at] <= MARK_WORDS and (":" in text or text.endswith(_MARK_ENDS))
    return may_be and _MARK.search(text) is not None


def _words_of_story(view: ArticleView, places: Sequence[int], split: Sequence[Sequence[str]]) -> list[float]:
    """The share of a block's longer words that other blocks of the story have; the title of another has few."""
    sentences = set(view.sentences)
    telling = [{word for word in words if len(word) >= MIN_TELLING} for words in split]
    story = Counter(chain.from_iterable(words for at, words in zip(places, telling, strict=True) if at in sentences))
    told, retold = set(story), {word for word, times in story.items() if times > 1}
    return [
        len(words & (retold if at in sentences else told)) / len(words) if words else NONE
        for at, words in zip(places, telling, strict=True)
    ]


def _within_story(view: ArticleView, places: Sequence[int], ended: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Tell which blocks stand within the story: the stretch with most words of sentences and little else."""
    sums = np.concatenate(([0.0], _worths(view, places, ended).cumsum()))
    end = int((sums - np.minimum.accumulate(sums)).argmax())
    start = int(sums[: end + 1].argmin())
    rows = np.array(places)
    return (start <= rows) & (rows < end)


def _worths(view: ArticleView, places: Sequence[int], ended: NDArray[np.bool_]) -> Column:
    """What each block speaks for the story around it, in words.

    Named blocks speak against it, or the readers between "joe says:" and "Reply" would go on with the story.
    """
    times = Counter(view.labels)
    worths = _column([-NAMED / times[label] for label in view.labels])
    worths[places] = np.where(ended, 0, -NO_SENTENCE)
    worths[view.sentences] = [min(view.words[at], LONG_SENTENCE) for at in view.sentences]
    return worths


def _below(column: Column) -> Column:
    """The value of the block below; NONE for the last."""
    return np.concatenate((column[1:], [NONE]))


def _near(columns: Column, reach: int) -> Column:
    """The means over the neighbours of each block, at most `reach` blocks away, the block itself left out."""
    size = columns.shape[-1]
    rows = np.arange(size)
    start, end = np.maximum(rows - reach, 0), np.minimum(rows + reach, size - 1)
    sums = columns.cumsum(axis=-1)
    # Rounded, for 0.1 + 0.2 - 0.2 is not 0.1, and a step may lie between the two.
    around = sums[..., end] - sums[..., start] + columns[..., start] - columns
    means: Column = around / np.maximum(end - start, 1)
    return means.round(DIGITS)


def _distances(flags: Sequence[bool]) -> list[float]:
    """How many blocks further up the nearest one stands that has the flag, at most FAR."""
    distances: list[float] = []
    away = FAR
    for flag in flags:
        distances.append(away)
        away = 1 if flag else min(FAR, away + 1)
    return distances


def _runs(flags: Sequence[bool], wanted: bool) -> list[float]:
    """The length of the run of wanted flags that a block stands in; 0 for others."""
    lengths: list[float] = []
    for flag, run in groupby(flags):
        length = len(list(run))
        lengths += [length if flag is wanted else 0] * length
    return lengths
