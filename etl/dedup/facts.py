"""Words -> the facts that they state: figures, and the terms of which one for another makes another story.

Market news is made from forms.  "Erie, Pa., March 26 - Qtly div 25 cts" and "Macon, Ga., March 26 - Qtly div 25 cts"
have all words in common but names, "Corn stocks rose 3 pct" and "Corn stocks fell 3 pct" all but one.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from etl.dedup.words import I64, U32, U64, Words, hashes_of, placed, sums

Mask = NDArray[np.bool_]
Facts = tuple[U64, U32, NDArray[np.int32]]

# Months, weekdays, small numbers and "not" say when, how many and whether, in English, German, French, Spanish,
# Italian, Portuguese and Russian.  "May" and "one" say much else; where a copy has another instead, that one differs.
# "didn" and its like are what is left of "didn't".  "B-minus" is no "B".
FIGURES = """
january february march april june july august september october november december
monday tuesday wednesday thursday friday saturday sunday plus minus
not never no none neither nor few cannot aren couldn didn doesn don hadn hasn haven isn shouldn wasn weren won wouldn
first second third fourth fifth sixth seventh eighth ninth tenth half twice
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred
januar februar märz juni juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf nicht nie kein keine
janvier février mars avril juin juillet août septembre octobre novembre décembre
lundi mardi mercredi jeudi vendredi samedi dimanche deux trois quatre cinq huit neuf onze douze pas jamais
enero febrero marzo abril junio julio agosto septiembre octubre noviembre diciembre
lunes martes miércoles jueves viernes sábado domingo dos tres cuatro cinco seis siete ocho nueve diez nunca
gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre non mai
lunedì martedì mercoledì giovedì venerdì sabato domenica due tre quattro cinque sei sette otto nove dieci
janeiro fevereiro março maio junho julho setembro outubro novembro dezembro dois duas três quatro oito dez não
января февраля марта апреля мая июня июля августа сентября октября ноября декабря не
понедельник вторник среду четверг пятницу субботу воскресенье два две три четыре пять шесть семь восемь девять десять
"""

# One of these for another, or for a name, is another way to say it: "He said" is a fair copy of "Stoltenberg says".
SMALL_WORDS = """
a about added after all also although an and another any are as at be because been before being both but by each even
for from had has have he her his how if in into is it its last many meanwhile more most of on one onto or other our said
says she since so some such than that the their them then there these they this those though to told until upon was we
were what when where which while who whose will with would you
"""

# Below six letters another letter makes another word (Iran, Iraq); from there on it is a slip (Kuwait, Kuwalt).
LEAST_LETTERS_OF_A_SLIP = 6

# Stands among the terms for a figure in digits, to tell what stands behind one.  No word's term is 0.
DIGITS = np.uint32(0)

# A term is 32 bits: its letters, one bit each, of which a and x, b and y, c and z share one; its length, up to 15; the
# lower bits of its first letter; a bit of its hash; whether it has a capital.
_LETTERS, _LENGTH, _LONGEST, _FIRST, _FIRSTS, _HASH, CAPITAL = 23, 23, 15, 27, 7, 30, 31
_LETTER_BITS = np.uint32((1 << _LETTERS) - 1)
_VOWELS = np.uint32(sum(1 << ord(vowel) % _LETTERS for vowel in "aeiou"))
_BIT_OF_LETTER = np.uint32(1) << np.arange(256, dtype=np.uint32) % _LETTERS
_BIT_OF_LETTER[ord(" ")] = 0
# By two bytes at once, in either order: a space parts any two words, so that no two bytes are of two of them.
_BITS_OF_LETTERS = np.bitwise_or.outer(_BIT_OF_LETTER, _BIT_OF_LETTER).ravel()

_OTHER, _FIGURE, _DIGITS, _SMALL = range(4)
_SLOTS = 1 << 16


def facts(words: Words) -> Facts:
    """Give the `numbers`, `terms` and `termed` of fingerprints.

    A figure is a word with a digit in it, or one of FIGURES, and their order counts ("rose to 25 from 19"); a term is
    any other word of two bytes and more that is none of SMALL_WORDS, and DIGITS where one with digits stands.
    """
    kinds = _kinds(words.hashes)
    digits = np.flatnonzero(words.codes - np.uint8(ord("0")) < 10)
    kinds[np.searchsorted(words.starts, digits, side="right") - 1] = _DIGITS
    figures = np.flatnonzero((kinds == _DIGITS) | (kinds == _FIGURE))
    firsts = np.searchsorted(figures, words.firsts)
    numbers = sums(placed(words.hashes[figures], firsts), firsts)
    places = np.flatnonzero((kinds == _DIGITS) | (kinds == _OTHER) & (words.sizes > 1))
    terms = np.where(kinds[places] == _DIGITS, DIGITS, _terms(words, places))
    return numbers, terms, np.diff(np.searchsorted(places, words.firsts)).astype(np.int32)


def no_facts(words: Words) -> Facts:
    """Give the same arrays with nothing in them."""
    count = len(words.firsts) - 1
    return np.zeros(count, np.uint64), np.zeros(0, np.uint32), np.zeros(count, np.int32)


def is_near(one: U32, other: U32) -> Mask:
    """Tell of terms, one by one, whether either may be the other misspelt ("Kuwalt") or cut short ("mln").

    Both begin with the same letter: a slip there is rare, and millions are not billions, nor is increasing decreasing.
    """
    alike = (one ^ other) >> _FIRST & _FIRSTS == 0
    near: Mask = alike & (_is_slip(one, other) | _is_short(one, other) | _is_short(other, one))
    return near


def phrases(terms: U32, starts: I64) -> U32:
    """Make one term of several in a row: "bpd" is near to "barrels per day", and "pct" to "per cent"."""
    letters = np.bitwise_or.reduceat(terms & _LETTER_BITS, starts)
    sizes = np.minimum(np.add.reduceat(terms >> _LENGTH & _LONGEST, starts), _LONGEST)
    joined: U32 = letters | sizes << _LENGTH | terms[starts] & np.uint32(_FIRSTS << _FIRST)
    return joined


def _kinds(hashes: U64) -> NDArray[np.uint8]:
    """Tell of each word whether it is one of FIGURES, or of SMALL_WORDS.  One look into a table, one comparison."""
    shift, slots, listed, kinds = _listed()
    places = slots[hashes >> shift & np.uint64(_SLOTS - 1)]
    found: NDArray[np.uint8] = kinds[places] * (listed[places] == hashes)
    return found


@cache
def _listed() -> tuple[np.uint64, NDArray[np.uint16], U64, NDArray[np.uint8]]:
    """Give each word of both lists a slot of its own, by 16 bits of its hash: which ones, slots, hashes, kinds."""
    figures = hashes_of(FIGURES.split())
    listed = np.append(figures, np.setdiff1d(hashes_of(SMALL_WORDS.split()), figures))
    kinds = np.where(np.arange(len(listed)) < len(figures), _FIGURE, _SMALL).astype(np.uint8)
    taken = {shift: listed >> np.uint64(shift) & np.uint64(_SLOTS - 1) for shift in range(48)}
    shift = next(shift for shift, places in taken.items() if len(np.unique(places)) == len(listed))
    slots = np.zeros(_SLOTS, np.uint16)
    slots[taken[shift]] = np.arange(len(listed))
    return np.uint64(shift), slots, listed, kinds


def _terms(words: Words, places: I64) -> U32:
    terms = np.minimum(words.sizes[places], _LONGEST).astype(np.uint32) << np.uint32(_LENGTH)
    terms |= (words.codes[words.starts[places]] & np.uint32(_FIRSTS)) << np.uint32(_FIRST)
    terms |= (words.hashes[places] & np.uint64(1)).astype(np.uint32) << np.uint32(_HASH)
    terms |= words.capital[places].astype(np.uint32) << np.uint32(CAPITAL)
    in_twos = words.codes[: len(words.codes) // 2 * 2].view(np.uint16)
    terms |= np.bitwise_or.reduceat(_BITS_OF_LETTERS.take(in_twos), words.starts // 2)[places]
    return terms


def _is_slip(one: U32, other: U32) -> Mask:
    """Tell whether a term may be another misspelt: "Kuwalt", "dls" for "dlrs"."""
    sizes = [(terms >> _LENGTH & _LONGEST).astype(np.int8) for terms in (one, other)]
    changed = np.bitwise_count((one ^ other) & _LETTER_BITS)
    allowed = np.where(np.minimum(*sizes) >= LEAST_LETTERS_OF_A_SLIP, 2, 1)
    slips: Mask = (np.abs(sizes[0] - sizes[1]) <= 1) & (changed <= allowed)
    return slips


def _is_short(one: U32, other: U32) -> Mask:
    """Tell whether a term may be another without its vowels: "mln" for "million", "dlrs" for "dollars"."""
    shorts: Mask = (one & _VOWELS | one & ~other & _LETTER_BITS) == 0
    return shorts
