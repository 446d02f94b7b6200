"""The form in which texts are compared: quotes, dashes and spaces made plain. The output always has the original."""

import re
from collections.abc import Sequence
from functools import lru_cache
from unicodedata import normalize

from etl.lazy_regex import lazy

# One character for one, so that a place in the plain text is the same place in the original.
_PLAIN = {
    **dict.fromkeys("‘’‚‛′´ʼ＇", "'"),
    **dict.fromkeys("“”„‟″＂", '"'),
    **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
    **dict.fromkeys(
        "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\r\n", " "
    ),
}
# A regex finds these few characters ten times as fast as str.translate, which looks at every character.
_NOT_PLAIN = re.compile(f"[{''.join(_PLAIN)}]")

# Scripts without spaces between words: Thai, Lao, Burmese and Khmer; kana and Chinese characters.
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+|[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")

# Thai; kana, Chinese characters and Hangul: one character is as much text as several Latin letters.
DENSE = lazy("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")

_DIGIT = re.compile(r"\d")

ORNAMENTS = " :|»«›‹>→←▶►▸▼•·*+#…-_=~()[]<：｜＞＜＊＋＃＿＝～（）［］【】〔〕〈〉《》・●○◎■□◆◇★☆※▲△▽◀▷▪▫◦❯❮➔➜➤"
_DOTS_AND_ORNAMENTS = f".{ORNAMENTS}"
# Characters. No label is longer, and comparing whole paragraphs letter by letter would be slow.
MAX_LABEL_CHARS = 240
# Letters that one label is written with on one site and not on another: Arabic by a Persian keyboard or without its
# hamza, Russian without "ё", Greek capitals without accents, Turkish ones whose "i" has lost or found its dot, Hindi
# with either nasal sign; points, joiners and direction marks say how a label is read or set.
_ALIKE = {
    **dict.fromkeys("أإآٱ", "ا"), **dict.fromkeys("ىیئے", "ي"), **dict.fromkeys("ةہەۀ", "ه"), "ک": "ك", "ؤ": "و",
    "ё": "е", "ı": "i", "ँ": "ं", "\u200c": " ",
    **{accented: normalize("NFD", accented)[0] for accented in "άέήίόύώϊϋΐΰ"},
    **dict.fromkeys(map(chr, (
        0x307, 0x640, 0x670, 0x93C, 0xAD, 0x61C, 0x200B, 0x200D, 0x200E, 0x200F, 0x2060, 0xFE0E, 0xFE0F, 0xFEFF,
        *range(0x5B0, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C7, *range(0x64B, 0x656), *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )), ""),
}  # fmt: skip
_NOT_ALIKE = re.compile(f"[{''.join(_ALIKE)}]")
# Full stops of Latin, Chinese and Japanese, Arabic, Hindi, Urdu, Armenian, Ethiopic, Burmese and Khmer writing.
FINAL_PUNCTUATION = ".!?…。！？｡．؟।॥۔։።၊။។៕"
# Characters that may follow the full stop of a sentence: quotes, brackets.
CLOSERS = "'\")]}’”»›）」』"
_FINAL, _AFTER_FINAL = tuple(FINAL_PUNCTUATION), CLOSERS + " "


def plain(text: str) -> str:
    """Return a text with plain quotes, dashes and spaces, one character for one; a line break becomes a space.

    >>> plain("Image caption – ‘Human life’")
    "Image caption - 'Human life'"
    """
    return text if text.isascii() and "\n" not in text else _NOT_PLAIN.sub(lambda match: _PLAIN[match[0]], text)


def fold(text: str) -> str:
    """Return the plain view without case.  It may be longer than the text ("ß"), so places in it mean nothing.

    >>> fold("Belarus’ LUKASHENKO")
    "belarus' lukashenko"
    """
    return plain(text).casefold()


def label(text: str) -> str:
    """Return a folded text without ornaments around it, and in one of its spellings.

    >>> label("Read More »") == label("• read more:") == label("Read more...") == "read more"
    True
    >>> label("ПОДПИСАТЬСЯ ЕЩЁ") == label("【Подписаться еще】")
    True
    """
    return bare(fold(text))


def labels(texts: Sequence[str]) -> list[str]:
    """Return the labels of short texts. A start makes twenty thousand: together, they take a third of the time.

    >>> labels(["Read More »", "【Подписаться еще】"])
    ['read more', 'подписаться еще']
    """
    if not texts or any(len(text) > MAX_LABEL_CHARS // 2 or "\0" in text for text in texts):
        return [label(text) for text in texts]
    stripped = "\0".join(map(_stripped, fold("\0".join(texts)).split("\0")))
    if stripped.isascii():
        return stripped.split("\0")
    alike = _NOT_ALIKE.sub(lambda match: _ALIKE[match[0]], normalize("NFKC", stripped))
    return [_stripped(" ".join(text.split())) for text in alike.split("\0")]


def bare(folded: str) -> str:
    """Return a folded text as a label; one that is too long for a label is only stripped of its ornaments."""
    stripped = _stripped(folded)
    if stripped.isascii() or len(stripped) > MAX_LABEL_CHARS:
        return stripped
    alike = _NOT_ALIKE.sub(lambda match: _ALIKE[match[0]], normalize("NFKC", stripped))
    return _stripped(" ".join(alike.split()))


def _stripped(folded: str) -> str:
    """Return a text without its ornaments.

    Two full stops and more are an ellipsis, but a word with one may be said in a story: "Listen..."
    """
    stripped = folded.strip(ORNAMENTS)
    return stripped.rstrip(_DOTS_AND_ORNAMENTS) if stripped.endswith("..") and " " in stripped else stripped


def space_before(text: str, end: int) -> int:
    """Return where the white space before a place begins.  No copy is made of the text before it."""
    while end and text[end - 1].isspace():
        end -= 1
    return end


def space_after(text: str, start: int) -> int:
    """Return where the white space behind a place ends.  No copy is made of the text behind it."""
    while start < len(text) and text[start].isspace():
        start += 1
    return start


def count_words(text: str) -> int:
    """Return the number of words; without spaces between words, two Chinese characters or five Thai letters are one.

    >>> count_words("Nobody met her."), count_words("青江市政府周三宣布"), count_words("第三座大桥 opens")
    (3, 5, 4)
    """
    if text.isascii() or not (spaceless := _SPACELESS.findall(text)):
        return len(text.split())
    ideographs = sum(len(run) for run in spaceless if run[0] >= "\u2e80")
    letters = sum(map(len, spaceless)) - ideographs
    return len(_SPACELESS.sub(" ", text).split()) + (ideographs + 1) // 2 + (letters + 4) // 5


def is_label(text: str, labels: frozenset[str]) -> bool:
    """Return true if the text is one of these labels, folded and without ornaments; long texts are not folded.

    >>> labels = frozenset({"read more"})
    >>> is_label("Read More »", labels), is_label("He read on, and more was to come.", labels)
    (True, False)
    """
    last = text[-1:]
    is_bare = text[:1].isalnum() and (last == "." or last.isalnum())
    longest, longest_ascii = _longest(labels)  # a bare text is as long as its label, or short
    return not (is_bare and len(text) > (longest_ascii if text.isascii() else longest)) and label(text) in labels


@lru_cache
def _longest(labels: frozenset[str]) -> tuple[int, int]:
    longest = max(map(len, labels), default=0)
    return max(MAX_LABEL_CHARS, longest), longest


def shape(folded: str) -> str:
    """Return a folded text with every digit a "0": times and dates that are written alike have the same shape.

    >>> shape("updated 18:47 bst")
    'updated 00:00 bst'
    """
    return dotted(_DIGIT.sub("0", folded))


def dotted(folded: str) -> str:
    """Return a folded text with each "i" of Turkish as one: to `re` "ı" and "İ" are "i" in another case.

    >>> dotted("İzmir’in Ilıca’sı".casefold())
    'izmir’in ilica’si'
    """
    return folded if folded.isascii() else folded.replace("i̇", "i").replace("ı", "i")


def has_full_stop(text: str) -> bool:
    """Return whether a text is in writing that marks the end of a sentence: Thai and Lao do not."""
    return not text or not "\u0e00" <= text.rstrip(_AFTER_FINAL)[-1:] <= "\u0eff"


def ends_sentence(text: str) -> bool:
    """Return true if the text ends like a sentence, perhaps within closing quotes or brackets.

    >>> ends_sentence("“Power is not given to be taken, thrown and given away.”"), ends_sentence("Grim conditions")
    (True, False)
    """
    return text.rstrip(_AFTER_FINAL).endswith(_FINAL)
