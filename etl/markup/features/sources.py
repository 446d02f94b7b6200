"""Whether what the page says of its story elsewhere has the words of a line: its JSON-LD, its description."""

from collections.abc import Sequence

import numpy as np

from etl.array_types import I64
from etl.markup.features.columns import Columns, Measured
from etl.markup.features.texts import Texts, words_of

# Characters.  A shorter articleBody is a teaser.
MIN_BODY = 300
# Words of a run that is looked up, and words of a line that are.
RUN, MAX_WORDS = 4, 70
# The share that a line of one word less than a run has, if its letters stand in the articleBody.
SHORT = 0.9
# Letters of an articleBody in which a short line is looked for.  Few stories have more, and to look for each takes n².
MAX_FLAT = 50_000
# Letters of the shortest description, characters of the shortest line that may be it, letters that are compared.
MIN_DESCRIPTION, MIN_LINE, LINE_LETTERS, BEGINNING, DESCRIPTION_LETTERS = 30, 24, 150, 40, 60


def source_columns(texts: Texts, measured: Measured, body: str, description: str) -> Columns:
    """Return which lines stand in the page's articleBody and description, and what is the same for the whole page.

    The description is given by its letters.
    """
    count = len(texts.length)
    has_body = len(body) > MIN_BODY
    return {
        "article-body": np.array(shares_in(texts.words, body)) if has_body else np.full(count, -1),
        "article-body-length": np.full(count, len(body) / measured.page_prose),
        "description": _description(texts, description),
        "page-prose": np.full(count, measured.page_prose),
        "page-lines": np.full(count, count),
    }


def _description(texts: Texts, wanted: str) -> I64:
    found = np.full(len(texts.length), -1 if len(wanted) <= MIN_DESCRIPTION else 0)
    if len(wanted) > MIN_DESCRIPTION:
        beginning = wanted[:DESCRIPTION_LETTERS]
        for line in np.flatnonzero(texts.length > MIN_LINE).tolist():
            said = texts.letters[line][:LINE_LETTERS]
            found[line] = bool(said) and (said[:BEGINNING] in wanted) + (beginning in said)
    return found


def shares_in(lines: Sequence[str], body: str) -> list[float]:
    """Return the share of each line's runs of four words that stand in a text; of shorter lines whether they do.

    Lines are words in lower case, parted by blanks.
    """
    words = words_of([body])[0].split()
    runs, flat = set(zip(*(words[at:] for at in range(RUN)), strict=False)), "".join(words)[:MAX_FLAT]
    shares = []
    for line in lines:
        said = line.split()[:MAX_WORDS]
        own = list(zip(*(said[at:] for at in range(RUN)), strict=False))
        short = SHORT if len(said) == RUN - 1 and "".join(said) in flat else 0.0
        shares.append(sum([run in runs for run in own]) / len(own) if own else short)
    return shares
