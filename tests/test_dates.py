"""Dates as sources write them become instants."""

import pytest

from etl.dates import instant


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        pytest.param("2026-11-22T14:00:00+01:00", "2026-11-22T13:00:00.000Z", id="offset"),
        pytest.param("2026-11-22T13:00:00.123456Z", "2026-11-22T13:00:00.123Z", id="microseconds"),
        pytest.param("2026-11-22T13:00:00+0000", "2026-11-22T13:00:00.000Z", id="offset without colon"),
        pytest.param("2026-11-22 13:00", "2026-11-22T13:00:00.000Z", id="no zone is UTC"),
        pytest.param(" 2026-11-22\n", "2026-11-22T00:00:00.000Z", id="no time is midnight"),
        pytest.param("Sun, 22 Nov 2026 08:00:00 -0500", "2026-11-22T13:00:00.000Z", id="mail"),
        pytest.param("November 22, 2026, 01:00 PM", "2026-11-22T13:00:00.000Z", id="American"),
        pytest.param("Sun, 22 Nov 2026 13:00:00 GMT", "2026-11-22T13:00:00.000Z", id="mail, GMT"),
        pytest.param("22 November 2026", "2026-11-22T00:00:00.000Z", id="British"),
        pytest.param("November 22, 2026, 01:00 PM EST", "", id="keeps: a zone by its name"),
        pytest.param("0001-01-01T00:00:00", "", id="the zero of a system"),
        pytest.param("9999-12-31T23:59:59-05:00", "", id="past the end of time"),
        pytest.param("22/11/2026", "", id="keeps: day or month first, who knows"),
        pytest.param("an hour ago", "", id="keeps: words"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_date_becomes_an_instant(date: str, expected: str) -> None:
    assert instant(date) == expected
