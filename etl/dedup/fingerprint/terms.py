"""Tokens -> the facts of a text: figures, and the terms that make another story if they are replaced.

Market news is written with forms.  "Erie, Pa., March 26 - Qtly div 25 cts" and "Macon, Ga., March 26 - Qtly div 25 cts"
have all words in common but names, "Corn stocks rose 3 pct" and "Corn stocks fell 3 pct" all but one.
"""

from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
from msgspec import Struct

from etl.array_types import I32, I64, U8, U16, U32, U64, Mask
from etl.dedup.arrays import mixed, ranges, sums
from etl.dedup.fingerprint.datelines import MONTHS_OF_LANGUAGES, Datelines
from etl.dedup.fingerprint.tokens import Folded, Tokens, are_capitalized, fold, hashes_of, placed, tokenize
from etl.lazy_regex import lazy

# Months, weekdays, small numbers, Roman numbers, "not" and "without" say when, how many and whether: "not" in thirty
# languages, the others in fewer.  What is a common word of another language ("en", "hat", "si", "vi") is left out.
# "One" says much else; where a copy has another word instead, that one differs.
# "didn" and its like are what is left of "didn't".  "B-minus" is no "B".  Chinese and Japanese write figures and "not"
# within words, each character of which is a token.
FIGURES = f"""
{" ".join(MONTHS_OF_LANGUAGES[:-1])}
monday tuesday wednesday thursday friday saturday sunday plus minus
ii iii iv vii viii ix xii xiii xiv xv xvi xvii xviii xix xx xxi
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
måndag tisdag onsdag torsdag fredag lördag söndag mandag tirsdag lørdag søndag pondělí úterý středu středa čtvrtek pátek
sobotu neděli neděle hétfőn kedden szerdán csütörtökön pénteken szombaton vasárnap senin selasa rabu kamis jumat sabtu
الاثنين الإثنين الثلاثاء الأربعاء الاربعاء الخميس الجمعة السبت الأحد
सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार
понедельник вторник среду четверг пятницу субботу воскресенье два две три четыре пять шесть семь восемь девять десять
не ни нет
понеділок вівторок середу четвер суботу неділю дві три чотири сім вісім десять ні
二 三 四 五 六 七 八 九 十 百 千 万 萬 亿 億 兆 两 兩 半 不 没 沒 未 无 無 非 否
"""

# Words that may replace one another, or a name, without a change of facts: "He said" for "Stoltenberg says".
SMALL_WORDS = """
a about added all also although an and another any are as at be because been being both but by each even
for from had has have he her his how if in into is it its last many meanwhile more most of on one onto or other our said
says she since so some such than that the their them then there these they this those though to told until upon was we
were what when where which while who whose will with would you
"""

# If one of these replaces another word, the story changes ("stocks rose", "stocks fell"), even in a long text.
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

# In a word of fewer than six letters, another letter makes another word (Iran, Iraq); in a longer one, it is a typing
# error (Kuwait, Kuwalt).
MIN_LETTERS_OF_A_SLIP = 6

# Signs of currencies, which are no tokens.
_CURRENCIES = lazy("[$£€¥￥₣₤₦₨₩₪₫₭₮₱₲₴₵₸₹₺₼₽₾₿฿]")

# The term for a figure in digits, which shows what follows a figure.  No word has the term 0.
DIGITS = np.uint32(0)

# A term is 32 bits: its letters, one bit each, of which a and x, b and y, c and z share one; its length, up to 15; the
# lower bits of its first letter, which its last byte has where it is no ASCII; a bit of its hash; whether it has a
# capital.
LETTERS, _LENGTH, _LONGEST, _FIRST, _FIRSTS, _HASH, CAPITAL = 23, 23, 15, 27, 7, 30, 31
_LETTER_BITS = np.uint32((1 << LETTERS) - 1)
_VOWELS = np.uint32(sum(1 << ord(vowel) % LETTERS for vowel in "aeiou"))
_BIT_OF_LETTER = np.uint32(1) << np.arange(256, dtype=np.uint32) % LETTERS
_BIT_OF_LETTER[ord(" ")] = 0
# Two bytes at a time, in either order: a space separates words, so that two bytes never belong to two words.
_BITS_OF_LETTERS = np.bitwise_or.outer(_BIT_OF_LETTER, _BIT_OF_LETTER).ravel()

_OTHER, _FIGURE, _DIGITS, _SMALL = range(4)
_SLOTS = 1 << 16


class Facts(Struct, frozen=True, gc=False):
    """Facts of texts: the day of each dateline, the hash of each text's figures, its terms, and their number."""

    dateline_days: I32
    figures_hashes: U64
    terms: U32
    term_counts: I32


def currencies(texts: Sequence[str]) -> U64:
    """Return a hash of the signs of currencies in each text, which are no tokens; 0 for none."""
    found = ["$" * text.count("$") if text.isascii() else "".join(_CURRENCIES.findall(text)) for text in texts]
    return mixed(np.array([crc32(signs.encode()) for signs in found], np.uint64))


def facts(folded: Folded, tokens: Tokens, dated: Datelines) -> Facts:
    """Return the facts of texts.  The date of a dateline does not count as a figure.

    A figure is a token with a digit in it, or one of FIGURES, and their order counts ("rose to 25 from 19"); a term is
    any other token of two bytes and more that is none of SMALL_WORDS, a capital alone behind a word ("vitamin C"), and
    DIGITS where a token with digits stands.
    """
    kinds = _kinds(tokens.hashes)
    digits = np.flatnonzero(tokens.codes - np.uint8(ord("0")) < 10)
    kinds[np.searchsorted(tokens.starts, digits, side="right") - 1] = _DIGITS
    in_dateline = ranges(tokens.text_starts[:-1], dated.counts)
    kinds[in_dateline[kinds[in_dateline] != _OTHER]] = _SMALL
    figures = np.flatnonzero((kinds == _DIGITS) | (kinds == _FIGURE))
    starts = np.searchsorted(figures, tokens.text_starts)
    figures_hashes = sums(placed(tokens.hashes[figures], starts), starts)
    is_capital = are_capitalized(folded, tokens)
    is_letter = is_capital & (kinds != _DIGITS) & _are_letters(tokens, is_capital)
    places = np.flatnonzero((kinds == _DIGITS) | (kinds == _OTHER) & (tokens.sizes > 1) | is_letter)
    terms = _terms(tokens, places) | is_capital[places].astype(np.uint32) << np.uint32(CAPITAL)
    terms[kinds[places] == _DIGITS] = DIGITS
    counts = np.diff(np.searchsorted(places, tokens.text_starts)).astype(np.int32)
    return Facts(dated.days, figures_hashes, terms, counts)


def no_facts(texts: int) -> Facts:
    """Return the facts of texts if facts do not count: none."""
    none = np.zeros(texts, np.int32)
    return Facts(none, np.zeros(texts, np.uint64), np.zeros(0, np.uint32), none)


@cache
def contraries() -> U32:
    """Return the terms of CONTRARIES."""
    tokens = tokenize(fold(CONTRARIES.split()))
    return np.unique(_terms(tokens, np.arange(len(tokens.starts))))


def is_near(one: U32, other: U32) -> Mask:
    """Mark the pairs of terms of which one may be the other misspelt ("Kuwalt") or abbreviated ("mln").

    Both begin with the same letter: errors there are rare, and "million" is not "billion", nor "increasing"
    "decreasing".
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
    """Return one term for several in a row: "bpd" is near to "barrels per day", and "pct" to "per cent"."""
    letters = np.bitwise_or.reduceat(terms & _LETTER_BITS, starts)
    sizes = np.minimum(np.add.reduceat(terms >> _LENGTH & _LONGEST, starts), _LONGEST)
    joined: U32 = letters | sizes << _LENGTH | terms[starts] & np.uint32(_FIRSTS << _FIRST)
    return joined


def _are_letters(tokens: Tokens, is_capital: Mask) -> Mask:
    """Mark the tokens of a single byte close behind a word, as in "vitamin C", but not in "U.S." and "A man".

    In a text in capitals, "A SHARE" is "a share", so it has none.
    """
    single = np.append(tokens.sizes == 1, False)
    ends = tokens.starts + tokens.sizes
    close = np.append(False, tokens.starts[1:] == ends[:-1] + 1)[: len(ends)]
    has_tokens = tokens.counts > 0
    close[tokens.text_starts[:-1][has_tokens]] = False
    after, before = single[1:].copy(), np.append(False, single[:-2])
    after[tokens.text_starts[1:][has_tokens] - 1] = False
    capitals = np.diff(np.append(0, np.cumsum(is_capital))[tokens.text_starts])
    letters: Mask = single[:-1] & close & ~before & ~after & np.repeat(2 * capitals <= tokens.counts, tokens.counts)
    return letters


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
    terms = np.minimum(_letter_counts(tokens, places), _LONGEST).astype(np.uint32) << np.uint32(_LENGTH)
    terms |= (_first_letters(tokens, places) & np.uint32(_FIRSTS)) << np.uint32(_FIRST)
    terms |= (tokens.hashes[places] & np.uint64(1)).astype(np.uint32) << np.uint32(_HASH)
    in_twos = tokens.codes[: len(tokens.codes) // 2 * 2].view(np.uint16)
    terms |= np.bitwise_or.reduceat(_BITS_OF_LETTERS.take(in_twos), tokens.starts // 2)[places]
    return terms


def _letter_counts(tokens: Tokens, places: I64) -> I64:
    """Return the number of characters of each, which may have several bytes."""
    if not len(tokens.codes) or tokens.codes.max() < 0x80:
        return tokens.sizes[places]
    letters = np.append(0, np.cumsum((tokens.codes & 0xC0) != 0x80, dtype=np.int32))
    starts = tokens.starts[places]
    counts: I64 = letters[starts + tokens.sizes[places]] - letters[starts]
    return counts


def _first_letters(tokens: Tokens, places: I64) -> U32:
    """Return the last byte of the first letter of each: of one alphabet, letters have the first in common."""
    starts = tokens.starts[places]
    leads = tokens.codes[starts]
    last = (leads >= 0xC0).astype(np.int64) + (leads >= 0xE0) + (leads >= 0xF0)
    letters: U32 = tokens.codes[starts + last].astype(np.uint32)
    return letters


def _is_slip(one: U32, other: U32) -> Mask:
    """Return true if a term may be another misspelt: "Kuwalt", "dls" for "dlrs".  A single letter is none."""
    sizes = [(terms >> _LENGTH & _LONGEST).astype(np.int8) for terms in (one, other)]
    changed = np.bitwise_count((one ^ other) & _LETTER_BITS)
    allowed = np.where(np.minimum(*sizes) >= MIN_LETTERS_OF_A_SLIP, 2, 1)
    slips: Mask = (np.abs(sizes[0] - sizes[1]) <= 1) & (changed <= allowed) & (np.minimum(*sizes) > 1)
    return slips


def _is_short(one: U32, other: U32) -> Mask:
    """Return true if a term may be another without its vowels: "mln" for "million", "dlrs" for "dollars"."""
    shorts: Mask = (one & _VOWELS | one & ~other & _LETTER_BITS) == 0
    return shorts
