"""Name the furniture that has no label, by its company: lists, menus, teasers, promotions among the blocks of a page.

A small additive model: each feature of a block adds a weight for every step that it is above.  Features, steps and
weights stand in `rules/context.toml`, where they can be read; `benchmarks/context.py` trains and measures them.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import accumulate

from msgspec import Struct

from etl.fold import ends_sentence
from etl.rules.view import View

NAME = "context/surroundings"
# Below these there is no company to judge by: a list of three lines may be the story.
MIN_BLOCKS, MIN_SENTENCES = 12, 3
# The features that weigh most stand in the audit.
FEATURES_TOLD = 3

_SENTENCE_ENDS = re.compile(r"[.!?。！？][”\"’')]*(?:\s|$)")


class Feature(Struct, frozen=True, forbid_unknown_fields=True):
    """What a feature says, and its steps: (above this value, add this weight)."""

    says: str
    steps: tuple[tuple[float, float], ...]

    def weight(self, value: float) -> float:
        """Sum up the steps that a value is above."""
        return sum(weight for step, weight in self.steps if value > step)


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """The model: log-odds of furniture = bias + the weights of all features.

    `likely` and `guess` are the least probabilities at which the profiles `standard` and `hard` let it name a block.
    """

    version: str
    bias: float
    likely: float
    guess: float
    feature: dict[str, Feature]


class Suspect(Struct, frozen=True):
    """A block that its company gives away: its position, the probability, and the features that weigh most."""

    at: int
    probability: float
    evidence: tuple[str, ...]


def suspects(view: View, model: Model, least: float) -> list[Suspect]:
    """Find the blocks that no rule has named and that are furniture with at least this probability."""
    if len(view) < MIN_BLOCKS or len(view.sentences) < MIN_SENTENCES:
        return []
    table = features(view)
    columns = [(name, feature, table[name]) for name, feature in model.feature.items()]
    found = []
    for at in range(len(view)):
        if at in view.frame or at in view.named:
            continue
        weights = {name: feature.weight(column[at]) for name, feature, column in columns}
        probability = 1 / (1 + math.exp(-model.bias - sum(weights.values())))
        if probability >= least:
            told = sorted(weights, key=lambda name: (-weights[name], name))[:FEATURES_TOLD]
            found.append(Suspect(at, probability, tuple(told)))
    return found


def features(view: View) -> dict[str, Sequence[float]]:
    """Give the features of all blocks, by name; each is a column over the blocks of the article."""
    size = len(view)
    sentences = set(view.sentences)
    is_sentence = [float(at in sentences) for at in range(size)]
    is_named = [float(at in view.named or at in view.frame) for at in range(size)]
    words = [math.log1p(count) for count in view.words]
    mass = [count * told for count, told in zip(view.words, is_sentence, strict=True)]
    capitals = [_capitals(text) for text in view.plain]
    times = Counter(view.labels)
    return {
        "words": words,
        "sentences": [min(6.0, len(_SENTENCE_ENDS.findall(text))) for text in view.plain],
        "ends-sentence": [float(ends_sentence(text)) for text in view.plain],
        "capitals": capitals,
        "upper-case": [_upper_case(text) for text in view.plain],
        "commas": [min(6.0, text.count(",")) for text in view.plain],
        "repeats": [min(3.0, times[label] - 1.0) for label in view.labels],
        "run-of-short": _runs(is_sentence),
        "named-within-3": _near(is_named, 3),
        "named-within-8": _near(is_named, 8),
        "named-within-20": _near(is_named, 20),
        "prose-within-8": [math.log1p(near) for near in _sums(mass, 8)],
        "prose-before": _shares_before(mass),
        "words-two-above": _shifted(words, -2),
        "words-below": _shifted(words, 1),
        "capitals-below": _shifted(capitals, 1),
        "share-of-sentences": [sum(is_sentence) / size] * size,
        "prose-in-all": [math.log1p(sum(mass))] * size,
        "blocks-in-all": [math.log1p(size)] * size,
    }


def _capitals(text: str) -> float:
    words = text.split()
    return sum(word[:1].isupper() for word in words) / max(1, len(words))


def _upper_case(text: str) -> float:
    letters = sum(map(str.isalpha, text))
    return sum(map(str.isupper, text)) / max(1, letters)


def _runs(is_sentence: Sequence[float]) -> list[float]:
    """Of each block that is no sentence, how many such stand in a row with it; 0 for a sentence."""
    lengths: list[float] = []
    start = 0
    for end in range(len(is_sentence) + 1):
        if end == len(is_sentence) or is_sentence[end]:
            lengths += [float(end - start)] * (end - start)
            lengths += [0.0] if end < len(is_sentence) else []
            start = end + 1
    return lengths


def _sums(values: Sequence[float], reach: int) -> list[float]:
    """Sum over the neighbours of each block, at most `reach` blocks away, the block itself left out."""
    sums = [0.0, *accumulate(values)]
    size = len(values)
    return [sums[min(size, at + reach + 1)] - sums[max(0, at - reach)] - values[at] for at in range(size)]


def _near(values: Sequence[float], reach: int) -> list[float]:
    """The mean over the neighbours, at most `reach` blocks away."""
    size = len(values)
    counts = [min(size, at + reach + 1) - max(0, at - reach) - 1 for at in range(size)]
    return [near / max(1, count) for near, count in zip(_sums(values, reach), counts, strict=True)]


def _shares_before(values: Sequence[float]) -> list[float]:
    sums = [0.0, *accumulate(values)]
    return [before / (sums[-1] or 1.0) for before in sums[:-1]]


def _shifted(values: Sequence[float], by: int) -> list[float]:
    """The value of the block so many below (above, if negative); -1 beyond the ends."""
    return [values[at + by] if 0 <= at + by < len(values) else -1.0 for at in range(len(values))]
