"""Cases on judgement of text, as publishers' pages, exports and corpora are: what must stay stays, what must go goes."""

from functools import cache

import pytest
from text_cases import Case, cases, faults

from etl.cleaner import Cleaner, Result

CASES = tuple(cases())


@cache
def cleaner() -> Cleaner:
    return Cleaner()


def cleaned(case: Case) -> Result:
    if case.kind == "text":
        return cleaner().clean(case.text, kind="text")
    (result,) = cleaner().clean_many([case.record])
    return result


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_a_case_holds(case: Case) -> None:
    assert faults(case, cleaned(case)) == []
