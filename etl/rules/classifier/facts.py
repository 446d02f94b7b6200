"""Lines of facts, each with its label: fact boxes, fixtures, opening hours ("Born: Kiel", "Sunday: United v City").

Roads by their number, ingredients with a dash before the amount, scores, years with what happened in them, and people
with their party are facts as well.

A menu has labels with a colon, too.  Facts differ from a menu: two or more stand together and one has a figure, or a
sentence and a heading ("Winners:") announce them.
"""

from collections.abc import Collection, Sequence

from etl.fold import ends_sentence
from etl.lazy_regex import lazy

# Lines in a row.
MIN_FACTS, MIN_WINNERS, MIN_COUNTS = 2, 3, 5
# Characters.  A longer line above the facts is not their heading.
MAX_HEADING_CHARS = 40

# A label, and up to five words: more are a title ("Golf: Young wins the Open on its 18th hole"), an address is a link.
# "1. Vorsitzender: Max Lechner" has a figure before.
_FACT = lazy(r"(?:\d\. )?[^\W\d_][\w'’.&/ -]{0,29}[:：] ?(?!/)\S{1,30}(?: \S{1,20}){0,4}")
# "A66 between Brough and Scotch Corner", "BA117 to New York"; "Cabbage - 1 kg".  A count of comments has no unit.
_ROUTE = lazy(r"[A-Z]{1,3}\d{1,4}[,:]?(?: \S{1,20}){2,8}")
_AMOUNT = lazy(r"[^\W\d_][^\d:.!?]{1,39} - \d{1,4}(?:[.,/-]\d{1,3})? ?[^\W\d_]{1,6}\.?(?: [^\W\d_]{1,12})?")
# "Tom Wren, Castle School": a winner.
_WINNER = lazy(r"(?:[^\W\d_][\w'’.-]{1,20} ){1,2}[^\W\d_][\w'’.-]{1,20}, [^\W\d_]\S{1,20}(?: \S{1,20}){0,3}")
# "Linden - Vale 2:1", "Linden 2-1 Vale", "Linden 2 x 1 Vale"; "2:15" is a time, of which players show two.
_SCORE = lazy(
    r"[^\W\d_][^\d:.!?|,]{2,50}[^\d:.!?|,(#/]? ?:? ?"
    r"\d{1,3}(?: ?[-–—―] ?\d{1,3}| ?: ?\d| x \d{1,2})(?![\d:.])(?: ?[^\d:!?|]{2,40})?"
)
# "2019: the first crack", "2019 – the first crack".
_YEAR = lazy(r"(?:1\d|20)\d\d ?[:：–—-] ?[^\W\d_]\S{0,30}(?: \S{1,20}){0,9}")
# "Anna Berg (SPD)", of which a list has two; a number in brackets counts comments.
_MEMBER = lazy(r"[^\W\d_][^\d():：.!?|]{1,40} ?[(（][«„]?[^\W\d_][^\d()（）:.!?@]{0,24}[)）]")
# "Santa Cruz 231", "Unionists 4,012", of which a list has five; "May 2013" is one of an archive.
_COUNT = lazy(
    r"[^\W\d_][^\s\d:!?|()#/@]{1,24}(?: [^\s\d:!?|()#/@]{1,24}){0,3}[:：]? (?!(?:19|20[0-3])\d+$)"
    r"\d{1,3}(?:[.,' ]?\d{3}){0,2}(?: ?%)?"
)
# "Linden v Vale", of which a list of fixtures has two in a row.
_FIXTURE = lazy(r"[^\W\d_][^\d.!?|:,]{2,30} (?:v|vs\.?) [^\W\d_][^\d.!?|:,]{2,30}")
_FIGURE = lazy(r"\d")
# Facts with a figure, and those that may have none: what each has is looked for first.
_WITH_FIGURE, _OTHERS = (_ROUTE, _AMOUNT, _SCORE, _YEAR), (_FACT, _WINNER, _MEMBER, _FIXTURE)
_SIGN = lazy(r"[\d:：,(（]")


def facts(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of lines of facts, and of the heading above them; `texts` are plain.

    `named` are the blocks that rules match.  Lines between or directly below such blocks are furniture.
    """
    found = set[int]()
    for is_one, least in ((_is_fact, MIN_FACTS), (_is_count, MIN_COUNTS)):
        start = 0
        for at in range(len(texts) + 1):
            if at < len(texts) and at not in named and is_one(texts[at]):
                continue
            if at - start >= least and start - 1 not in named and _are_told(texts, range(start, at), named):
                found.update(range(start, at))
                if start and _is_heading(texts[start - 1]):
                    found.add(start - 1)
            start = at + 1
    return found


def _is_fact(text: str) -> bool:
    if not _SIGN.search(text) and " v" not in text:
        return False
    kinds = (*_OTHERS, *_WITH_FIGURE) if _FIGURE.search(text) else _OTHERS
    return any(kind.fullmatch(text) for kind in kinds)


def _is_count(text: str) -> bool:
    return text.rstrip("% ")[-1:].isdigit() and _COUNT.fullmatch(text) is not None


def _are_told(texts: Sequence[str], lines: range, named: Collection[int]) -> bool:
    """Return whether one of some lines has a figure, all are fixtures, or a heading below a sentence announces them.

    A heading of winners, three or more, has no colon at times, nor has one of facts that a sentence follows, too.
    """
    if any(_FIGURE.search(texts[at]) for at in lines) or all(_FIXTURE.fullmatch(texts[at]) for at in lines):
        return True
    heading, above = lines.start - 1, lines.start - 2
    if above < 0 or above in named or not ends_sentence(texts[above]) or not _is_heading(texts[heading]):
        return False
    are_winners = len(lines) >= MIN_WINNERS and all(_WINNER.fullmatch(texts[at]) for at in lines)
    below = lines.stop
    are_enclosed = below < len(texts) and below not in named and ends_sentence(texts[below])
    are_members = all(_MEMBER.fullmatch(texts[at]) for at in lines)
    return are_winners or are_members or are_enclosed or texts[heading].endswith((":", "："))


def _is_heading(text: str) -> bool:
    return len(text) <= MAX_HEADING_CHARS and not ends_sentence(text)
