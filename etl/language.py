"""The language of a text, if its source does not name it.

Rules with this language in their scope then apply to the text.  py3langid knows 97 languages.  Only the languages of
rules and of most news are considered, because on short texts a rare language may win by chance, as Malay over
Indonesian.  English is recognised by its function words, which takes less time and is certain.
"""

import re
from collections.abc import Sequence
from functools import cache
from itertools import accumulate

from etl.fold import DENSE, count_words
from etl.language_model import Identifier, identifier
from etl.lazy_regex import lazy

# Characters of the sample.  On 500 py3langid is right as often as on whole articles, in 0.2 ms.
SAMPLE_CHARS = 500
# Letters.  A headline is too short: "Seven die" is Dutch to any detector.
MIN_LETTERS = 40
MIN_LETTERS_CJK = 10
# Probability among the languages that are considered.
MIN_CONFIDENCE = 0.8
# Shares of the words of a sample.  English news has 6 % "the", 25 % function words; Dutch and German, which share the
# most with English ("in", "is", "was", "will"), have none that only English has.
MIN_ENGLISH_ALONE, MIN_FUNCTION_WORDS = 0.03, 0.15
# Agency style leaves out many function words.  Then more of them must be words that only English has, and the text must
# be longer than a title.
MIN_SURE, MIN_SURE_WORDS = 0.06, 3
# Words.  A shorter text is a headline, which is probably in the language of the text around it.
MIN_WORDS = 20
ENGLISH_ALONE = frozenset(
    "the and that with from this have they which been said were would there their its into about could should when "
    "what who how your you because while those through between against amid says".split()
)
ENGLISH = ENGLISH_ALONE | frozenset(
    "of to for as on by at it be his her has had are not but will an or than after also".split()
)
LANGUAGES = (
    *("ar", "be", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr"),
    *("hu", "id", "it", "ja", "ko", "lt", "is", "lv", "mk", "nl", "no", "pl", "pt", "ro", "ru", "sk", "sl", "sq"),
    *("sr", "sv", "ta", "th", "tr", "uk", "ur", "vi", "zh"),
)

# Words.  In shorter texts, names and quotations decide the result.
MIN_WORDS_TO_CONTRADICT = 40
# Number of the longest blocks that must agree: one of them may be a quotation.
MAX_WITNESSES = 3
# Codes of the same language, or of languages that a detector cannot distinguish.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "in": "id", "hr": "sr", "bs": "sr", "tl": "fil"}

# Letters that none of LANGUAGES has, with their language; "" if several languages have them.  py3langid would give a
# text with them the code of a language with similar letters, or of any.  The first range with such a letter counts.
_FOREIGN = (
    ("\u0a01-\u0a7f", "pa"), ("\u0a81-\u0aff", "gu"), ("\u0b01-\u0b7f", "or"), ("\u0c00-\u0c7f", "te"),
    ("\u0c80-\u0cff", "kn"), ("\u0d00-\u0d7f", "ml"), ("\u0d80-\u0dff", "si"), ("\u0e80-\u0eff", "lo"),
    ("\u1000-\u109f", "my"), ("\u1780-\u17ff", "km"), ("\u10a0-\u10ff", "ka"), ("\u0530-\u058f", "hy"),
    ("\u1200-\u137f", ""), ("ҳҷӣӯ", ""), ("ұ", "kk"), ("әғқңһҗ", ""), ("өү", "mn"), ("ښځڅډړږڼې", "ps"),
    ("ێۆڕڵەٽڄڳڻ", ""), ("ə", "az"), ("\ufb50-\ufdff\ufe70-\ufefc", ""),
)  # fmt: skip
_FOREIGN_LETTER = lazy("[" + "".join(letters for letters, _ in _FOREIGN) + "]")
# The least share of such letters: a text may quote a foreign name.
MIN_FOREIGN = 1 / 60
# Words of nearly any text in Hindi, which Nepali and Marathi lack; a word or letter of Marathi.
_HINDI, _MARATHI = lazy(r"है|में| क[ेी] | और "), lazy("आहे|ळ")

_WORD = lazy(r"[^\W\d_]+")
# Letters of ASCII in lower case; a space for all else.
_LETTERS = bytes(byte if byte in b"abcdefghijklmnopqrstuvwxyz" else 32 for byte in bytes(range(256)).lower())


def detect(texts: Sequence[str], longest: str = "") -> str:
    """Return the ISO 639-1 code of the language of some blocks; "" if they are too short or the answer is unsure.

    `longest` is the longest block of their document: beside an English one a headline is English.

    >>> detect(["Tens of thousands of people marched through the centre of Minsk on Sunday, said the police."])
    'en'
    """
    sample = max(texts, key=len, default="")[:SAMPLE_CHARS]
    words = _words(sample)
    letters = sum(map(len, words))
    if letters < MIN_LETTERS and (letters < MIN_LETTERS_CJK or not DENSE.search(sample)):
        return ""
    if _is_english(words):
        return "en"
    if len(words) < MIN_WORDS and _is_english(_words(longest[:SAMPLE_CHARS])):
        return "en"
    foreign = _FOREIGN_LETTER.findall(sample)
    if foreign and len(foreign) >= MIN_FOREIGN * len(sample):
        return _of_letters(foreign)
    language, confidence = _identifier().classify(sample)
    if confidence < MIN_CONFIDENCE:
        return ""
    if language == "hi" and not _HINDI.search(sample):
        return "mr" if _MARATHI.search(sample) else "ne"
    return language


def _of_letters(foreign: Sequence[str]) -> str:
    """Return the language of these letters: that of the first range with one of them."""
    text = "".join(set(foreign))
    return next(code for letters, code in _FOREIGN if re.search(f"[{letters}]", text))


def contradicted(said: str, texts: Sequence[str]) -> str:
    """Return the language of some blocks if it differs from the language that their source names; "" otherwise.

    >>> german = "Nur selten tritt jemand aus seinen alten Pfaden hervor, und so blieb auch dieser Plan ohne Folgen. "
    >>> contradicted("en-US", [german * 3]), contradicted("de", [german * 3]), contradicted("tlh", [german * 3])
    ('de', '', '')
    """
    claimed = _of_one_language(re.split("[-_]", said.lower())[0])
    longest = sorted(texts, key=len, reverse=True)
    words = accumulate(map(count_words, longest))
    if claimed not in LANGUAGES or not any(count >= MIN_WORDS_TO_CONTRADICT for count in words):
        return ""
    found = ""
    for text in longest[:MAX_WITNESSES]:
        language = detect([text])
        if language and (_of_one_language(language) == claimed or found not in ("", language)):
            return ""
        found = language or found
    return found


def _of_one_language(code: str) -> str:
    return _SAME.get(code, code)


def _words(sample: str) -> list[str]:
    if sample.isascii():  # the same result, in a tenth of the time
        return sample.encode().translate(_LETTERS).decode().split()
    return _WORD.findall(sample.casefold())


def _is_english(words: Sequence[str]) -> bool:
    known = [word for word in words if word in ENGLISH]
    alone = [word for word in known if word in ENGLISH_ALONE]
    if len(alone) >= MIN_SURE_WORDS and len(alone) >= MIN_SURE * len(words):
        return True
    return (
        bool(words) and len(known) >= MIN_FUNCTION_WORDS * len(words) and len(alone) >= MIN_ENGLISH_ALONE * len(words)
    )


@cache
def _identifier() -> Identifier:
    """Return py3langid's model for our languages.  It takes 0.1 s to load, and never changes."""
    return identifier(LANGUAGES)
