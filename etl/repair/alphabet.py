"""Which blocks no step can touch, told by one search of a regular expression: clean text costs next to nothing.

It is proved, not argued: `tests/test_repair_proof.py` walks the parsed tables of the installed ftfy and shows that a block
without a hit cannot look like mojibake to it.  A hit may be a false alarm: the block is then looked at step by step.
"""

import re
from unicodedata import is_normalized

# The characters that ftfy knows from mojibake, by the part they play in text (its MOJIBAKE_CATEGORIES).
LOWER = "ßà-ñăąāćčďđęěēėğģįīķĺľłļœŕśşšťüźżžґ"
UPPER = "À-ÑØÜÝĂĀĄĆČĎĐĘĚĒĖĞĢİĪĶĹĽŁĻŃŇŅŒŘŚŞŠŢŤŮŰŸŹŻŽҐ"
OPENING = "¡«¿©΄΅‘“„•‹"
CLOSING = "®»˝”›™"
CURRENCY = "¢£¥₧€"
NUMERIC = "²³¹±¼½¾×µ÷⁄∂∆∏∑∞∩∫≠≡≤≥№"
LAW = "¶§"
COMMON = "\xa0\xad·´–—―…’"

# One of these is ground enough to look closer: C1 controls, marks seldom seen outside mojibake, box drawing, and what most
# of it begins with (Â Ã where UTF-8 was read as Windows-1252, Î Ð as 1253 and 1252, Ђ as 1251, √ ≈ as MacRoman).
MOJIBAKE = "\x80-\x9f¤¦¨ª¬¯º¸ƒˆˇ˘˛˜†‡‰⌐◊\ufffd│┌┐┘├┤┬┼═-╬▀▄█▌▐░▒▓ÂÃÎÐ‚√≈Ђﬁﬂ\uf8ff"

# The rest says nothing alone, only side by side.  A row hits behind the rarer of the two, and looks back and ahead.
MOJIBAKE_PAIRS = (
    rf"(?<=[{LOWER}{CLOSING}{CURRENCY}{NUMERIC}α-ωάέήίΰа-џ][{UPPER}])",
    rf"(?<=[{CLOSING}{CURRENCY}{NUMERIC}])(?=[{LOWER}])",
    rf"(?<=[{LOWER}{UPPER}{CLOSING}β][{CURRENCY}])",
    rf"(?<=[{UPPER}][{NUMERIC}{LAW}°])",
    rf"(?<=[{CURRENCY}{NUMERIC}{UPPER}][{OPENING}])",
    rf"(?<=[{LOWER}{CLOSING}][{OPENING}])(?=[{NUMERIC}\w])",
    rf"(?<=[{LOWER}{UPPER}{CURRENCY}{NUMERIC}{LAW}][{CLOSING}])(?=[{OPENING}\w])",
    rf"(?<=[ØÙ][{COMMON}{CURRENCY}{NUMERIC}{OPENING}ŸŠ®°µ»])(?=[ØÙ])",
    rf"(?<=[ВГРС][{OPENING}{CLOSING}{CURRENCY}°µ])(?=[ВГРС])",
    rf"(?<=[ΒΓΞΟ][{OPENING}{CLOSING}{CURRENCY}°])(?=[ΒΓΞΟ])",
    "(?<=à[²µ¹¼½¾])",
    "(?<=[Œœ])(?![A-Za-z])",
)
_MOJIBAKE_HEADS = UPPER + "œ°" + OPENING + CLOSING + CURRENCY + NUMERIC + LAW + COMMON

# Names that have no plural, without their capital: it stands at the head of the search.
NO_PLURAL = "merica|elarus|iden|ritain|hina|urope|rance|ukashenko|utin|ussia|rump|kraine"

# What the other steps and doubts could touch, in ASCII and in the quotes and dashes of news ...
_ASCII = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\\"
_ASCII_HEADS = r"A-Z0-9&%?.!`'\t\n\r‘“"
_ASCII_PAIRS = (
    '(?<=[a-z]{2}[.!])(?=["“‘]?[A-Z][a-z])',
    r"(?<=[a-z]\.[a-z]\.)(?=[a-z])",
    r"(?<=\?)(?=[A-Za-z])",
    r"(?<=&)(?=#|[A-Za-z]{2,24};|amp|nbsp|quot|[lr][sd]quo|[mn]dash|hellip)",
    "(?<=%)(?=[0-9A-Fa-f]{2})",
    "(?<=[0-9])(?=src)",
    "(?<=(?:caption|pyright|.credit|.source)[A-Z‘“])",
    r"(?<=[a-z.!?”]R)(?=ead [Mm]ore)",
    f"(?<=[A-Z])(?=(?:{NO_PLURAL})s )",
    "(?<=``)|(?<='')",
    r"(?<=[-\s]\n)|(?<=[\t\n\r])(?=[^\S\n])|(?<=\s\t)|(?<=\r)(?!\n)",
)
# ... and in all other writing.  One thin or fixed space is typography; two are a run.
_WIDE = (
    "\u180e\u200b\u2028\u2029\u202d\u202e\u2060\u206a-\u206f\ue000-\uf8ff\ufdd0-\ufdef\ufeff\ufff9-\uffff\ud800-\udfff"
    "\U000f0000-\U0010ffff\xadĲĳŉǄ-ǌǱ-ǳﬀ-ﬆＡ-Ｚａ-ｚ\uff61-\uff9f´"
)
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_WIDE_PAIRS = (
    rf"(?<=\s[{_SPACES}])|(?<=[{_SPACES}])(?=\s)",
    "(?<=[a-z]â)(?=s|re|ll|ve)|(?<=nâ)(?=t)|(?<=â)(?=[A-Z])",
    "(?<=[a-z]Õ)|(?<=ΓÇ)|(?<=[A-Za-z]ñ)(?=[bcdfgkmpstwz])|(?<=[À-ÿ]{4})",
)
_MIXED = "[A-Za-z](?:(?<=[АВЕКМНОРСТХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο].)|(?=[АВЕКМНОРСТХаеорсухіјѕΑΒΕΖΗΙΚΜΝΟΡΤΥΧο]))"

def _either(alone: str, heads: str, pairs: tuple[str, ...]) -> re.Pattern[str]:
    """One class for `re` to scan for at full speed, and contexts that are looked at only where it stands."""
    return re.compile(f"[{alone}{heads}](?:(?<=[{alone}])|{'|'.join(pairs)})")


_NOT_PLAIN_BLOCK = re.compile(
    rf"[^ \"#$()*+,\-/:;<=>@\[\]^_a-z{{|}}~’”–—…](?:(?<=[^ -\[\]-~\n\r\t’”–—…‘“])|{'|'.join(_ASCII_PAIRS)})"
)
MAYBE_MOJIBAKE = _either(MOJIBAKE, _MOJIBAKE_HEADS, MOJIBAKE_PAIRS)
_SUSPECT = _either(
    MOJIBAKE + _ASCII + _WIDE,
    _MOJIBAKE_HEADS.replace("\xad", "").replace("´", "") + _ASCII_HEADS + _SPACES + "À-ÿ",
    (*_ASCII_PAIRS, *MOJIBAKE_PAIRS, *_WIDE_PAIRS),
)
_GREEK_OR_CYRILLIC = re.compile("[Ͱ-ӿ]")
MIXED_SCRIPTS = re.compile(_MIXED)

# Ordering the marks of one letter is quadratic in their number; a line up to here is done in a blink whatever it holds.
MAX_CHARS_TO_COMPOSE = 10_000


def looks_clean(block: str) -> bool:
    """Claim that no step changes a block and no doubt is found in it; False says only that it must be looked at.

    >>> looks_clean("“We don’t know,” she said – again."), looks_clean("Belarusâ€™ president")
    (True, False)
    """
    if "  " in block or block != block.strip():
        return False
    if not _NOT_PLAIN_BLOCK.search(block):
        return True
    if _SUSPECT.search(block) or len(block) > MAX_CHARS_TO_COMPOSE or not is_normalized("NFC", block):
        return False
    return not (_GREEK_OR_CYRILLIC.search(block) and MIXED_SCRIPTS.search(block))
