"""Rules that depend only on the text of a block: each is evaluated once for all blocks of a batch with the same text.

Menus repeat on the pages of a site, and one call for many blocks takes less time than many calls.
"""

from collections import defaultdict
from collections.abc import Sequence

from msgspec import Struct, structs

from etl.model import Block
from etl.rules.engine.literal_search import LiteralHits, RuleSet, only
from etl.rules.engine.ruleset import CompiledRule, RuleGroup
from etl.rules.matching.view import ArticleView


class NamedTexts(Struct, frozen=True):
    """The rules of a group that were evaluated on texts (`asked`), and those that match each text."""

    asked: RuleSet
    by_text: dict[str, RuleSet]
    rules: dict[int, CompiledRule]


def named_texts(views: Sequence[ArticleView], found: Sequence[LiteralHits], group: RuleGroup) -> NamedTexts:
    """Return the plain texts of a batch that rules of a group match.  All articles are of one run."""
    candidates: defaultdict[str, RuleSet] = defaultdict(int)
    for view, hits in zip(views, found, strict=True):
        judging, plain, frame = group.judging(view.scope), view.plain, view.frame
        for at, rules in hits.rules.items():
            if (of_block := rules & judging) and at not in frame:
                candidates[plain[at]] |= of_block
    by_rank: defaultdict[int, list[int]] = defaultdict(list)
    for place, rules in enumerate(candidates.values()):
        for rank in group.ranks_of(rules):
            by_rank[rank].append(place)
    asked = [(one, places) for one, places in group.of(by_rank) if one.asks_only_text]
    texts = list(candidates)
    by_text: defaultdict[str, RuleSet] = defaultdict(int)
    if asked:
        article = _as_article(views[0], texts)
        for one, places in asked:
            for place in one.names.among(article, places):
                by_text[texts[place]] |= only(one.rank)
    return NamedTexts(sum(only(one.rank) for one, _ in asked), by_text, {one.rank: one for one, _ in asked})


def _as_article(view: ArticleView, texts: Sequence[str]) -> ArticleView:
    """Return texts as if they were the blocks of an article."""
    blocks = tuple(Block(number, 1, 0, len(text), text) for number, text in enumerate(texts))
    article = structs.replace(view.article, start=0, end=len(blocks), frame=())
    return ArticleView(article, structs.replace(view.document, blocks=blocks, kind="html"), view.run)
