"""The dateline that begins a story: "NEW YORK, March 3 (Reuters) - ".  Another print may have a later one, or none."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from msgspec import Struct

from etl.array_types import I32, I64
from etl.dedup.fingerprint.tokens import fold, tokenize

# In the order of the year, in English, German, French, Spanish, Italian, Portuguese and Russian.
MONTHS_OF_LANGUAGES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "jan feb mar apr may jun jul aug sep oct nov dec",
)
_MONTHS = {name: number for names in MONTHS_OF_LANGUAGES for number, name in enumerate(names.split(), 1)} | {"sept": 9}

# The text before a dash (or a colon: "NEW DELHI, Mar 3 (PTI): ") near the start of a text, with a figure in it.
_HEAD = re.compile(
    r"\W*+([^\W\d_][^-–—:\n\d]{0,60}+(?:(?<=\w)-(?=\w)[^-–—:\n\d]{0,30}+){0,3}+\d[^-–—:\n]{0,40}+)(?:--?|–|—|:)\s"
)
# "新华社北京3月2日电": agency and place, the date, "by wire" or "news".
_CHINESE_HEAD = re.compile(r"\W*+[\u4e00-\u9fff·]{2,12}?(\d{1,2})月(\d{1,2})日(?:电|電|讯|訊)")
_AGENCY = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"\w+")


class Datelines(Struct, frozen=True, gc=False):
    """For each text, the number of tokens of its dateline, and its day (31 * month + day); 0 for none."""

    counts: I64
    days: I32


def datelines(texts: Sequence[str], counts: I64) -> Datelines:
    """Return the datelines of texts with these numbers of tokens, if a dateline has a date and text behind it.

    >>> story = "the last ferry sailed on Friday with eleven passengers and a lorry on board, " * 2
    >>> found = datelines([f"HARWICK, March 3 (NBP) - {story}", f"At 12 - {story}"], np.array([32, 30]))
    >>> found.counts.tolist(), found.days.tolist()
    ([4, 0], [96, 0])
    """
    heads = {place: match[1] for place, text in enumerate(texts) if (match := _HEAD.match(text))}
    chinese = ((place, _CHINESE_HEAD.match(text)) for place, text in enumerate(texts) if not text.isascii())
    heads |= {place: match[0] for place, match in chinese if match}
    dates = {place: _day(head) for place, head in heads.items()}
    places = np.array(list(heads), np.int64)
    sizes, days = np.zeros(len(texts), np.int64), np.zeros(len(texts), np.int32)
    sizes[places], days[places] = tokenize(fold(list(heads.values()))).counts, list(dates.values())
    is_dated = (days > 0) & (sizes < counts)
    return Datelines(np.where(is_dated, sizes, 0), np.where(is_dated, days, 0))


@lru_cache(1 << 12)
def _day(head: str) -> int:
    """Return the day of a text that has only names, a month, and figures of a day and a year; else 0."""
    if chinese := _CHINESE_HEAD.match(head):
        return 31 * int(chinese[1]) + int(chinese[2])
    words = _WORD.findall(_AGENCY.sub(" ", head))
    months = [month for word in words if (month := _MONTHS.get(word.lower()))]
    if not months:
        return 0
    figures = [int(word) for word in words if word.isdecimal()]
    days, years = [day for day in figures if 1 <= day <= 31], [year for year in figures if 1900 <= year < 2100]
    rest = (word for word in words if word.lower() not in _MONTHS and not word.isdecimal() and word != "de")
    if len(days) != 1 or len(days) + len(years) < len(figures) or not all(word[0].isupper() for word in rest):
        return 0
    return 31 * months[-1] + days[0]  # the last month: "RIO DE JANEIRO, March 3"
