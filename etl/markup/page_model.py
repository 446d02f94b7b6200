"""The page model as data: learned weights of words, and two boosted forests on named features.

`features` computes their input, and `prediction` applies them; `benchmarks/page_model.py` trains and measures them.
The values are in `rules/page.json`.
"""

from msgspec import Struct

from etl.trees import Forest


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """Learned weights of words, in thousandths of log-odds.

    `near` and `far` are those of attributes, on the two innermost boxes and further out; `words` those of text.
    """

    near: dict[str, int]
    far: dict[str, int]
    words: dict[str, int]


class PageModel(Struct, frozen=True, forbid_unknown_fields=True):
    """Weights of words, and the forests of both passes.

    A line is kept with at least the probability `threshold`, in thousandths.  If the model is unsure of a page, a line
    is kept with `relative` percent of the median probability of the page's story.
    """

    version: str
    threshold: int
    relative: int
    weights: Weights
    first: Forest
    second: Forest
