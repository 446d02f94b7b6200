"""An article as rules see it: each block folded, counted and placed.  All rules see the same view."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from copy import copy
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec
from msgspec import Struct

from etl.fold import bare, count_words, ends_sentence, fold, has_full_stop, plain
from etl.model import Article, Document, DocumentKind
from etl.rules.matching.markdown import shown
from etl.rules.matching.recurrence import LineCounts

# Words.  A block of this length or more that ends like a sentence is a sentence of the story.
MIN_SENTENCE_WORDS = 12
# Words.  A sentence of this length or more above the first such block is the lead, with which the story begins.
MIN_LEAD_WORDS = 8
# Words, and blocks: the same in an article without a block of the first length.  Programmes, fixtures and columns of
# short notes have several such sentences.  A single one may be a credit.
MIN_SHORT_SENTENCE_WORDS, MIN_SHORT_SENTENCES = 6, 3
# Words: the same in an article without enough of those, such as letters and interviews.
MIN_TINY_SENTENCE_WORDS = 3
# Words that are not capitalised in headline case.
SMALL_WORDS = frozenset("a an and as at but by for from in into is of off on or over s the to up vs with".split())

# The closing marks that may end a sentence without a full stop.
_QUOTES = ("'", '"')
_COLONS = (":", "：")
_LETTERS = re.compile(r"[^\W\d_]+")
_WORDS = re.compile(r"\w+")


class RunContext(Struct, frozen=True):
    """Context of a document: the folded names of publishers, and the line counts of the run, if rules need them."""

    publishers: Collection[str] = frozenset()
    lines: LineCounts | None = None


NO_CONTEXT = RunContext()


class ArticleScope(Struct, frozen=True):
    """What scopes of rules are compared with: names of the publisher, first subtag of the language, kind, day.

    "" is unknown.
    """

    publishers: frozenset[str]
    language: str
    kind: DocumentKind
    created: str


class ArticleView:
    """An article as rules see it.  Places (`at`) are positions in `blocks`, from 0.

    `texts` are the texts.  Lines of Markdown are as a reader sees them; these lines are in `marked`.  `plain` are the
    texts with plain quotes, dashes and spaces, `folded` these without case, and `labels` the folded texts without
    ornaments.  `frame` are the blocks that segmentation removes.  `named` are the blocks that rules have matched so
    far, with the names of the rules.  `remembered` are values that predicates have computed for all blocks.
    """

    def __init__(self, article: Article, document: Document, run: RunContext = NO_CONTEXT) -> None:
        self.article, self.document, self.run = article, document, run
        self.blocks, self.kind = document.blocks[article.start : article.end], document.kind
        self.named: dict[int, set[str]] = {}
        self.remembered: dict[object, Any] = {}
        self.texts = [block.text for block in self.blocks]
        self.marked = frozenset[int]()
        if self.kind != "html":
            self.texts = [shown(text) for text in self.texts]
            self.marked = frozenset(at for at, text in enumerate(self.texts) if text != self.blocks[at].text)
        self.plain = [plain(text) for text in self.texts]
        self.folded = [text.casefold() for text in self.plain]
        self.frame = frozenset([removal.block - article.start for removal in article.frame])

    def __len__(self) -> int:
        return len(self.plain)

    def with_named(self, named: Iterable[tuple[int, Collection[str]]]) -> "ArticleView":
        """Return the same view with the blocks that rules have matched so far: (position, names of the rule)."""
        view = copy(self)
        view.__dict__.pop("sentences", None)  # a cookie notice that a rule matched is not a sentence of the story
        view.remembered = {}
        view.named = {}
        for at, rules in named:
            view.named.setdefault(at, set()).update(rules)
        return view

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """Return the path of the document, and for an article that copydesk wrote, also the path of its page."""
        if self.kind != "article":
            return (self.document.path,)
        origin = msgspec.json.decode(self.document.extra).get("origin")
        return (self.document.path, str(origin.get("path", ""))) if isinstance(origin, dict) else (self.document.path,)

    @cached_property
    def labels(self) -> list[str]:
        """Each block folded, without ornaments."""
        return [bare(text) for text in self.folded]

    @cached_property
    def scope(self) -> ArticleScope:
        """The values that scopes of rules are compared with."""
        publisher, metadata = self.article.publisher, self.article.metadata
        names = frozenset({publisher.id, publisher.group} - {""}) if publisher else frozenset[str]()
        language = metadata.language or (publisher.language if publisher else "")
        return ArticleScope(names, re.split("[-_]", language.lower())[0], self.kind, metadata.created[:10])

    def line(self, at: int) -> str:
        """Return a folded block with its marks of Markdown."""
        return fold(self.blocks[at].text) if at in self.marked else self.folded[at]

    def decoded(self, at: int) -> str:
        """Return a block before repair, as the audit has it."""
        return self.document.text[self.blocks[at].char_start : self.blocks[at].char_end]

    def line_sha256(self, at: int) -> str:
        """Return the SHA-256 of a block before repair, as the audit has it."""
        return sha256(self.decoded(at).encode("utf-8", "surrogatepass")).hexdigest()

    @cached_property
    def headlines(self) -> frozenset[int]:
        """All positions of the headline."""
        start = self.article.start
        return frozenset(one.block - start for one in self.article.frame if one.action == "extract")

    @cached_property
    def words(self) -> list[int]:
        """Number of words of each block, between white space; in scripts without spaces, the estimated number."""
        return [count_words(text) for text in self.plain]

    def has_words(self, at: int, count: int) -> bool:
        """Return true if a block has at least so many words; a long block is not split to its end."""
        text = self.plain[at]
        if count <= 0 or (len(text) >= 2 * count - 1 and len(text.split(None, count - 1)) >= count):
            return True
        return not text.isascii() and count_words(text) >= count

    @cached_property
    def word_bags(self) -> list[Counter[str]]:
        """The folded words of each block, with how often each stands in it."""
        return [Counter(_WORDS.findall(text)) for text in self.folded]

    @cached_property
    def _ended(self) -> list[int]:
        """Positions of the blocks outside the frame that end like a sentence or with a colon, and have enough words."""
        return [
            at
            for at, text in enumerate(self.plain)
            if (ends_sentence(text) or text.endswith(_COLONS) or not has_full_stop(text))
            and self.has_words(at, MIN_TINY_SENTENCE_WORDS)
            and at not in self.frame
        ]

    @cached_property
    def sentences(self) -> list[int]:
        """Positions of the blocks with a sentence of the story that no rule has matched so far.

        A long block that ends with a colon announces a poem, a list or a statement of the story.
        """
        ended = [at for at in self._ended if at not in self.named]
        if long := [at for at in ended if self.has_words(at, MIN_SENTENCE_WORDS)]:
            above = (at for at in ended if at < long[0] and has_full_stop(self.plain[at]))
            lead = next((at for at in above if self.has_words(at, MIN_LEAD_WORDS)), None)
            return long if lead is None else [lead, *long]
        tiny = [at for at in ended if ends_sentence(self.plain[at])]
        short = [at for at in tiny if self.has_words(at, MIN_SHORT_SENTENCE_WORDS)]
        return next((found for found in (short, tiny) if len(found) >= MIN_SHORT_SENTENCES), [])

    def has_final_punctuation(self, at: int) -> bool:
        """Return true if a block ends like a sentence; a closing quote counts, because it may end a sentence."""
        text = self.plain[at]
        return text.endswith(_QUOTES) or ends_sentence(text)

    def title_case(self, at: int) -> float:
        """Return the share of words that begin with a capital, from 0.0 to 1.0; small words do not count."""
        words = [word for word in _LETTERS.findall(self.plain[at]) if word.lower() not in SMALL_WORDS]
        return sum(word[0].isupper() for word in words) / len(words) if words else 0.0
