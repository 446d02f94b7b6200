"""Tokens -> the facts that they state: figures, and the terms of which one for another makes another story.

Market news is made from forms.  "Erie, Pa., March 26 - Qtly div 25 cts" and "Macon, Ga., March 26 - Qtly div 25 cts"
have all words in common but names, "Corn stocks rose 3 pct" and "Corn stocks fell 3 pct" all but one.
"""

from functools import cache

import numpy as np
from msgspec import Struct

from etl.dedup.arrays import I32, I64, U8, U16, U32, U64, Mask, ranges, sums
from etl.dedup.fingerprint.datelines import MONTHS_OF_LANGUAGES, Datelines
from etl.dedup.fingerprint.tokens import Folded, Tokens, are_capitalized, fold, hashes_of, placed, tokenize

# Months, weekdays, small numbers, "not" and "without" say when, how many and whether: "not" in thirty languages, the
# others in fewer.  What is a common word of another language ("en", "hat", "si") is left out.  "One" says much else;
# where a copy has another word instead, that one differs.
# "didn" and its like are what is left of "didn't".  "B-minus" is no "B".  Chinese and Japanese write figures and "not"
# within words, each character of which is a token.
FIGURES = f"""
{" ".join(MONTHS_OF_LANGUAGES[:-1])}
monday tuesday wednesday thursday friday saturday sunday plus minus
not never no none neither nor few cannot aren couldn didn doesn don hadn hasn haven isn shouldn wasn weren won wouldn
less fewer without ohne sans sin senza sem zonder utan uden uten ilman nélkül fără bez без χωρίς
first second third fourth fifth sixth seventh eighth ninth tenth half twice
two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen
twenty thirty forty fifty sixty seventy eighty ninety hundred
montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag
zwei drei vier fünf sechs sieben acht neun zehn elf zwölf nicht nie kein keine keinen keiner nichts niemand niemals
lundi mardi mercredi jeudi vendredi samedi dimanche deux trois quatre cinq huit neuf onze douze pas jamais rien aucun
aucune
lunes martes miércoles jueves viernes sábado domingo dos tres cuatro cinco seis siete ocho nueve diez nunca nada nadie
ningún ninguna jamás
lunedì martedì mercoledì giovedì venerdì sabato domenica due tre quattro cinque sei sette otto nove dieci non mai
niente nessuno nessuna
dois duas três quatro oito dez não nenhum nenhuma ninguém
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag twee drie vier vijf zes zeven acht negen tien niet geen nooit
poniedziałek wtorek środę czwartek piątek sobotę niedzielę dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć
nigdy nikt nic není nebude nikdy nikdo inte aldrig ingen inga ikke ei eivät nem soha nu nici ne nije nisu değil yok
pazartesi salı çarşamba perşembe cuma cumartesi pazar iki üç dört beş altı yedi sekiz dokuz δεν μην tidak bukan belum
không chưa לא אין لا لم لن ليس ليست نه نیست نمی نہیں नहीं না নয় নেই இல்லை
понедельник вторник среду четверг пятницу субботу воскресенье два две три четыре пять шесть семь восемь девять десять
не ни нет
понеділок вівторок середу четвер суботу неділю дві три чотири сім вісім десять ні
二 三 四 五 六 七 八 九 十 百 千 万 萬 亿 億 兆 两 兩 半 不 没 沒 未 无 無 非 否
"""

# One of these for another, or for a name, is another way to say it: "He said" is a fair copy of "Stoltenberg says".
SMALL_WORDS = """
a about added all also although an and another any are as at be because been being both but by each even
for from had has have he her his how if in into is it its last many meanwhile more most of on one onto or other our said
says she since so some such than that the their them then there these they this those though to told until upon was we
were what when where which while who whose will with would you
"""

# One of these for another word turns a story round ("stocks rose", "stocks fell"), however long it is.
CONTRARIES = """
rose rise rises risen rising fell fall falls fallen falling climbed dropped gained lost won win lose gain gains loss
losses profit profits deficit surplus up down higher lower high low above below over under increase increases increased
decrease decreases decreased raised cut cuts strong strongly weak weakly better worse best worst good bad buy buyer buys
bought sell seller sells sold import imports imported export exports exported open opened close closed begin began start
started end ended stop stopped accept accepted reject rejected approve approved refuse refused deny denied confirm
confirmed support supported oppose opposed guilty innocent acquitted convicted alive dead killed injured wounded born
died man woman men women boy girl male female husband wife father mother son daughter brother sister north south east
west northern southern eastern western left right true false yes always often
seldom only before after legal illegal likely unlikely possible impossible public private national international
stieg stiegen gestiegen sank sanken gesunken fiel fielen gefallen gewann gewonnen verlor verloren mehr weniger höher
niedriger hausse baisse gagné perdu augmenté diminué plus moins subió subieron bajó bajaron cayó cayeron ganó perdió más
menos subiu subiram caiu caíram ganhou perdeu mais salito saliti sceso scesi vinto perso più meno gestegen gedaald
gewonnen verloren meer minder wzrósł wzrosły spadł spadły więcej mniej вырос выросли упал упали выиграл проиграл больше
меньше зріс зросли впав впали більше менше steg sjönk föll vann förlorade yükseldi düştü arttı azaldı
上 下 升 降 涨 漲 跌 增 减 減 高 低 多 少 男 女 父 母 胜 勝 负 敗 败 赢 输
买 買 卖 売 生 死 东 東 西 南 北 左 右 前 后 後 内 外 进 出 今 昨 明 火 水 木 金 土
"""

# Below six letters another letter makes another word (Iran, Iraq); from there on it is a slip (Kuwait, Kuwalt).
MIN_LETTERS_OF_A_SLIP = 6

# Stands among the terms for a figure in digits, to tell what stands behind one.  No word's term is 0.
DIGITS = np.uint32(0)

# A term is 32 bits: its letters, one bit each, of which a and x, b and y, c and z share one; its length, up to 15; the
# lower bits of its first letter, which its last byte has where it is no ASCII; a bit of its hash; whether it has a
# capital.
LETTERS, _LENGTH, _LONGEST, _FIRST, _FIRSTS, _HASH, CAPITAL = 23, 23, 15, 27, 7, 30, 31
_LETTER_BITS = np.uint32((1 << LETTERS) - 1)
_VOWELS = np.uint32(sum(1 << ord(vowel) % LETTERS for vowel in "aeiou"))
_BIT_OF_LETTER = np.uint32(1) << np.arange(256, dtype=np.uint32) % LETTERS
_BIT_OF_LETTER[ord(" ")] = 0
# By two bytes at once, in either order: a space parts any two words, so that no two bytes are of two of them.
_BITS_OF_LETTERS = np.bitwise_or.outer(_BIT_OF_LETTER, _BIT_OF_LETTER).ravel()

_OTHER, _FIGURE, _DIGITS, _SMALL = range(4)
_SLOTS = 1 << 16


class Facts(Struct, frozen=True, gc=False):
    """What texts state: the day of each dateline, the hash of each text's figures, its other terms, their number."""

    dateline_days: I32
    figures_hashes: U64
    terms: U32
    term_counts: I32


def facts(folded: Folded, tokens: Tokens, dated: Datelines) -> Facts:
    """Return what texts state; of a text that begins with a dateline the date is no figure.

    A figure is a token with a digit in it, or one of FIGURES, and their order counts ("rose to 25 from 19"); a term is
    any other token of two bytes and more that is none of SMALL_WORDS, and DIGITS where one with digits stands.
    """
    kinds = _kinds(tokens.hashes)
    digits = np.flatnonzero(tokens.codes - np.uint8(ord("0")) < 10)
    kinds[np.searchsorted(tokens.starts, digits, side="right") - 1] = _DIGITS
    in_dateline = ranges(tokens.text_starts[:-1], dated.counts)
    kinds[in_dateline[kinds[in_dateline] != _OTHER]] = _SMALL
    figures = np.flatnonzero((kinds == _DIGITS) | (kinds == _FIGURE))
    starts = np.searchsorted(figures, tokens.text_starts)
    figures_hashes = sums(placed(tokens.hashes[figures], starts), starts)
    places = np.flatnonzero((kinds == _DIGITS) | (kinds == _OTHER) & (tokens.sizes > 1))
    terms = _terms(tokens, places) | are_capitalized(folded, tokens)[places].astype(np.uint32) << np.uint32(CAPITAL)
    terms[kinds[places] == _DIGITS] = DIGITS
    counts = np.diff(np.searchsorted(places, tokens.text_starts)).astype(np.int32)
    return Facts(dated.days, figures_hashes, terms, counts)


def no_facts(texts: int) -> Facts:
    """Return the facts of texts that state none."""
    none = np.zeros(texts, np.int32)
    return Facts(none, np.zeros(texts, np.uint64), np.zeros(0, np.uint32), none)


@cache
def contraries() -> U32:
    """Return the terms of CONTRARIES."""
    tokens = tokenize(fold(CONTRARIES.split()))
    return np.unique(_terms(tokens, np.arange(len(tokens.starts))))


def is_near(one: U32, other: U32) -> Mask:
    """Mark of terms, one by one, whether either may be the other misspelt ("Kuwalt") or cut short ("mln").

    Both begin with the same letter: a slip there is rare, and millions are not billions, nor is increasing decreasing.
    """
    near = _is_slip(one, other) | _is_short(one, other) | _is_short(other, one)
    near &= first_letters(one) == first_letters(other)
    return near


def first_letters(terms: U32) -> U32:
    """Return the lower bits of the first letter of terms."""
    return terms >> np.uint32(_FIRST) & np.uint32(_FIRSTS)


def letter_sets(terms: U32) -> U32:
    """Return the letters of terms, one bit each, below the lower bits of their first."""
    return terms & _LETTER_BITS | first_letters(terms) << np.uint32(LETTERS)


def initials(sets: U32) -> U32:
    """Return the lower bits of the first letters of sets."""
    return sets >> np.uint32(LETTERS)


def have_no_vowel(sets: U32) -> Mask:
    """Mark the sets without a vowel: the terms may be others cut short."""
    without: Mask = sets & _VOWELS == 0
    return without


def is_within(one: U32, other: U32) -> Mask:
    """Mark where all letters of one set are in the other."""
    within: Mask = one & ~other & _LETTER_BITS == 0
    return within


def phrases(terms: U32, starts: I64) -> U32:
    """Make one term of several in a row: "bpd" is near to "barrels per day", and "pct" to "per cent"."""
    letters = np.bitwise_or.reduceat(terms & _LETTER_BITS, starts)
    sizes = np.minimum(np.add.reduceat(terms >> _LENGTH & _LONGEST, starts), _LONGEST)
    joined: U32 = letters | sizes << _LENGTH | terms[starts] & np.uint32(_FIRSTS << _FIRST)
    return joined


def _kinds(hashes: U64) -> U8:
    """Return the kind of each word: one of FIGURES, one of SMALL_WORDS, other.  One look into a table each."""
    shift, slots, listed, kinds = _listed()
    places = slots[hashes >> shift & np.uint64(_SLOTS - 1)]
    found: U8 = kinds[places] * (listed[places] == hashes)
    return found


@cache
def _listed() -> tuple[np.uint64, U16, U64, U8]:
    """Return a table of the words of both lists, by 16 bits of their hashes: which bits, slots, hashes, kinds."""
    figures = hashes_of(FIGURES.split())
    listed = np.append(figures, np.setdiff1d(hashes_of(SMALL_WORDS.split()), figures))
    kinds = np.where(np.arange(len(listed)) < len(figures), _FIGURE, _SMALL).astype(np.uint8)
    taken = {shift: listed >> np.uint64(shift) & np.uint64(_SLOTS - 1) for shift in range(48)}
    shift = next(shift for shift, places in taken.items() if len(np.unique(places)) == len(listed))
    slots = np.zeros(_SLOTS, np.uint16)
    slots[taken[shift]] = np.arange(len(listed))
    return np.uint64(shift), slots, listed, kinds


def _terms(tokens: Tokens, places: I64) -> U32:
    terms = np.minimum(tokens.sizes[places], _LONGEST).astype(np.uint32) << np.uint32(_LENGTH)
    terms |= (_first_letters(tokens, places) & np.uint32(_FIRSTS)) << np.uint32(_FIRST)
    terms |= (tokens.hashes[places] & np.uint64(1)).astype(np.uint32) << np.uint32(_HASH)
    in_twos = tokens.codes[: len(tokens.codes) // 2 * 2].view(np.uint16)
    terms |= np.bitwise_or.reduceat(_BITS_OF_LETTERS.take(in_twos), tokens.starts // 2)[places]
    return terms


def _first_letters(tokens: Tokens, places: I64) -> U32:
    """Return the last byte of the first letter of each: of one alphabet, letters have the first in common."""
    starts = tokens.starts[places]
    leads = tokens.codes[starts]
    last = (leads >= 0xC0).astype(np.int64) + (leads >= 0xE0) + (leads >= 0xF0)
    letters: U32 = tokens.codes[starts + last].astype(np.uint32)
    return letters


def _is_slip(one: U32, other: U32) -> Mask:
    """Return true if a term may be another misspelt: "Kuwalt", "dls" for "dlrs"."""
    sizes = [(terms >> _LENGTH & _LONGEST).astype(np.int8) for terms in (one, other)]
    changed = np.bitwise_count((one ^ other) & _LETTER_BITS)
    allowed = np.where(np.minimum(*sizes) >= MIN_LETTERS_OF_A_SLIP, 2, 1)
    slips: Mask = (np.abs(sizes[0] - sizes[1]) <= 1) & (changed <= allowed)
    return slips


def _is_short(one: U32, other: U32) -> Mask:
    """Return true if a term may be another without its vowels: "mln" for "million", "dlrs" for "dollars"."""
    shorts: Mask = (one & _VOWELS | one & ~other & _LETTER_BITS) == 0
    return shorts
