"""Pages that show the beginning of a story, and below it, outside the story, that the rest is for readers who pay.

The page model removes such a notice as furniture, so no rule judges it.  Here, its lines are judged as if they were
blocks of the story, by the rules for the place where a story was cut off.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from msgspec import structs

from etl.fold import count_words
from etl.model import Article, Block, Document
from etl.rules import ArticleView, JudgingRules, judge

# Words.  Previews of paywalled stories have one to six paragraphs.  A longer text is usually a complete story.
MAX_PREVIEW_WORDS = 300
# Names of regions directly below a story that may have a notice; the most regions, lines, and blocks of the story that
# are read, because the model may keep a notice before the price.
NOTICES = frozenset(("page/outside", "page/links", "page/aside", "page/form", "page/control"))
MAX_REGIONS, MAX_LINES, LAST_BLOCKS = 2, 20, 2
# The ids, in any pack, of rules for the place where a story was cut off.
CUTS = frozenset({"paywall-cut", "inline-chars-left", "inline-cut"})

_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def previews(pages: Sequence[tuple[Document, Article]], rules: JudgingRules) -> list[bool]:
    """Return whether each page says directly below its story that there is more."""
    notices = [tuple(_notice(document, article)) for document, article in pages]
    asked = [place for place, blocks in enumerate(notices) if blocks]
    views = [_view(*pages[place], notices[place]) for place in asked]
    found = dict(zip(asked, judge(views, rules), strict=True)) if views else {}
    return [any(says_more((one.rule, *one.also)) for one in found.get(place, ())) for place in range(len(pages))]


def says_more(rules: Iterable[str]) -> bool:
    """Return whether one of the rules is for the place where a story was cut off."""
    return any(name.rpartition("/")[2] in CUTS for name in rules)


def _notice(document: Document, article: Article) -> Iterator[Block]:
    """Yield the last lines of a short story, the lines directly below it, and their sentences, each as a block."""
    regions = {removal.block: removal.rule for removal in document.outside if removal.action != "tag"}
    blocks = document.blocks[article.start : article.end]
    story = [block for block in blocks if block.index not in regions]
    words = accumulate(count_words(block.text) for block in story)
    if document.status or not story or any(count > MAX_PREVIEW_WORDS for count in words):
        return
    below = document.blocks[story[-1].index + 1 : story[-1].index + 1 + MAX_REGIONS]
    asked = [*story[-LAST_BLOCKS:], *(block for block in below if regions.get(block.index) in NOTICES)]
    lines = [line for block in asked for line in block.text.split("\n")]
    texts = dict.fromkeys(text for line in lines[:MAX_LINES] for text in (line, *_SENTENCE_END.split(line)))
    for index, text in enumerate(texts):
        yield Block(index, 1, 0, len(text), text, "p")


def _view(document: Document, article: Article, blocks: tuple[Block, ...]) -> ArticleView:
    alone = structs.replace(document, blocks=blocks, repairs=((),) * len(blocks), outside=())
    return ArticleView(structs.replace(article, start=0, end=len(blocks), frame=()), alone)
