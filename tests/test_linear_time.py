"""Documents whose parts are many: the time that they take grows with their number, not with its square."""

from time import process_time

import pytest

import etl

SAID = "The council of Sandford voted on Tuesday to close the old bridge over the river."
CASES = {
    "figures in tables of their own": "<article>" + "<table><tr><td>a<td>1</table>" * 12_000,
    "lines with the words of the headline": f"<title>{SAID}</title><h1>{SAID}</h1>" + f"<p>{SAID}</p><hr>" * 20_000,
    "cuts within one line": f"{SAID} Advertisement " * 50_000,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CASES.items()])
def test_many_parts_take_linear_time(text: str) -> None:
    cleaner = etl.Cleaner()
    start = process_time()
    cleaner.clean(text)
    assert process_time() - start < 10  # in quadratic time, 20 to 40
