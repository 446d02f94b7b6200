"""The certain steps: each repairs one kind of damage, and its row says why the repair is certain.

A step has a name, a class of characters that it requires, and a function from text to text.  Some steps use ftfy, which
is imported (in 70 ms) when the first block needs it.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from unicodedata import normalize

from msgspec import Struct

from etl.repair.alphabet import CENTRAL_HALVES, MAX_CHARS_TO_COMPOSE, maybe_mojibake


class Step(Struct, frozen=True, gc=False):
    """One step of a repair: `mend` is tried on text with one of these characters (a class)."""

    rule: str
    characters: re.Pattern[str]
    mend: Callable[[str], str]


def _step(rule: str, characters: str, mend: Callable[[str], str]) -> Step:
    return Step(rule, re.compile(characters), mend)


def _sub(pattern: str, after: str | Callable[[re.Match[str]], str]) -> Callable[[str], str]:
    return partial(re.compile(pattern, re.M).sub, after)


def _joined(surrogates: re.Match[str]) -> str:
    """Return the character of a surrogate pair; U+FFFD for a lone half."""
    return surrogates[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


# ---- entities ----

# `&amp;amp;amp;lt;` is one entity that was escaped several times.  It is found in one pass, because 100,000 of them
# would otherwise take minutes.
_AMPERSANDS = r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)*"
_ENTITY = re.compile(_AMPERSANDS + r"(#?[0-9A-Za-z]{1,24};)")
# `Use the &lt;b&gt; tag` shows markup on purpose, and would become markup.  A single `5 &lt; 6` is a sign.
_TAG = re.compile(_AMPERSANDS + r"(?:lt|LT|#0*60|#[xX]0*3[cC]);\s*[/!?]?[A-Za-z]")


def _unescape(text: str) -> str:
    return _ENTITY.sub(partial(_character, not _TAG.search(text)), text)


def _character(angles_are_signs: bool, entity: re.Match[str]) -> str:
    """Return the character of an entity; a name that is not an entity (`&chips;`) stays."""
    from html import unescape

    from ftfy.chardata import HTML_ENTITIES

    name = f"&{entity[1]}"
    character = unescape(name) if name.startswith("&#") else HTML_ENTITIES.get(name, name)
    half_read = ";" in character and character != ";"
    return name if half_read or (character in ("<", ">") and not angles_are_signs) else character


# ---- escapes that a program wrote and no program undid ----

_ESCAPES = re.compile(
    r"""(?<!\\)(?: (?P<code>(?:\\u[0-9a-fA-F]{4})+)       # Belarus\u2019s
               | (?P<bytes>(?:\\x[c-fC-F][0-9a-fA-F](?:\\x[89abAB][0-9a-fA-F]){1,3})+)   # Belarus\xe2\x80\x99s
               | (?<=\w)\\(?P<inner>['’])(?=\w)          # Belarus\'s
               | \\(?P<mark>["'])(?P<said>[^"'\\]*)\\(?P=mark)   # \"No\"
               | (?:(?:\\r)?\\n){2,}(?![+*?{|$)\]]) )   # First line.\n\nSecond: twice, or it may be C:\new""",
    re.X,
)
# Escapes of markup, controls and the backslash are written on purpose, and so are escapes of letters that need none.
_MEANT = re.compile(r"[\x00-\x1f\x7f-\x9f<>\\\ud800-\udfff]|^[A-Za-z0-9]$")


def _spelled_out(escape: re.Match[str]) -> str:
    if code := escape["code"]:
        units = bytes.fromhex(code.replace("\\u", ""))
        text = units.decode("utf-16-be", "surrogatepass")
        return code if _MEANT.search(text) else text
    if spelled := escape["bytes"]:
        return _of_utf8(bytes.fromhex(spelled.replace("\\x", ""))) or spelled
    if mark := escape["mark"]:
        return mark + escape["said"] + mark
    return escape["inner"] or "\n"


def _of_utf8(data: bytes) -> str:
    """Return the text of bytes of UTF-8; "" if they are none."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return ""


def _unquoted(printable: re.Match[str]) -> str:
    """Return the characters of `=E2=80=99`, which e-mail writes for an apostrophe."""
    return _of_utf8(bytes.fromhex(printable[0].replace("=", ""))) or printable[0]


# ---- mojibake ----

# `â€` begins a quote or dash of UTF-8 that was read as Windows-1252 (or 1250).  The third byte of ” is 0x9D, which has
# no character there and is often dropped.  Given `â€ she`, ftfy 6.3.1 takes the space for it: `†she`.
_THIRD = "\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸŚŤŹśťźˇ˘ŁĄŞŻłąşĽ˝ľż˛"
_LOST = re.compile(rf"â€(?=[^{_THIRD}?\ufffd])|(?<=â€œ)([^â“”]*)â€$|Ã¢â‚¬(?=[\s,.;:!)])")
# Or this byte became U+FFFD; behind an opening quote, it can only be the closing one.
_REPLACED = re.compile("(â€œ(?:(?!â€œ).)*?â€)\ufffd")


def _with_lost_quotes(line: str) -> str:
    """Return a text with the byte 0x9D back; at the end of a line only if a quote was open."""
    line = _REPLACED.sub("\\1\x9d", line)
    return _LOST.sub(lambda lost: lost[0] + ("\x9d" if lost[0].endswith("â€") else "Â\x9d"), line)


# `«MAÇû`, `“Â”` and `AMANHÃ…`: words in capitals end in Ã and Â, and what closes a quote stands behind them.
_CAPITAL_END = re.compile(r"(?<=[A-ZÀ-ÖØ-Þ“«‘„])[ÃÂ](?=[»›”’“‘…]+(?:[\s.,;:!?)\]]|$))")


# `â€?` may have been any of sixty characters, and `Ã?` too: U+FFFD says so, where other mojibake proves the line.
_LOST_TO_QUESTION = re.compile(r"[ÂÃâ]€?\?")
_PROVED = re.compile(rf"(?:[ÂÃ]|â€)[{_THIRD}]")


def _decode(text: str) -> str:
    """Return a text with each line decoded by ftfy, because one line may be mojibake and the next not."""
    if not maybe_mojibake().search(text):
        return text
    return "\n".join(_in_words(_decode_line(_without_letters(_without_console(line)))) for line in text.split("\n"))


def _decode_line(line: str) -> str:
    if _CAPITAL_END.search(line):  # another place in the line must prove it
        without = _CAPITAL_END.sub("A", line)
        if _decoded(without) == without:
            return line
    whole = _with_lost_quotes(line)
    decoded = _decoded(whole)
    return _decoded(line) if "\x9d" in decoded and whole != line else decoded


# A lower-case letter, and behind it a capital with an accent and half of a character: UTF-8 inside of a word.  What
# closes a quote proves that only if the word goes on, or behind Ä and Å (`drogÄ…`, `byÅ‚`).  And a word that begins
# with a sign: `Ã¥bningen`, or has one behind its capital: `RÄ«ga`.
_QUOTING = "‘’“”‚„…–—‹›«»\xa0"
_CONTINUES = "\x80-\x9f¡-ª¬-º¼-¿€ƒ†‡ˆ‰Š‹ŒŽ•˜™š›œžŸ"
_IN_WORD = re.compile(
    rf"(?<=[a-zß-öø-ÿ])(?:[Ã-Ù](?:[{_CONTINUES}]|[{_QUOTING}](?=[a-z]))|[ÄÅ][{_QUOTING}])"
    rf"|(?<=[A-Z])(?<![^\W_][A-Z])[ÃÄÅ][{_CONTINUES}{_QUOTING}](?=[a-z])"
    "|(?<![^\\W_])[ÃÄÅ][\x80-\x9f¡-ª¬-º¼-¿€ƒ†‡ˆ‰˜™](?=[a-z])"
)


def _in_words(line: str) -> str:
    """Return a line with UTF-8 undone that only a word proves: the line has letters that are right."""
    return _IN_WORD.sub(_letter, line)


def _letter(pair: re.Match[str]) -> str:
    """Return the letter of UTF-8 that was read as Windows-1252; within a word it is a small one."""
    letter = _of_utf8(pair[0].encode("sloppy-windows-1252"))
    is_right = letter.isalpha() and (letter.islower() or not pair.string[: pair.start()][-1:].isalpha())
    return letter if is_right else pair[0]


# UTF-8 that was read as KOI8-R: `п∙я│п╩п╦`, or as Windows-1256: `ط§ظ„ظ‚`.  What follows the п and я are lines that
# boxes are drawn with, and signs the ط and ظ; two such pairs prove the line.  As Windows-1250, `fĂĽr` and `Ĺľivot`: a
# capital within a word, or at its beginning, before what is no letter of its language; `Ăştia` is Romanian.
_PAIRS = {
    ("koi8-r", "koi8-u"): "(?:[бпя][\u2500-\u25ff∙√≈≤≥⌠⌡°²·÷ё©\xa0]{1,2}){2}",
    ("cp1256",): "(?:[طظعغ][€‚ƒ„…†‡ˆ‰‹Œ•™›œ¢-©¬®-¹¼-¾]){2}",
    (
        "sloppy-windows-1250",
    ): rf"(?<=[a-zß-öø-ž])[ĂĹ][{CENTRAL_HALVES}]|(?<!\w)[ĂĹ](?!ş|[‘-”])[{CENTRAL_HALVES}](?=[a-z])",
}
_OF_LETTERS = {codecs: re.compile(pair) for codecs, pair in _PAIRS.items()}
_WORD = re.compile(r"[^ \t]+")


# UTF-8 that was read as code page 850 or 437, those of a console: `d├®j├á`, `LÔÇÖusine`.  A line that boxes are drawn
# with stands beside no letter, and Ô and Γ before no Ç that begins a quote or dash.
_CONSOLE = re.compile("[├┬┼][^\x00-\x7f](?:(?<=[A-Za-z]..)|(?=[a-z]))|[ÔΓ](?:Ç[ôöÿÖ£Ø¥×ªóÄï]|é¼)")
_CONSOLE_CHARACTERS = {
    codec: re.compile(rf"[┬├─┼][{halves}]|[ÔΓ][{halves}]{{2}}")
    for codec in ("cp850", "cp437")
    for halves in (bytes(range(0x80, 0xC0)).decode(codec),)
}


def _without_console(line: str) -> str:
    """Return a line with its UTF-8 decoded, by the code page that leaves the least mojibake."""
    if not _CONSOLE.search(line):
        return line
    return min((each.sub(partial(_from_console, codec), line) for codec, each in _CONSOLE_CHARACTERS.items()), key=len)


def _from_console(codec: str, character: re.Match[str]) -> str:
    try:
        return character[0].encode(codec).decode()
    except UnicodeError:
        return character[0]


def _without_letters(line: str) -> str:
    """Return a line with its UTF-8 decoded that was read in a code page of other letters."""
    import ftfy  # noqa: F401 - the import registers the codec

    codecs = next((codecs for codecs, proof in _OF_LETTERS.items() if proof.search(line)), ())
    return _WORD.sub(partial(_from_letters, codecs), line) if codecs else line


def _from_letters(codecs: Sequence[str], word: re.Match[str]) -> str:
    for codec in codecs:
        try:
            return word[0].encode(codec).decode()
        except UnicodeError:
            continue
    return word[0]


def _decoded(line: str) -> str:
    from ftfy import TextFixerConfig, fix_encoding_and_explain
    from ftfy.fixes import fix_c1_controls

    lossy = not _LOST_TO_QUESTION.search(line) or bool(_PROVED.search(line))
    return fix_c1_controls(fix_encoding_and_explain(line, TextFixerConfig(replace_lossy_sequences=lossy)).text)


# ---- letters ----


def _unligatured(text: str) -> str:
    from ftfy.fixes import fix_latin_ligatures

    return fix_latin_ligatures(text)


_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3001-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff61-\uffdc\U00020000-\U0003ffff]")
_NARROW = {0x3000: " ", **{wide: chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}}


def _narrow(text: str) -> str:
    """Return Latin text in full width as normal text; among Chinese or Japanese, full width is typography and stays."""
    return text if _EAST_ASIAN.search(text) else text.translate(_NARROW)


def _composed(text: str) -> str:
    return text if len(text) > MAX_CHARS_TO_COMPOSE else normalize("NFC", text)


# ---- white space ----

_BREAK = re.compile(r"\r\n|[\n\r\u2028\u2029]")
# Chinese and Japanese have no space between words, and so none where a line was wrapped.
SPACELESS = "\u2e80-\u312f\u31a0-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60"
_WRAPPED_SPACELESS = rf"(?<=[{SPACELESS}])[^\S\n]*\n[^\S\n]*(?=[{SPACELESS}])"
_BLANK_LINES = re.compile(r"(\r?\n)(?:[^\S\n]*\n)+")


def _with_one_break(text: str) -> str:
    """Return a block with one kind of line break (that of Windows if it is the only one), and without blank lines."""
    kinds = set(_BREAK.findall(text))
    if not kinds <= {"\n"} and kinds != {"\r\n"}:
        text = _BREAK.sub("\n", text)
    return _BLANK_LINES.sub(r"\1", text)


# Two or more, or one that is no plain space.  It begins with one class, which `re` scans for at full speed.
_RUN = re.compile(r"[^\S\r\n](?:[^\S\r\n]+|(?<=[\x0b\x0c\xa0\u202f]))")
_AROUND_BREAK = re.compile(r"[^\S\r\n]?(\r?\n)[^\S\r\n]?")


def _spaced(text: str) -> str:
    single = _RUN.sub(" ", text)
    return _AROUND_BREAK.sub(r"\1", single) if "\n" in single else single


_TERMINAL = r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))"
_ZERO_WIDTH = "\u2060\u206a-\u206f\ufeff\ufff9-\ufffc"
_SPACELESS = "\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u1aad\u200b"
# A zero-width space that parts no words of such a script.
STRAY_SPACE = f"(?<![{_SPACELESS}])\u200b+(?![{_SPACELESS}])"
_INVISIBLE = f"[{_ZERO_WIDTH}]+|{STRAY_SPACE}"
_LABEL = "^(?:[Ii]mage|[Mm]edia|[Vv]ideo) (?:caption|copyright|credit|source)(?=[‘“]?[A-Z])"


def _parted(label: re.Match[str]) -> str:
    return label[0] + " "  # the template `\g<0> ` takes twice as long


SURE = (
    # A JSON writer that knew only UTF-16: two halves are one character, a half alone is lost.
    _step("repair/surrogate", "[\ud800-\udfff]", _sub("[\ud800-\udfff]+", _joined)),
    # Colours of a terminal, titles of its window; taken out whole, or `[31m` would stay as text.
    _step("repair/terminal", "\x1b", _sub(_TERMINAL, "")),
    # NUL, bell, delete: nobody types them.
    _step("repair/control", r"[\x00-\x08\x0e-\x1f\x7f]", _sub(r"[\x00-\x08\x0e-\x1f\x7f]+", "")),
    # Only with a semicolon and only names that exist: `AT&T`, `fish &chips;` stay.
    _step("repair/entity", "&", _unescape),
    _step("repair/escape", r"\\", partial(_ESCAPES.sub, _spelled_out)),
    # UTF-8 as e-mail writes it: two bytes or more that are one character.
    _step("repair/quoted-printable", "=", _sub("(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F]){1,3})+", _unquoted)),
    # UTF-8 that was read as something else, proved by its being valid UTF-8 when read back.
    _step("repair/mojibake", r"[^\x00-\x7f]", _decode),
    # ﬁ is how a printer sets fi; æ and œ are letters and stay.
    _step("repair/ligature", "[ĲĳŉǄ-ǌǱ-ǳﬀ-ﬆ]", _unligatured),
    _step("repair/width", "[Ａ-Ｚａ-ｚ]", _narrow),
    # One spelling for what looks and means the same.  Never NFKC: 10³ is not 103.
    _step("repair/compose", r"[^\x00-\x7f]", _composed),
    # A hint to a typesetter, and the line break it was there for.
    _step("repair/soft-hyphen", "\xad", _sub("\xad+(?:\r?\n)?", "")),
    # ZWJ and ZWNJ spell words and emoji and stay; U+200B parts words in Thai, Khmer, Lao and Burmese and stays there.
    _step("repair/zero-width", f"[{_ZERO_WIDTH}\u200b]", _sub(_INVISIBLE, "")),
    _step("repair/breaks", r"[\n\r\u2028\u2029]", _with_one_break),
    _step("repair/wrapped", "\n", _sub(_WRAPPED_SPACELESS, "")),
    # A label and a text of two elements that were joined: `image captionKolesnikova is…`.
    _step("repair/label", "[A-Z]", _sub(_LABEL, _parted)),
    # Runs of spaces, leftovers of pages, space at the ends of lines; and no-break spaces, which serve the page's width.
    _step("repair/spaces", r"\s", _spaced),
    _step("repair/spaces", r"\s", str.strip),
)
# Guesses and the repairs of packs come before white space, which some of them leave.
SPACING = SURE[-2:]
