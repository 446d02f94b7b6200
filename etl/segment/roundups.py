"""Roundups: several stories in one document, separated by their headlines and the lines above them."""

import re
from collections.abc import Iterator, Sequence, Set

from msgspec import Struct

from etl.fold import count_words, ends_sentence, fold, is_label
from etl.model import Block
from etl.segment.headlines import Headline, Layouts, headline

# Words.  Kickers of feed readers are two keywords, of papers up to a short phrase.
MAX_KICKER_WORDS = 6
# Words.  A shorter one is a label ("More – BBC News").
MIN_HEADLINE_WORDS = 2
# Lines.  The kicker and blank lines are between the label that ends a story and the next headline.
MAX_LINES_TO_HEADLINE = 4
# Blank lines.  Two of them separate stories, if one or none is usual.
MIN_BLANK_LINES = 2
# Blocks.  A headline that is separated only by blank lines needs a paragraph within so many blocks below it.
MAX_BLOCKS_TO_PARAGRAPH = 3
# Words.  A paragraph has at least so many, and ends like a sentence.
MIN_PARAGRAPH_WORDS = 8


class Opening(Struct, frozen=True, gc=False):
    """The beginning of a story: the place of its headline, whether a kicker is above it, and whether the kicker fits.

    A kicker fits if all of its words are in the headline, as feed readers make it.
    """

    at: int
    has_kicker: bool
    kicker_fits: bool
    headline: Headline


def openings(blocks: Sequence[Block], gap: str, layouts: Layouts) -> Iterator[Opening]:
    """Yield where stories begin.  The first one shows the layout (kicker or none) that the others must have.

    `gap` is the white space that usually stands between two blocks.
    """
    ends = {at for at, block in enumerate(blocks) if is_label(block.text, layouts.ends)}
    roundup = _Roundup(blocks, gap.count("\n") - 1, layouts, ends)
    first: Opening | None = None
    last = -1  # a headline is not the kicker of the next one
    for at in range(len(blocks)):
        if at > 1 and not first and ends.isdisjoint((at - 1, at - 2)):
            continue  # the start of the document, and places below an end, come first
        opening = roundup.opening(at, first)
        if opening and opening.at - opening.has_kicker > last and _fits_layout(opening, first):
            first, last = first or opening, opening.at
            yield opening


def is_paragraph(text: str) -> bool:
    """Return whether a block looks like a paragraph of a story."""
    return ends_sentence(text) and count_words(text) >= MIN_PARAGRAPH_WORDS


def _fits_layout(opening: Opening, first: Opening | None) -> bool:
    if first is None:
        return opening.at == opening.has_kicker or opening.kicker_fits
    return opening.has_kicker == first.has_kicker and opening.kicker_fits >= first.kicker_fits


class _Roundup(Struct, frozen=True, gc=False):
    """The blocks of a document, the usual number of blank lines between two, and the labels that end a story."""

    blocks: Sequence[Block]
    blank_lines: int
    layouts: Layouts
    ends: Set[int]

    def opening(self, at: int, first: Opening | None) -> Opening | None:
        """Return the opening at a `Headline – Publisher` line, judged by its surroundings.

        The line must be at the start of the document, close below the label that ended the previous story, or below two
        blank lines.  It also needs a kicker that fits or a known publisher.  Blank lines count only in a document that
        begins in the same way, and only above a paragraph.
        """
        block = self.blocks[at]
        has_kicker = at > 0 and self._follows_end(at - 1, block.line) and _is_kicker(self.blocks[at - 1].text)
        is_set_off = False
        if not has_kicker and not self._follows_end(at, block.line):
            has_kicker = bool(first and first.has_kicker)
            if not first or first.at != first.has_kicker or not self._is_set_off(at - has_kicker, at):
                return None
            if has_kicker and not _is_kicker(self.blocks[at - 1].text):
                return None
            is_set_off = True
        found = headline(block.text, self.layouts)
        if not found.printed or count_words(found.text) < MIN_HEADLINE_WORDS or (is_set_off and not found.publisher):
            return None
        fits = has_kicker and _words(self.blocks[at - 1].text) <= _words(found.text)
        return Opening(at, has_kicker, fits, found) if fits or found.publisher else None

    def _follows_end(self, at: int, headline_line: int) -> bool:
        if at <= 0:
            return at == 0
        return at - 1 in self.ends and headline_line - self.blocks[at - 1].line <= MAX_LINES_TO_HEADLINE

    def _is_set_off(self, at: int, headline_at: int) -> bool:
        """Return whether more blank lines than usual are above a block, and a paragraph is below the headline."""
        above = self.blocks[at - 1] if at > 0 else None
        if above is None:
            return False
        blank = self.blocks[at].line - above.line - above.text.count("\n") - 1
        below = self.blocks[headline_at + 1 : headline_at + 1 + MAX_BLOCKS_TO_PARAGRAPH]
        return blank >= max(MIN_BLANK_LINES, self.blank_lines + 1) and any(is_paragraph(block.text) for block in below)


def _is_kicker(text: str) -> bool:
    return 0 < count_words(text) <= MAX_KICKER_WORDS and not ends_sentence(text)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", fold(text)))
