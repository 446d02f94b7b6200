"""Lists of ingredients, with the heading above them and lines without an amount ("Salt").

A count may stand on a line of its own in a share bar, too.  In a recipe, three lines or more begin with an amount, and
two of them have a unit of kitchens; or a heading for ingredients is above a line with a figure.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from etl.fold import ends_sentence
from etl.lazy_regex import lazy

# Lines.
MIN_AMOUNTS, MIN_UNITS = 3, 2
# Lines below the list in which the first sentence of the method is searched.
MAX_BELOW = 8
# Lines of a list below the heading of ingredients, and sentences of the method below its own heading.
MAX_LISTED, MAX_STEPS = 24, 12
# Characters of an ingredient, and of a heading.  Longer lines are not part of the list.
MAX_CHARS, MAX_HEADING_CHARS = 70, 40

_NUMBER = r"(?:(?:ca\.?|about|etwa) )?(?:\d{1,4}(?:[.,/–-]\d{1,3})?(?: ?[½¼¾⅓⅔⅛]| \d/\d)?|[½¼¾⅓⅔⅛])"
_UNIT = (
    r"(?:k?g|[mcd]?l|lbs?|oz|ounces?|pounds?|cups?|tbsps?|tsps?|tablespoons?|teaspoons?|cloves?|sticks?|pinch|bunch"
    r"|EL|TL|Bund|Prisen?|Pck|Zehen?|Becher|Dosen?|Stück|c\. à [sc]\.|cuill[eè]res?|cucharad(?:it)?as?|dientes?"
    r"|colher(?:es)?|xícaras?|cucchiai(?:ni)?o?|spicchi?o?|eetlepels?|theelepels?|msk|tsk|krm|ss|ts|spsk|stk|rkl|tl"
    r"|łyżk[iae]|łyżeczk[iae]|szklank[iae]|lžíc[ei]?|lžičk[ay]|ст\. ?л|ч\. ?л|г|кг|мл|л|шт|зубчик[аи]?|стакана?)"
)
_AMOUNT = lazy(rf"[-•–*]? ?{_NUMBER} ?[^\W\d_(].*|[-•–*]? ?{_NUMBER}")
_FIGURE = lazy(r"[\d½¼¾⅓⅔⅛]")
_WITH_UNIT = lazy(rf"[-•–*]? ?{_NUMBER} ?{_UNIT}\b\.?(?: .*)?", re.IGNORECASE)
# Words of an ingredient that ends with "q.b." ("as needed").
MAX_SHORT_WORDS = 4
# "Zutaten für vier Personen", "材料(4人分)".
_HEADING = lazy(
    r"(?:(?:the )?ingredients|zutaten|(?:les )?ingrédients|(?:los )?ingredientes|(?:gli )?ingredienti|ingrediënten"
    r"|składniki|ingredienser(?:na)?|ainekset|suroviny|ingrediencie|hozzávalók|ingrediente|sastojci|malzemeler"
    r"|ингредиенты|состав|інгредієнти|υλικά|المكونات|المقادير|مواد لازم|מצרכים|सामग्री|วัตถุดิบ|nguyên liệu|bahan-bahan"
    r"|食材|用料|材料|재료)(?: ?[(（:：]| (?:for|für|pour|para|per|voor|dla|för|til|на|için|\d)\b|$).{0,30}",
    re.IGNORECASE,
)


def ingredients(texts: Sequence[str], named: Collection[int]) -> set[int]:
    """Return the positions of ingredients, of the heading above them, and lines without an amount among them.

    `texts` are plain.  `named` are the blocks that rules match: a list directly below such a block is furniture.
    """
    found = set[int]()
    for run in _runs(texts, named):
        if len(run) >= MIN_AMOUNTS and sum(bool(_WITH_UNIT.fullmatch(texts[at])) for at in run) >= MIN_UNITS:
            above, below = run[0] - 1, run[-1] + 1
            found.update(range(run[0], below))
            found.update(at for at in (above, below, _method(texts, named, below)) if _is_open(texts, named, at))
    for at, text in enumerate(texts):
        if at not in named and len(text) <= MAX_HEADING_CHARS and _HEADING.fullmatch(text):
            found.update(line for line in _headed(texts, named, at) if line not in named)
    return found


def _headed(texts: Sequence[str], named: Collection[int], heading: int) -> Sequence[int]:
    """Return the positions of a recipe below the heading of its ingredients: these, the method's heading, its steps.

    There is none if no ingredient has a figure.
    """
    end = heading + 1
    while end <= heading + MAX_LISTED and (end in named or _is_open(texts, named, end) or _is_short(texts, named, end)):
        end += 1
    if not any(_FIGURE.search(texts[at]) for at in range(heading + 1, min(end, len(texts))) if at not in named):
        return ()
    step = end
    while step < min(len(texts), end + MAX_STEPS) and step not in named and ends_sentence(texts[step]):
        step += 1
    return range(heading, step)


def _runs(texts: Sequence[str], named: Collection[int]) -> Iterator[list[int]]:
    """Yield the positions of amounts that stand together, with one line at most between each two."""
    run: list[int] = []
    for at, text in enumerate(texts):
        if at in named or not _is_amount(text):
            continue
        if run and (at > run[-1] + 2 or not all(_is_open(texts, named, between) for between in range(run[-1], at))):
            yield run
            run = []
        run.append(at)
    if run:
        yield run


def _method(texts: Sequence[str], named: Collection[int], below: int) -> int:
    """Return the position of the heading above the next sentence, or -1."""
    free = [at for at in range(below, min(len(texts), below + MAX_BELOW)) if at not in named]
    end = next((at for at in free if ends_sentence(texts[at])), -1)
    return end - 1 if end - 1 in free else -1


def _is_amount(text: str) -> bool:
    return len(text) <= MAX_CHARS and _AMOUNT.fullmatch(text) is not None and not ends_sentence(text)


def _is_open(texts: Sequence[str], named: Collection[int], at: int) -> bool:
    """Return whether a line may be part of a list: it is short, and no sentence."""
    inside = 0 <= at < len(texts) and at not in named
    return inside and not ends_sentence(texts[at]) and (len(texts[at]) <= MAX_HEADING_CHARS or _is_amount(texts[at]))


def _is_short(texts: Sequence[str], named: Collection[int], at: int) -> bool:
    """Return whether a line may be an ingredient that ends with an abbreviation: "Sale q.b."."""
    return (
        at < len(texts) and at not in named and len(texts[at].split()) <= MAX_SHORT_WORDS and texts[at].endswith("b.")
    )
