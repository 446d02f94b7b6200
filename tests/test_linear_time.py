"""Documents whose parts are many: the time that they take grows with their number, not with its square."""

from collections.abc import Callable
from time import process_time

import pytest

import etl

SAID = "The council of Sandford voted on Tuesday to close the old bridge over the river."
CASES: dict[str, Callable[[int], str]] = {
    "figures in tables of their own": lambda count: "<article>" + "<table><tr><td>a<td>1</table>" * count,
    "lines with the words of the headline": lambda count: (
        f"<title>{SAID}</title><h1>{SAID}</h1>" + f"<p>{SAID}</p><hr>" * count
    ),
    "lists between paragraphs": lambda count: (
        f"<h1>{SAID}</h1><article>" + f"<p>{SAID}</p><ul><li>{SAID}<li>Two items</ul>" * (count // 4)
    ),
    "cuts within one line": lambda count: f"{SAID} Advertisement " * (3 * count),
}
COUNT = 3_000


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CASES.items()])
def test_many_parts_take_linear_time(text: Callable[[int], str]) -> None:
    cleaner = etl.Cleaner()

    def taken(count: int) -> float:
        start = process_time()
        cleaner.clean(text(count))
        return process_time() - start

    taken(10)  # loads what is needed
    assert taken(4 * COUNT) < 9 * min(taken(COUNT), taken(COUNT))  # in quadratic time, 12 to 16 times as much
