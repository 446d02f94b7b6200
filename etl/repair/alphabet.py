"""Find the blocks that no step can change, with one search of a regex, so that clean text takes almost no time.

`tests/test_repair_alphabet.py` proves this: it reads the parsed tables of the installed ftfy, and shows that a block
without a hit cannot look like mojibake to ftfy.  A hit may be a false alarm.  Then all steps are tried on the block.
"""

import re
from functools import cache
from unicodedata import is_normalized

from etl.lazy_regex import lazy

# The characters of mojibake in ftfy, by category (its MOJIBAKE_CATEGORIES).
LOWER = "ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґ"
UPPER = "À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"
OPENING = "¡«¿©΄΅‘“„•‹"
CLOSING = "®»˝”›™"
CURRENCY = "¢£¥₧€"
NUMERIC = "²³¹±¼½¾×µ÷⁄∂∆∏∑∞∩∫≠≡≤≥№"
LAW = "¶§"
COMMON = "\xa0\xad·´–—―…’"

# Characters of Windows-1252 for the second byte of a letter in UTF-8, which are seldom letters of a word.
HALVES = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# The same in Windows-1250.
CENTRAL_HALVES = bytes(range(0x80, 0xC0)).decode("cp1250", "ignore")

# One of these characters is enough for a closer look: C1 controls, marks that are rare outside of mojibake, box
# drawing, and the first characters of most mojibake (Â Ã where UTF-8 was read as Windows-1252, Î Ð as 1253 and 1252, Ђ
# as 1251, √ ≈ as MacRoman).
_MOJIBAKE = "\x80-\x9f¤¦¨ª¬¯º¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffd│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓ÂÃÎÐ‚√≈Ђﬁﬂ\uf8ff"
# The other characters count only side by side.  Each row looks back and ahead from the place behind a character of its
# kind.
_MOJIBAKE_PAIRS = {
    f"{UPPER}Ùœ": (
        rf"(?<=[{LOWER}{CLOSING}{CURRENCY}{NUMERIC}α-ωάέήίΰа-џ].)",
        rf"(?=[{NUMERIC}{LAW}{CURRENCY}{OPENING}°])",
        rf"(?<=[ØÙ])(?=[{COMMON}{CURRENCY}{NUMERIC}{OPENING}ŸŠ®°µ»][ØÙ])",
        "(?<=[Œœ])(?![A-Za-z])",
        rf"(?<=[a-zß-öø-ÿ][Ã-Ù])(?=[{HALVES}])",
        rf"(?<=[a-zß-öø-ž][ĂĹ])(?=[{CENTRAL_HALVES}])|(?<=[ĂĹ])(?=[{CENTRAL_HALVES}][a-z])",
    ),
    "ÔΓ": ("(?=Ç|é¼)",),
    f"{OPENING}{CLOSING}{CURRENCY}{NUMERIC}{LAW}°": (
        rf"(?<=[{CLOSING}{CURRENCY}{NUMERIC}])(?=[{LOWER}])",
        rf"(?<=[{LOWER}{CLOSING}β][{CURRENCY}])",
        rf"(?<=[{CURRENCY}{NUMERIC}][{OPENING}])",
        rf"(?<=[{LOWER}{CLOSING}][{OPENING}])(?=[{NUMERIC}\w])",
        rf"(?<=[{LOWER}{UPPER}{CURRENCY}{NUMERIC}{LAW}][{CLOSING}])(?=[{OPENING}\w])",
        "(?<=[ВГРСΒΓΞΟ].)(?=[ВГРСΒΓΞΟ])",
        "(?<=à.)|(?<=×)(?=[²³])",
    ),
}

# Names without a plural, without their capital, at which the search begins.
NO_PLURAL = "merica|elarus|iden|ritain|hina|urope|rance|ukashenko|utin|ussia|rump|kraine"

# Text that the other steps and doubts could change, in ASCII and the quotes and dashes of news ...
_ASCII = r"\x00-\x08\x0b-\x1f\x7f\\"
_RUN_ON = (
    "(?<=caption.)|(?<=caption[‘“].)|(?<=pyright.)|(?<=credit.)|(?<=source.)",
    '(?:(?<=[a-z]{2}[.!].)|(?<=[a-z]{2}[.!]["“‘].))(?=[a-z])',
    "(?<=[a-z.!?”]R)(?=ead [Mm]ore)",
)
# A capital behind a space begins a word and is none of those.  This test comes first, because it excludes most
# capitals.
_CAPITALS = (rf"(?:{NO_PLURAL})s ", rf"(?<=[^ \n][A-Z])(?:{'|'.join(_RUN_ON)})")
_ASCII_PAIRS = {
    "?": ("(?=[A-Za-z])",),
    "=": (r"(?=[C-F][0-9A-F]=[89AB]|3D|\r?\n)",),
    "&%`'": (
        "(?<=&)(?=#|[A-Za-z]{2,24};|amp|nbsp|quot|[lr][sd]quo|[mn]dash|hellip)",
        "(?<=%)(?=[0-9A-Fa-f]{2})",
        "(?<=``)|(?<='')",
    ),
    r"\t\n": (r"(?<=\s\t)", r"(?<=[-\s\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60]\n)", r"(?=\s)"),
}
_NEWS = r" !\"#$()*+,\-./0-9:;<>@\[\]^_a-z{|}~‘’“”–—…"
_NOT_IN_NEWS = f"^{_NEWS}A-Z{''.join(_ASCII_PAIRS)}"
# ... and in all other writing.  One thin space is typography; two are a run.
_WIDE = (
    "\xa0\u202f\u200b\u2028\u2029\u202d\u202e\u2060\u206a-\u206f\ud800-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff"
    "\U000f0000-\U0010ffff\xadĲĳŉǄ-ǌǱ-ǳﬀ-ﬆＡ-Ｚａ-ｚ\uff61-\uff9f´"
)
_WIDE_PAIRS = {
    "\u1680\u2000-\u200a\u205f\u3000": (r"(?<=\s.)", r"(?=\s)"),
    "À-ÿ": (
        "(?<=[a-z]â)(?=s|re|ll|ve)|(?<=nâ)(?=t)|(?<=â)(?=[A-Z])",
        "(?<=[a-z]Õ)|(?<=ΓÇ)|(?<=[A-Za-z]ñ)(?=[bcdfgkmpstwz])|(?<=[À-ÿ]{4})",
    ),
}
_LOOKS_LATIN = "АВЕКМНОРСТХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο"


def _contexts(alone: str, pairs: dict[str, tuple[str, ...]]) -> str:
    """Return a regex that tests a character behind it: it is enough alone, or its neighbours are of certain kinds."""
    return "|".join([f"(?<=[{alone}])", *(f"(?<=[{kind}])(?:{'|'.join(rows)})" for kind, rows in pairs.items())])


def _found(alone: str, pairs: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    """Return a regex that begins with one class, which `re` finds at full speed; contexts are tested only there."""
    return re.compile(f"[{alone}{''.join(pairs)}](?:{_contexts(alone, pairs)})", re.S)


@cache
def maybe_mojibake() -> re.Pattern[str]:
    """Return the regex for possible mojibake.  It is compiled, in 30 ms, when a block needs it."""
    return _found(_MOJIBAKE, _MOJIBAKE_PAIRS)


@cache
def _anywhere() -> re.Pattern[str]:
    return _found(_MOJIBAKE + _ASCII + _WIDE, {"A-Z": _CAPITALS} | _ASCII_PAIRS | _MOJIBAKE_PAIRS | _WIDE_PAIRS)


MIXED_SCRIPTS = lazy(f"[A-Za-z](?:(?=[{_LOOKS_LATIN}])|(?<=[{_LOOKS_LATIN}].))")
# Capitals are tested first, because they cause most stops in a clean block.
_NOT_NEWS = lazy(f"[^{_NEWS}](?:{'|'.join(_CAPITALS)}|(?<=[^A-Z])(?:{_contexts(_NOT_IN_NEWS, _ASCII_PAIRS)}))", re.S)
_GREEK_OR_CYRILLIC = lazy("[Ͱ-ӿ]")

# Ordering the marks of a letter takes quadratic time.  A block of this length takes some milliseconds in the worst
# case.
MAX_CHARS_TO_COMPOSE = 10_000


def looks_clean(block: str) -> bool:
    """Return true if no step changes a block and no doubt is in it; False means only that steps must be tried.

    >>> looks_clean("“We don’t know,” she said – again."), looks_clean("Belarusâ€™ president")
    (True, False)
    """
    if "  " in block or "src" in block or block != block.strip():
        return False
    if not _NOT_NEWS.search(block):
        return True
    if _anywhere().search(block) or len(block) > MAX_CHARS_TO_COMPOSE or not is_normalized("NFC", block):
        return False
    return not (_GREEK_OR_CYRILLIC.search(block) and MIXED_SCRIPTS.search(block))


# Letters that occur together in hardly any language of Western Europe.
_TOGETHER = (
    *("ìø", "èø", "èš", "èž", "è¾", "èæ", "èð", "æð", "³ê", "¿ê", "³ñ", "³æ", "ðþ", "ýþ", "õû", "õö", "ãþ", "ãº", "ãî"),
    *("îå", "ÏÅ", "òï", "ùå", "ÇÞ", "ÒÃ"),
    *("µÄ", "ªº", "¤Î", "‚Ì", "´Ù"),  # the commonest words of Chinese, Japanese and Korean
)


def may_be_recoded(text: str) -> bool:
    """Return whether a whole document may have been read in the wrong encoding, so that a closer test is useful."""
    if text.isascii():
        return False
    return any(pair[0] in text and pair[1] in text for pair in _TOGETHER)
