"""Flattened pages: a scraper wrote a page on one line, so its labels are between the sentences of the story.

Rules for whole blocks know far more labels than strip rules.  So pieces of the text that could be labels are judged by
these rules, as if they were blocks.  Such a piece begins behind the end of a sentence or of another label, before a
word with a capital, or where `get_text()` joined two elements.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from etl.fold import ORNAMENTS, space_after
from etl.lazy_regex import lazy
from etl.model import Article, Block
from etl.rules.engine.literal_search import LiteralHits
from etl.rules.engine.ruleset import CompiledRule, JudgingRules
from etl.rules.matching.reported import SAYABLE_KINDS
from etl.rules.matching.view import ArticleView

# Words, and share of the article.  A shorter block is a paragraph.  A block with a smaller share is one of several.
MIN_FLATTENED_WORDS, MIN_FLATTENED_SHARE = 40, 0.5
# Characters.  The longest story that we have seen has a third of this.  Each place of a possible label takes 50 µs.
MAX_FLATTENED_CHARS = 200_000
# Words.  Labels are short; a title behind a label, glued on both sides, is longer.
MAX_LABEL_WORDS, MAX_GLUED_WORDS = 9, 16
# Words.  A full stop behind so many words ends a sentence, which is no label; in "Fot.  Jan Nowak", one word is before
# it.
MIN_SENTENCE_WORDS = 3
# Words of all labels in a row.  A single word may begin a sentence: "Home Secretary".
MIN_LABEL_WORDS = 2
# Number of labels in a row that may have a bracket ("4 Minuten") among them.
_ASIDE = lazy(r" ?\([^()]{1,20}\)| ?[|·•/,»>-](?= )")

_SENTENCE_END = lazy(r"[.!?…。！？।][\"')\]”’»]*(?:\s+|(?=[A-ZÀ-ÖØ-ÞА-Я“„«\"]))")
_FULL_STOP = lazy(r"[.。।][\"')\]”’»]*$")
# These end nothing but sentences, and the words before them may have no spaces.
_SURE_STOP = lazy(r"[。।][\"')\]”’»]*$")
# A character at which two elements were joined.  If a regex begins with a class, `re` is ten times as fast as with a
# look-around.
_GLUE = lazy(r"[A-ZÀ-ÖØ-ÞА-Я„«\"](?:(?<=[a-zß-öø-ÿа-я?!.\"»)][A-ZÀ-ÖØ-ÞА-Я„«])|(?<=[A-Za-zа-я]\")(?=[A-ZÀ-ÖØ-ÞА-Я]))")
_WORD = lazy(r"\S+")
_LETTER = lazy(r"[^\W\d_]")
# What may follow a label: a capital, a figure, an opening mark, or a letter that has no case.
_OPENING = lazy(r"[\"'“„«‘(\[¿¡—-]*[^\W_]")

# Sentences at the end of a text that are judged as if each were a block.
MAX_TAIL = 6
# A label behind the last sentence of a paragraph; its characters, and the words of the paragraph.  A notice also ends
# with a button, but is short or asks something.
_ENDING = lazy(r"[.…。।۔][\"')\]”’»]*\s+(?P<label>[^.!?…。！？।۔]*[\w:])$")
MAX_ENDING_CHARS, MIN_PARAGRAPH_WORDS = 48, 14
# Rules whose labels are words that occur in any text.
_WORDS_OF_TEXT = frozenset({"section-name"})


class Piece(Struct, frozen=True, gc=False):
    """A part of a block that could be a label: characters start to end.  `is_glued` if no space stands on its sides."""

    at: int
    start: int
    end: int
    words: int
    is_glued: bool


Found = tuple[int, tuple[int, int], int, CompiledRule]
"""Position of a block, characters of it, rank of the rule, rule."""


class _Flattened(Struct):
    """A flattened block: where sentences begin, and the pieces that are judged as if they were blocks.

    These are its last sentences, and possible labels where a sentence begins.
    """

    view: ArticleView
    at: int
    starts: set[int]
    tail: list[Piece]
    openings: list[Piece]


def flattened_labels(views: Sequence[ArticleView], rules: JudgingRules) -> list[list[Found]]:
    """Return the labels within the flattened blocks of each article, each with the rule that matches it."""
    found: list[list[Found]] = [[] for _ in views]
    places = [_flattened_blocks(view) for view in views]
    flattened = [(number, _flattened(view, at)) for number, view in enumerate(views) for at in places[number]]
    pieces = [some for _, one in flattened for some in (one.tail, one.openings)]
    parted = [_as_article(one.view, some) for _, one in flattened for some in (one.tail, one.openings)]
    named = [_named(*each, rules) for each in zip(parted, pieces, rules.search(parted), strict=True)]
    for (number, one), of_tail, of_openings in zip(flattened, named[::2], named[1::2], strict=True):
        if of_tail or of_openings:  # most texts have no label
            found[number] += _labels_of(one, of_tail, bool(of_openings), rules)
    for number, labels in _endings(views, places, rules):
        found[number] += labels
    return found


def _endings(
    views: Sequence[ArticleView], flattened: Sequence[Collection[int]], rules: JudgingRules
) -> Iterator[tuple[int, list[Found]]]:
    """Yield the labels behind the last sentences of paragraphs that are not flattened, by the number of the article."""
    found = (list(_ending_pieces(*each)) for each in zip(views, flattened, strict=True))
    pieces = {number: some for number, some in enumerate(found) if some}
    parted = [_as_article(views[number], some) for number, some in pieces.items()]
    for (number, some), article, hits in zip(pieces.items(), parted, rules.search(parted), strict=True):
        labels = [
            (some[at].at, (some[at].start, some[at].end), one.rank, one)
            for at, one in _named(article, some, hits, rules).items()
            if one.rule.kind in SAYABLE_KINDS and _is_exact(article.plain[at], one)
        ]
        yield number, labels


def _is_exact(text: str, one: CompiledRule) -> bool:
    """Return whether a rule has this very label.  `Foto: Jan Nowak` is none; it says that a caption is before it."""
    return text.strip(ORNAMENTS).casefold() in {label.strip(ORNAMENTS).casefold() for label in one.rule.match.exact}


def _ending_pieces(view: ArticleView, flattened: Collection[int]) -> Iterator[Piece]:
    for at, text in enumerate(view.plain):
        if text[-1:].isalpha() or text[-1:] == ":":
            ending = _ENDING.search(text, max(0, len(text) - MAX_ENDING_CHARS))
            if (
                ending
                and not (at in flattened or at in view.frame or at in view.marked)
                and _opens(text, ending.start("label"))
                and view.has_words(at, MIN_PARAGRAPH_WORDS)
            ):
                yield Piece(at, *ending.span("label"), len(ending["label"].split()), False)


def _flattened(view: ArticleView, at: int) -> _Flattened:
    text = view.plain[at]
    starts = {match.end() for match in _SENTENCE_END.finditer(text)} | {0}
    return _Flattened(view, at, starts, _last_sentences(at, text, starts), list(_pieces(at, text, starts)))


def _labels_of(
    one: _Flattened, named: Mapping[int, CompiledRule], is_opened: bool, rules: JudgingRules
) -> Iterator[Found]:
    """Yield the labels among the last sentences of a flattened block, and all others if one begins a sentence."""
    text = one.view.plain[one.at]
    tail = list(_tail(text, one.tail, named))
    yield from tail
    if is_opened:
        end = tail[-1][1][0] if tail else len(text)
        pieces = list(_pieces(one.at, text))
        article = _as_article(one.view, pieces)
        (hits,) = rules.search([article])
        labels = _labels(text, one.starts, pieces, _named(article, pieces, hits, rules))
        yield from (label for label in labels if label[1][1] <= end)


def _flattened_blocks(view: ArticleView) -> list[int]:
    sizes = [len(text) for text in view.plain]
    least = max(MIN_FLATTENED_WORDS * 4, MIN_FLATTENED_SHARE * sum(sizes))
    large = (at for at, size in enumerate(sizes) if least <= size <= MAX_FLATTENED_CHARS)
    return [
        at for at in large if at not in view.frame and at not in view.marked and view.has_words(at, MIN_FLATTENED_WORDS)
    ]


def _last_sentences(at: int, text: str, starts: Collection[int]) -> list[Piece]:
    bounds = [*sorted(start for start in starts if start < len(text)), len(text)][-MAX_TAIL - 1 :]
    units = [(start, start + len(text[start:end].rstrip())) for start, end in pairwise(bounds) if start]
    return [Piece(at, start, end, len(text[start:end].split()), True) for start, end in units]


def _tail(text: str, sentences: Sequence[Piece], named: Mapping[int, CompiledRule]) -> Iterator[Found]:
    """Yield the last sentences of a text, from its end, as long as a rule matches each as if it were a block."""
    for number in reversed(range(len(sentences))):
        one = sentences[number]
        # A label that is glued to a sentence is one of those that `_pieces` parts.
        if number not in named or one.words < MIN_LABEL_WORDS or _GLUE.search(text, one.start + 1, one.end):
            return
        yield one.at, (one.start, one.end), named[number].rank, named[number]


def _pieces(at: int, text: str, starts: Collection[int] = ()) -> Iterator[Piece]:
    """Yield possible labels: from each word with a capital, or each place of a join, to the next one.

    With `starts`, yield only labels that begin at one of these places or at a join.
    """
    glues = {match.start() for match in _GLUE.finditer(text)}
    tokens = [word.span() for word in _WORD.finditer(text)]
    if glues:
        tokens = [token for word in tokens for token in _tokens(*word, glues)]
    for first, (start, _) in enumerate(tokens):
        begins_glued = start in glues or start == 0
        if (starts and start not in starts and not begins_glued) or not _opens(text, start):
            continue
        for last in range(first, min(len(tokens), first + MAX_GLUED_WORDS)):
            is_end = last + 1 == len(tokens)
            if not is_end and not _opens(text, tokens[last + 1][0]):
                continue
            if last > first and _ends_sentence(text, *tokens[last - 1], last - first):
                break
            end = tokens[last][1]
            is_glued = begins_glued and (end in glues or is_end) and (start in glues or end in glues)
            if is_glued or last - first < MAX_LABEL_WORDS:
                yield Piece(at, start, end, last - first + 1, is_glued)


def _ends_sentence(text: str, start: int, end: int, words: int) -> bool:
    """Return whether a sentence ends with this token, the last of so many words."""
    stop = _FULL_STOP if words > MIN_SENTENCE_WORDS else _SURE_STOP
    return bool(stop.search(text, start, end))


def _tokens(start: int, end: int, glues: set[int]) -> Iterator[tuple[int, int]]:
    """Yield the parts of a word that glue holds together."""
    for glue in sorted(glues.intersection(range(start + 1, end))) if glues else ():
        yield start, glue
        start = glue
    yield start, end


def _opens(text: str, start: int) -> bool:
    """Return whether a label or a sentence may begin here."""
    first = text[start]
    if first.isalpha():
        return not first.islower()
    letter = _LETTER.search(text, start, start + 8)
    return bool(_OPENING.match(text, start)) and not (letter and letter[0].islower())


def _as_article(view: ArticleView, pieces: Sequence[Piece]) -> ArticleView:
    """Return a view of an article whose blocks are pieces of its blocks."""
    blocks = tuple(
        Block(number, 1, piece.start, piece.end, view.plain[piece.at][piece.start : piece.end])
        for number, piece in enumerate(pieces)
    )
    article = Article(0, view.article.metadata, view.article.publisher, 0, len(blocks))
    return ArticleView(article, structs.replace(view.document, blocks=blocks), view.run)


def _named(
    article: ArticleView, pieces: Sequence[Piece], hits: LiteralHits, rules: JudgingRules
) -> dict[int, CompiledRule]:
    """Return the pieces that a rule matches as blocks, by number, with the first such rule."""
    named: dict[int, CompiledRule] = {}
    for one, places in rules.block.of(rules.block.candidates(article, hits.rules)):
        asked = [number for number in places if number not in named and _may_name(one, pieces[number])]
        if asked:
            named.update(dict.fromkeys(one.names.among(article, asked), one))
    return named


def _may_name(one: CompiledRule, piece: Piece) -> bool:
    """Return whether a rule matches whole labels, so that the rest of the block does not matter."""
    rule = one.rule
    if (
        rule.action not in ("drop", "end-article")
        or rule.where.position
        or one.name.rpartition("/")[2] in _WORDS_OF_TEXT
    ):
        return False
    is_label = bool(rule.match.exact) or bool(rule.match.regex)
    return is_label and (rule.confidence == "certain" or bool(rule.match.exact) or piece.is_glued)


def _labels(text: str, starts: set[int], pieces: Sequence[Piece], named: dict[int, CompiledRule]) -> Iterator[Found]:
    """Yield rows of labels: each begins where a sentence ends, or ends where the text does."""
    by_start: dict[int, int] = {}  # the shortest label that begins at each place
    for number in sorted(named, key=lambda number: pieces[number].end):
        by_start.setdefault(pieces[number].start, number)
    rows: dict[int, tuple[int, int, int]] = {}  # what follows each: where the next one begins, the words, the end
    for start in sorted(by_start, reverse=True):
        piece = pieces[by_start[start]]
        following = _next_place(text, piece.end)
        _, words, end = rows.get(following, (0, 0, piece.end))
        rows[start] = following, piece.words + words, end
    glues = {piece.start for piece in pieces if piece.is_glued}
    done = 0
    for start in sorted(by_start):
        if start < done:
            continue
        _, words, end = rows[start]
        is_last = end == len(text)
        is_opening = start in starts or start in glues
        is_alone = is_opening and (pieces[by_start[start]].is_glued or is_last)
        ends_text = is_last and text[start].isupper()  # where no letter has case, any word could begin a label
        if is_alone or (words >= MIN_LABEL_WORDS and (is_opening or ends_text)):
            place = done = start
            while place in rows:
                number = by_start[place]
                piece = pieces[number]
                yield piece.at, (piece.start, piece.end), named[number].rank, named[number]
                place, _, done = rows[place]


def _next_place(text: str, end: int) -> int:
    """Return where the next label of a row could begin: behind spaces, a bracket or a bar."""
    aside = _ASIDE.match(text, end)
    return space_after(text, aside.end() if aside else end)
