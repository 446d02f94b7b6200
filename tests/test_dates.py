"""Dates as sources write them become instants; what is not certain does not."""

import pytest

from etl.dates import instant

AUGUST = "2020-08-23T00:00:00.000Z"
AFTERNOON = "2020-08-23T16:18:00.000Z"


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
        pytest.param("November 22, 2026, 01:00 PM EST", "2026-11-22T18:00:00.000Z", id="a zone by its name"),
        pytest.param("Aug. 23, 2020, 12:18 p.m. ET", AFTERNOON, id="AP style, the zone of all year: summer"),
        pytest.param("Dec. 23, 2020, 12:18 p.m. ET", "2020-12-23T17:18:00.000Z", id="and winter"),
        pytest.param("August 23, 2020 / 4:18 PM / CBS News", AFTERNOON, id="with the name of the house"),
        pytest.param("Mon 23 Aug 2020 17.18 BST", AFTERNOON, id="a dot in the time"),
        pytest.param("23rd August 2020", AUGUST, id="ordinal"),
        pytest.param("23.08.2020", AUGUST, id="dots are day first"),
        pytest.param("08/23/2020", AUGUST, id="only one can be the month"),
        pytest.param("23-Aug-2020", AUGUST, id="Oracle"),
        pytest.param("20200823161800", AFTERNOON, id="Wayback Machine"),
        pytest.param("2020-08-23T16:18:00Z[UTC]", AFTERNOON, id="Java"),
        pytest.param("Sun Aug 23 2020 18:18:00 GMT+0200 (CEST)", AFTERNOON, id="JavaScript"),
        pytest.param("Sun Aug 23 16:18:00 +0000 2020", AFTERNOON, id="Twitter"),
        pytest.param("/Date(1598199480000)/", AFTERNOON, id=".NET"),
        pytest.param("1598199480", AFTERNOON, id="seconds since 1970"),
        pytest.param("1598199480000", AFTERNOON, id="milliseconds"),
        pytest.param("1598199480000000000", AFTERNOON, id="nanoseconds"),
        pytest.param("Sonntag, 23. August 2020, 16:18 Uhr", AFTERNOON, id="German"),
        pytest.param("23 août 2020 à 16h18", AFTERNOON, id="French"),
        pytest.param("23 de agosto de 2020", AUGUST, id="Spanish"),
        pytest.param("23 sierpnia 2020", AUGUST, id="Polish"),
        pytest.param("23 августа 2020, 16:18", AFTERNOON, id="Russian"),
        pytest.param("23 серпня 2020", AUGUST, id="Ukrainian"),
        pytest.param("23 Ağustos 2020 Pazar 16:18", AFTERNOON, id="Turkish"),
        pytest.param("2020. augusztus 23. 16:18", AFTERNOON, id="Hungarian"),
        pytest.param("23 tháng 8, 2020", AUGUST, id="Vietnamese"),
        pytest.param("٢٣ أغسطس ٢٠٢٠", AUGUST, id="Arabic, its own digits"),
        pytest.param("23 अगस्त 2020", AUGUST, id="Hindi"),
        pytest.param("2020年8月23日 下午4:18", AFTERNOON, id="Chinese"),
        pytest.param("2020년 8월 23일 오후 4시 18분", AFTERNOON, id="Korean"),
        pytest.param("Sun, 23 Aug 20 16:18:00 GMT", AFTERNOON, id="mail, a year of two digits"),
        pytest.param("1.59819948E9", AFTERNOON, id="seconds as pandas prints them"),
        pytest.param("1598199480.25", "2020-08-23T16:18:00.250Z", id="seconds with a fraction"),
        pytest.param("datetime.datetime(2020, 8, 23, 16, 18)", AFTERNOON, id="Python's own"),
        pytest.param("Timestamp('2020-08-23 16:18:00')", AFTERNOON, id="of pandas"),
        pytest.param('ISODate("2020-08-23T16:18:00Z")', AFTERNOON, id="of MongoDB"),
        pytest.param("23 สิงหาคม 2563", AUGUST, id="Thai, its own years"),
        pytest.param("الأحد 23 آب 2020", AUGUST, id="Arabic, of the Levant"),
        pytest.param("23 أغسطس/ آب 2020", AUGUST, id="Arabic, with both names"),
        pytest.param("23 ส.ค. 2563", AUGUST, id="Thai, in short"),
        pytest.param("23 באוגוסט 2020", AUGUST, id="Hebrew"),
        pytest.param("২৩ আগস্ট ২০২০", AUGUST, id="Bengali, its own digits"),
        pytest.param("23 d'agost de 2020", AUGUST, id="Catalan"),
        pytest.param("23. augusta 2020", AUGUST, id="Slovak"),
        pytest.param("2020 m. rugpjūčio 23 d.", AUGUST, id="Lithuanian"),
        pytest.param("2020. gada 23. augusts", AUGUST, id="Latvian"),
        pytest.param("4:18 PM GMT, Sun August 23, 2020", AFTERNOON, id="the time first"),
        pytest.param("2020-08-23T16:18:00 Europe/London", "", id="keeps: a place for a zone"),
        pytest.param("2563-08-23", "", id="keeps: a year that is far away"),
        pytest.param("November 31, 2026", "", id="no such day"),
        pytest.param("Aug 23 2020 25:00", "", id="no such hour"),
        pytest.param("0001-01-01T00:00:00", "", id="the zero of a system"),
        pytest.param("9999-12-31T23:59:59-05:00", "", id="past the end of time"),
        pytest.param("11/12/2026", "", id="keeps: day or month first, who knows"),
        pytest.param("23 Aug 20", "", id="keeps: a year of two digits"),
        pytest.param("August 2020", "", id="keeps: no day"),
        pytest.param("23 August", "", id="keeps: no year"),
        pytest.param("1 2 3", "", id="keeps: three numbers"),
        pytest.param("2020", "", id="keeps: a year"),
        pytest.param("123456", "", id="keeps: a count"),
        pytest.param("23 August 2020 5 min read", "", id="keeps: another number"),
        pytest.param("August 23, 2020, updated August 24, 2020", "", id="keeps: two dates"),
        pytest.param("5 listopada 2020", "", id="keeps: November in Polish, October in Croatian"),
        pytest.param("an hour ago", "", id="keeps: words"),
        pytest.param("23 August 2020 " * 10_000, "", id="keeps: a long text"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_date_becomes_an_instant(date: str, expected: str) -> None:
    assert instant(date) == expected


@pytest.mark.parametrize(
    ("date", "language", "country", "expected"),
    [
        ("08/09/2020", "en", "", ""),
        ("08/09/2020", "en-US", "", "2020-08-09T00:00:00.000Z"),
        ("08/09/2020", "en", "us", "2020-08-09T00:00:00.000Z"),
        ("08/09/2020", "en_GB", "", "2020-09-08T00:00:00.000Z"),
        ("08/09/2020", "de", "", "2020-09-08T00:00:00.000Z"),
        ("08/09/2020", "de", "us", "2020-08-09T00:00:00.000Z"),
        ("08/08/2020", "", "", "2020-08-08T00:00:00.000Z"),
        ("5 listopada 2020", "pl", "", "2020-11-05T00:00:00.000Z"),
        ("5 listopada 2020", "hr", "", "2020-10-05T00:00:00.000Z"),
    ],
)
def test_language_and_country_say_which_is_the_day(date: str, language: str, country: str, expected: str) -> None:
    assert instant(date, language, country) == expected
