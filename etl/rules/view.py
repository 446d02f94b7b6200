"""What a rule can see of an article: each block folded, counted and placed.  One snapshot, the same for every rule."""

import re
from collections import Counter
from collections.abc import Collection
from copy import copy
from functools import cached_property
from hashlib import sha256

from msgspec import Struct

from etl.fold import ORNAMENTS, ends_sentence, plain, shape
from etl.model import Article, Document
from etl.rules.recurrence import Counts
from etl.rules.sieve import Ranks, Sieve
from etl.rules.vocabulary import Position

# Words.  From this length on a block that ends as a sentence does is taken for the story's own text.
MIN_SENTENCE_WORDS = 12
# Words that headline case leaves small.
SMALL_WORDS = frozenset("a an and as at but by for from in into is of off on or over s the to up vs with".split())

HEAD, BODY, TAIL = (frozenset[Position]((position,)) for position in ("head", "body", "tail"))
EVERYWHERE = HEAD | BODY | TAIL

# The closers that may close a sentence without a full stop.
_QUOTES = ("'", '"')
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")


class Known(Struct, frozen=True):
    """What is known beyond the document: the names of publishers, folded, and what recurs in the run, if asked."""

    publishers: Collection[str] = frozenset()
    recurring: Counts | None = None


NOTHING_KNOWN = Known()


class View:
    """An article as rules see it.  Places are positions in `blocks`, from 0."""

    def __init__(self, article: Article, document: Document, known: Known = NOTHING_KNOWN) -> None:
        self.article, self.document, self.known = article, document, known
        self.blocks, self.kind = article.blocks_of(document), document.kind
        self.named: dict[int, set[str]] = {}
        self._sifted: dict[Sieve, list[Ranks]] = {}
        texts = [block.text for block in self.blocks]
        self.plain = [plain(text) for text in texts]
        self.folded = [text.casefold() for text in self.plain]
        self.labels = [text.strip(ORNAMENTS) for text in self.folded]

    def __len__(self) -> int:
        return len(self.plain)

    def knowing(self, named: Collection[tuple[int, str]]) -> "View":
        """Give the same view with the blocks that rules have named so far: (position, rule id)."""
        _ = self.words  # counted once for all copies
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

    @cached_property
    def language(self) -> str:
        """The first subtag of the article's language, of its publisher's if it does not say; "" is unknown."""
        publisher = self.article.publisher
        said = self.article.metadata.language or (publisher.language if publisher else "")
        return re.split("[-_]", said.lower())[0]

    def fingerprint(self, at: int) -> str:
        """The SHA-256 of a block as it was decoded, as the audit has it."""
        block = self.blocks[at]
        decoded = self.document.text[block.char_start : block.char_end]
        return sha256(decoded.encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def frame(self) -> frozenset[int]:
        """Positions of the blocks that segmenting has taken out already."""
        return frozenset(removal.block - self.article.start for removal in self.article.frame)

    @cached_property
    def headlines(self) -> frozenset[int]:
        """Positions of the headline, in all the places where it stands."""
        return frozenset(
            removal.block - self.article.start for removal in self.article.frame if removal.action == "extract"
        )

    @cached_property
    def shapes(self) -> list[str]:
        """Each block folded, with every digit a "0": where the literals of regexes are looked for."""
        return [shape(text) for text in self.folded]

    def sifted(self, sieve: Sieve) -> list[Ranks]:
        """Give for each block what a sieve says of its shape.  It is asked once, for all that know more, too."""
        if sieve not in self._sifted:
            self._sifted[sieve] = sieve.ranks_in(self.shapes)
        return self._sifted[sieve]

    @cached_property
    def words(self) -> list[int]:
        """Words of each block, as white space parts them."""
        return [len(text.split()) for text in self.plain]

    @cached_property
    def bags(self) -> list[Counter[str]]:
        """The folded words of each block, with how often each stands in it."""
        return [Counter(_WORDS.findall(text)) for text in self.folded]

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
        sentences = self.sentences
        if not sentences:
            return EVERYWHERE
        if at < sentences[0]:
            return HEAD
        return TAIL if at > sentences[-1] else BODY

    def has_final_punctuation(self, at: int) -> bool:
        """Tell whether a block ends as a sentence does; a closing quote alone counts, for it may close one."""
        text = self.plain[at]
        return text.endswith(_QUOTES) or ends_sentence(text)

    def title_case(self, at: int) -> float:
        """The share of words that begin with a capital, small words aside; 0.0 to 1.0."""
        words = [word for word in _LETTERS.findall(self.plain[at]) if word.lower() not in SMALL_WORDS]
        return sum(word[0].isupper() for word in words) / len(words) if words else 0.0
