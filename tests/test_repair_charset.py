"""Documents that were read in the wrong encoding as a whole: read back where their letters prove it, else left."""

import ftfy  # noqa: F401  registers sloppy-windows-1252
import pytest
from text_cases import stories

import etl
from etl.repair.charset import ALPHABETS, recoded

# What encodings of one byte do not have.
_TYPED = str.maketrans("„“”«»–—…’", '"""""--.\'')

DAMAGED = [
    *(("cs", codec) for codec in ("cp1250", "iso8859-2")),
    *(("pl", codec) for codec in ("cp1250", "iso8859-2")),
    *(("ru", codec) for codec in ("cp1251", "koi8-r")),
    *(("uk", codec) for codec in ("cp1251", "koi8-u")),
    ("hr", "cp1250"),
    ("hu", "cp1250"),
    ("sk", "cp1250"),
    ("tr", "cp1254"),
    ("lt", "cp1257"),
    ("lv", "cp1257"),
    ("el", "cp1253"),
    ("bg", "cp1251"),
    ("ar", "cp1256"),
    ("he", "cp1255"),
    ("th", "cp874"),
    ("zh", "gb18030"),
    ("zht", "big5"),
    ("ja", "euc_jp"),
    ("ko", "cp949"),
    *((language, "utf-8") for language in ("ar", "el", "ja", "ko", "th", "vi", "zh")),
]


@pytest.mark.parametrize(("language", "codec"), DAMAGED)
def test_a_document_in_the_wrong_encoding_is_read_back(language: str, codec: str) -> None:
    texts = [text.translate(_TYPED) for text in stories()[language]]
    damaged = [text.encode(codec).decode("latin-1" if codec == "utf-8" else "sloppy-windows-1252") for text in texts]
    result = etl.clean("\n\n".join(damaged))
    assert result.text == "\n\n".join(texts)


def test_korean_with_units_in_one_character_is_read_back() -> None:
    text = (
        "해안시는 18일 노후 상수도관 120㎞를 2028년까지 교체한다고 밝혔다.\n\n"
        "시민단체는 공사비가 수도 요금에 반영될 것을 우려했다. 시는 단수 시간을 미리 알릴 예정이다."
    )
    assert etl.clean(text.encode("cp949").decode("latin-1")).text == text


@pytest.mark.parametrize("language", ["cs", "da", "de", "hr", "hu", "it", "pl", "sk", "sl", "sv"])
def test_utf_8_that_was_read_as_windows_1250_is_read_back(language: str) -> None:
    texts = [text.translate(_TYPED) for text in stories()[language]]
    damaged = [text.encode().decode("sloppy-windows-1250") for text in texts]
    assert etl.clean("\n\n".join(damaged)).text == "\n\n".join(texts)


@pytest.mark.parametrize(
    "text", ["Scria „CASĂ” și „MASĂ” pe ușă, și niciodată altceva.", "Ăştia sunt, Ăştia au fost, spune bătrânul."]
)
def test_romanian_in_capitals_stays(text: str) -> None:
    assert etl.clean(text).text == text


def test_a_short_russian_text_is_not_read_as_greek() -> None:
    text = (
        "В Озёрском открыли мост через реку Белую, который строили девять лет.\n\n"
        "Жители ждали его и ездили на пароме.\n\nГлава района обещал автобус."
    )
    assert etl.clean(text.encode("cp1251").decode("latin-1")).text == text


@pytest.mark.parametrize("language", sorted(stories()))
def test_a_document_in_the_right_encoding_stays(language: str) -> None:
    assert recoded(stories()[language]) is None


@pytest.mark.parametrize(
    "texts",
    [
        pytest.param(
            ["Søren Kjær og Þórður Guðmundsson bauð þýðingu í Reykjavík, sagði Ørsted á íslensku."], id="Icelandic"
        ),
        pytest.param(["Prezydent powiedzia³ to wczoraj w Warszawie, a potem wyjecha³."], id="too few letters"),
    ],
)
def test_what_is_not_proved_stays(texts: list[str]) -> None:
    assert recoded(texts) is None


def test_alphabets_are_of_small_letters() -> None:
    assert all(letters == letters.lower() or "İ" in letters for letters, _ in ALPHABETS.values())
