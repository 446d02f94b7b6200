"""What a rule can see of an article: each block folded, counted and placed.  One snapshot, the same for every rule."""

import re
from collections.abc import Collection
from copy import copy
from functools import cached_property
from hashlib import sha256

from etl.fold import CLOSERS, ORNAMENTS, ends_sentence, plain
from etl.model import Article, Kind
from etl.rules.vocabulary import Position

# Words.  From this length on a block that ends as a sentence does is taken for the story's own text.
MIN_SENTENCE_WORDS = 12
# Words that headline case leaves small.
SMALL_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "in",
        "into",
        "is",
        "of",
        "off",
        "on",
        "or",
        "over",
        "s",
        "the",
        "to",
        "up",
        "vs",
        "with",
    ]
)

_LETTERS = re.compile(r"[^\W\d_]+")


class View:
    """An article as rules see it.  Places are positions in `article.blocks`, from 0.

    `path` and `decoded` are those of its document: an exception may name a source, or a line by its fingerprint.
    """

    def __init__(self, article: Article, kind: Kind, path: str = "", decoded: str = "") -> None:
        self.article, self.kind, self.path, self._decoded = article, kind, path, decoded
        self.named: dict[int, set[str]] = {}
        texts = [block.text for block in article.blocks]
        self.plain = [plain(text) for text in texts]
        self.folded = [text.casefold() for text in self.plain]
        self.labels = [text.strip(ORNAMENTS) for text in self.folded]

    def __len__(self) -> int:
        return len(self.plain)

    def knowing(self, named: Collection[tuple[int, str]]) -> "View":
        """Give the same view with the blocks that rules have named so far: (position, rule id)."""
        view = copy(self)
        view.__dict__.pop("sentences", None)  # a cookie notice that a rule has named is no sentence of the story
        view.named = {}
        for at, rule in named:
            view.named.setdefault(at, set()).add(rule)
        return view

    @cached_property
    def scopes(self) -> frozenset[str]:
        """What the article's publisher is called in scopes: its id and its group."""
        publisher = self.article.publisher
        return frozenset({publisher.id, publisher.group} - {""}) if publisher else frozenset()

    def fingerprint(self, at: int) -> str:
        """The SHA-256 of a block as it was decoded, as the audit has it."""
        block = self.article.blocks[at]
        return sha256(self._decoded[block.char_start : block.char_end].encode()).hexdigest()

    @cached_property
    def frame(self) -> frozenset[int]:
        """Positions of the blocks that segmenting has taken out already."""
        first = self.article.blocks[0].index if self.article.blocks else 0
        return frozenset(removal.block - first for removal in self.article.frame)

    @cached_property
    def headlines(self) -> frozenset[int]:
        """Positions of the headline, in all the places where it stands."""
        first = self.article.blocks[0].index if self.article.blocks else 0
        return frozenset(removal.block - first for removal in self.article.frame if removal.action == "extract")

    @cached_property
    def words(self) -> list[int]:
        """Words of each block, as white space parts them."""
        return [len(text.split()) for text in self.plain]

    @cached_property
    def sentences(self) -> list[int]:
        """Positions of the blocks that read as the story's own text, and that no rule has named so far."""
        return [
            at
            for at, text in enumerate(self.plain)
            if self.words[at] >= MIN_SENTENCE_WORDS
            and ends_sentence(text)
            and at not in self.frame
            and at not in self.named
        ]

    def positions(self, at: int) -> frozenset[Position]:
        """Tell whether a block stands before the first sentence, after the last, or between; with none, everywhere."""
        if not self.sentences:
            return frozenset(("head", "body", "tail"))
        if at < self.sentences[0]:
            return frozenset(("head",))
        return frozenset(("tail",)) if at > self.sentences[-1] else frozenset(("body",))

    def has_final_punctuation(self, at: int) -> bool:
        """Tell whether a block ends as a sentence does; a closing quote alone counts, for it may close one."""
        text = self.plain[at]
        return ends_sentence(text) or text.endswith(tuple(set(CLOSERS) & set("\"'")))

    def title_case(self, at: int) -> float:
        """The share of words that begin with a capital, small words aside; 0.0 to 1.0."""
        words = [word for word in _LETTERS.findall(self.plain[at]) if word.lower() not in SMALL_WORDS]
        return sum(word[0].isupper() for word in words) / len(words) if words else 0.0
