"""Bytes to text: every encoding that news comes in, with the right, no and a wrong declaration; and what is not text."""

import codecs
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.decode import codec_of, decode
from etl.errors import Unreadable
from etl.model import Kind, Raw

NEWS = {
    "en": "The president said on Tuesday that the talks would go on – “as long as it takes”. The café’s owner was naïve.",
    "fr": "Le président a déclaré mardi que les négociations se poursuivraient. Les élèves français ont été reçus à midi.",
    "de": "Der Präsident erklärte am Dienstag, die Gespräche würden fortgeführt. Größere Änderungen müssen geprüft werden.",
    "es": "El presidente dijo el martes que las conversaciones continuarán mañana. ¿Qué pasará después? El niño señaló.",
    "pl": "Prezydent powiedział we wtorek, że rozmowy będą trwały dalej. Źródła rządowe mówią, że ludzie wyszli na ulice.",
    "cs": "Prezident v úterý řekl, že jednání budou pokračovat. Příliš žluťoučký kůň úpěl ďábelské ódy ve městě.",
    "hu": "Az elnök kedden azt mondta, hogy a tárgyalások folytatódnak. Az őszi ülésszakon döntenek az új törvényről.",
    "ro": "Preşedintele a declarat marţi că discuţiile vor continua. Şcolile vor fi închise până săptămâna viitoare.",
    "hr": "Predsjednik je u utorak rekao da će se razgovori nastaviti. Građani traže šire mjere, a ministar žuri.",
    "ru": "Президент заявил во вторник, что переговоры будут продолжены. Новые меры вступят в силу на следующей неделе.",
    "uk": "Президент заявив у вівторок, що переговори будуть продовжені. Нові заходи набудуть чинності наступного тижня.",
    "bg": "Президентът заяви във вторник, че преговорите ще продължат. Гражданите трябва да са готови за новите мерки.",
    "el": "Ο πρόεδρος δήλωσε την Τρίτη ότι οι συνομιλίες θα συνεχιστούν. Τα νέα μέτρα θα ισχύσουν από την εβδομάδα.",
    "tr": "Cumhurbaşkanı salı günü görüşmelerin süreceğini söyledi. Yeni önlemler gelecek hafta yürürlüğe girecek.",
    "he": "הנשיא אמר ביום שלישי כי השיחות יימשכו. הצעדים החדשים ייכנסו לתוקף בשבוע הבא והאזרחים צריכים להיות מוכנים.",
    "ar": "قال الرئيس يوم الثلاثاء إن المحادثات ستستمر. وستدخل الإجراءات الجديدة حيز التنفيذ الأسبوع المقبل.",
    "lt": "Prezidentas antradienį sakė, kad derybos bus tęsiamos. Naujos priemonės įsigalios kitą savaitę, žmonės laukia.",
    "lv": "Prezidents otrdien sacīja, ka sarunas turpināsies. Jaunie pasākumi stāsies spēkā nākamnedēļ, un jābūt gataviem.",
    "et": "President ütles teisipäeval, et kõnelused jätkuvad. Uued meetmed jõustuvad järgmisel nädalal, šokk on möödas.",
    "th": "ประธานาธิบดีกล่าวเมื่อวันอังคารว่าการเจรจาจะดำเนินต่อไป มาตรการใหม่จะมีผลบังคับใช้ในสัปดาห์หน้า",
    "ja": "大統領は火曜日、会談を続けると述べた。政府は新しい措置が来週から実施されると発表し、市民に準備を呼びかけた。",
    "zh": "总统星期二表示，会谈将继续进行。政府宣布，新的措施将于下周生效，市民应当做好准备。记者从北京报道。",
    "tw": "總統星期二表示，會談將繼續進行。政府宣布，新的措施將於下週生效，市民應當做好準備。記者從臺北報導。",
    "ko": "대통령은 화요일 회담이 계속될 것이라고 말했다. 새로운 조치가 다음 주부터 시행될 것이라고 발표했다.",
}
# Python codec, language of the text, the label that pages give.
ENCODINGS = [
    ("cp1252", "en", "windows-1252"),
    ("latin-1", "fr", "iso-8859-1"),
    ("cp1252", "de", "iso-8859-1"),
    ("latin-1", "es", "latin1"),
    ("iso8859-15", "fr", "iso-8859-15"),
    ("mac-roman", "fr", "macintosh"),
    ("cp1250", "pl", "windows-1250"),
    ("iso8859-2", "pl", "iso-8859-2"),
    ("iso8859-16", "pl", "iso-8859-16"),
    ("cp1250", "cs", "cp1250"),
    ("iso8859-2", "cs", "latin2"),
    ("cp1250", "hu", "windows-1250"),
    ("iso8859-2", "ro", "iso-8859-2"),
    ("cp1250", "hr", "windows-1250"),
    ("cp1251", "ru", "windows-1251"),
    ("koi8-r", "ru", "koi8-r"),
    ("iso8859-5", "ru", "iso-8859-5"),
    ("cp866", "ru", "ibm866"),
    ("mac-cyrillic", "ru", "x-mac-cyrillic"),
    ("cp1251", "uk", "cp1251"),
    ("koi8-u", "uk", "koi8-u"),
    ("cp1251", "bg", "windows-1251"),
    ("cp1253", "el", "windows-1253"),
    ("iso8859-7", "el", "iso-8859-7"),
    ("cp1254", "tr", "windows-1254"),
    ("iso8859-9", "tr", "iso-8859-9"),
    ("cp1255", "he", "windows-1255"),
    ("iso8859-8", "he", "iso-8859-8"),
    ("cp1256", "ar", "windows-1256"),
    ("iso8859-6", "ar", "iso-8859-6"),
    ("cp1257", "lt", "windows-1257"),
    ("iso8859-13", "lv", "iso-8859-13"),
    ("iso8859-4", "lv", "iso-8859-4"),
    ("cp1257", "et", "windows-1257"),
    ("cp874", "th", "windows-874"),
    ("tis-620", "th", "tis-620"),
    ("shift_jis", "ja", "shift_jis"),
    ("cp932", "ja", "windows-31j"),
    ("euc_jp", "ja", "euc-jp"),
    ("iso2022_jp", "ja", "iso-2022-jp"),
    ("gb2312", "zh", "gb2312"),
    ("gbk", "zh", "gbk"),
    ("gb18030", "zh", "gb18030"),
    ("hz", "zh", "hz-gb-2312"),
    ("big5", "tw", "big5"),
    ("euc_kr", "ko", "euc-kr"),
    ("cp949", "ko", "ks_c_5601-1987"),
    ("iso2022_kr", "ko", "iso-2022-kr"),
    ("utf-8", "fr", "utf-8"),
    ("utf-8", "ru", "utf-8"),
    ("utf-8", "ja", "utf8"),
    ("utf-8-sig", "pl", "utf-8"),
    ("utf-16", "ru", "utf-16"),
    ("utf-16-le", "en", "utf-16le"),
    ("utf-16-be", "ru", "utf-16be"),
    ("utf-32", "en", "utf-32"),
]


def page(text: str, label: str) -> str:
    meta = f'<meta http-equiv="Content-Type" content="text/html; charset={label}">' if label else ""
    return f"<!doctype html><html><head>{meta}<title>News</title></head><body><p>{text}</p></body></html>"


@pytest.mark.parametrize("situation", ["plain", "right meta", "no meta", "wrong meta"])
@pytest.mark.parametrize(("codec", "language", "label"), ENCODINGS, ids=[f"{row[0]}-{row[1]}" for row in ENCODINGS])
def test_encoding(codec: str, language: str, label: str, situation: str) -> None:
    wrong = "windows-1251" if codec.startswith("utf") else "utf-8"
    text = NEWS[language].encode(codec, "ignore").decode(codec)
    kind: Kind = "text" if situation == "plain" else "html"
    if kind == "html":
        text = page(text, {"right meta": label, "no meta": "", "wrong meta": wrong}[situation])
    assert decode(Raw("page", text.encode(codec), "", kind)).text == text


@pytest.mark.parametrize("label", ["iso-8859-1", "windows-1251", "shift_jis", "utf-16", "koi8-r", "big5", "macintosh"])
@pytest.mark.parametrize("language", ["en", "fr", "ru", "ja", "ar"])
def test_utf8_overrules_any_declaration(label: str, language: str) -> None:
    text = page(NEWS[language], label)
    decoded = decode(Raw("page", text.encode(), "", "html"))
    assert (decoded.text, decoded.encoding, decoded.reason, decoded.replaced) == (text, "utf-8", "utf-8", 0)


@pytest.mark.parametrize(
    ("codec", "language", "label", "believed"),
    [
        ("cp1251", "ru", "iso-8859-1", False),  # all letters accented
        ("cp1250", "pl", "iso-8859-1", False),  # trwa³y
        ("cp1252", "fr", "windows-1251", False),  # Latin and Cyrillic in one word
        ("cp1252", "fr", "iso-8859-1", True),
        ("cp1251", "uk", "windows-1251", True),
    ],
)
def test_declaration_is_believed_if_the_text_reads_like_text(
    codec: str, language: str, label: str, believed: bool
) -> None:
    text = page(NEWS[language], label)
    decoded = decode(Raw("page", text.encode(codec, "ignore"), "", "html"))
    assert decoded.text == text.encode(codec, "ignore").decode(codec)
    assert (decoded.reason == "declared") == believed


@pytest.mark.parametrize(
    ("body", "text", "encoding", "reason", "replaced"),
    [
        (b"", "", "utf-8", "utf-8", 0),
        (b"The inf\xed\xa0\x83ormation", "The inf\ufffdormation", "utf-8", "utf-8", 1),
        ("í inf".encode() + b"\xed\xa0\x82ormation", "í inf\ufffdormation", "utf-8", "utf-8", 1),
        (b"A smile \xed\xa0\xbd\xed\xb8\x80 or", "A smile \U0001f600 or", "utf-8", "utf-8", 0),
        (b"The inf\xed\xb3\x93ormation", "The inf\ufffdormation", "utf-8", "utf-8", 1),
        (codecs.BOM_UTF8, "", "utf-8", "bom", 0),
        (codecs.BOM_UTF8 + b"Minsk", "Minsk", "utf-8", "bom", 0),
        (codecs.BOM_UTF16_LE + "Мінск".encode("utf-16-le"), "Мінск", "utf-16-le", "bom", 0),
        ("caf\xe9 “x”, ".encode() * 9 + b"it\x92s", "caf\xe9 “x”, " * 9 + "it’s", "utf-8", "utf-8", 1),
        ("caf\xe9 “x”, ".encode() * 9 + b"\xe2\x82", "caf\xe9 “x”, " * 9 + "\ufffd", "utf-8", "utf-8", 1),
        (
            "d\xe9j\xe0 “x”, ".encode() * 9 + b"\xc9t\xe9\x94",
            "d\xe9j\xe0 “x”, " * 9 + "\xc9t\xe9”",
            "utf-8",
            "utf-8",
            2,
        ),
        ("S\xe3o N\xc3O ".encode() * 9 + b"s\xc3o \xb3", "S\xe3o N\xc3O " * 9 + "s\ufffdo \ufffd", "utf-8", "utf-8", 2),
        ("caf\xe9 “x”, ".encode() * 9 + b"\xff!", "caf\xe9 “x”, " * 9 + "\ufffd!", "utf-8", "utf-8", 1),
        (b"<p>be\0fore</p>\0\0<p>after</p>", "<p>be\0fore</p>\0\0<p>after</p>", "utf-8", "utf-8", 0),
        (b"red \x1b[31malert\x1b[0m", "red \x1b[31malert\x1b[0m", "utf-8", "utf-8", 0),
        ("Belarus’s “café”", "Belarus’s “café”", "utf-8", "utf-8", 0),
        ("\ufeffMinsk", "Minsk", "utf-8", "utf-8", 0),
        ("lone \ud83d, whole \ud83d\ude00", "lone \ufffd, whole 😀", "utf-8", "utf-8", 1),
    ],
)
def test_faults_and_marks(body: bytes | str, text: str, encoding: str, reason: str, replaced: int) -> None:
    decoded = decode(Raw("page", body, ""))
    assert (decoded.text, decoded.encoding, decoded.reason, decoded.replaced) == (text, encoding, reason, replaced)


def test_given_encoding_is_used() -> None:
    decoded = decode(Raw("page", "тест".encode("cp1251"), "", encoding="Windows-1251"))
    assert (decoded.text, decoded.encoding, decoded.reason) == ("тест", "cp1251", "given")


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("latin-1", ""),  # Python's spelling: no label of the web
        ("latin1", "cp1252"),
        ("US-ASCII", "cp1252"),
        ("gb2312", "gb18030"),
        ("UTF8", "utf-8"),
        ("zlib_codec", ""),
        ("utf-7", ""),
        ("unicode_escape", ""),
        ("rot13", ""),
        ("x-user-defined", ""),
        ("no such thing", ""),
    ],
)
def test_label_names_a_charset_of_text(label: str, codec: str) -> None:
    assert codec_of(label) == codec


@pytest.mark.parametrize(
    ("body", "encoding", "fault"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "", "controls"),
        (b"PK\x03\x04" + b"\0\0\x01" * 400, "", "controls"),
        (b"ordinary words " * 20 + b"\0" * 90 + b"!", "", "controls"),
        ("Президент заявил. ".encode("cp1251") * 20, "utf-8", "not utf-8"),
        (b"words", "klingon", "no encoding 'klingon'"),
    ],
    ids=["png", "zip", "nuls", "wrong encoding given", "no such encoding"],
)
def test_what_is_no_text_is_refused_with_its_fault(body: bytes, encoding: str, fault: str) -> None:
    with pytest.raises(Unreadable, match=fault) as refusal:
        decode(Raw("a/file.bin", body, "", encoding=encoding))
    assert refusal.value.place == "a/file.bin"
    assert refusal.value.way_out


def test_shifts_that_nothing_closes_are_looked_at_once() -> None:
    start = process_time()
    text = "~{" * 100_000
    assert decode(Raw("page", text.encode(), "")).text == text
    assert process_time() - start < 5


@given(st.one_of(st.binary(max_size=200), st.text(max_size=50).map(lambda text: text.encode("utf-16"))))
def test_any_bytes_are_text_or_refused(body: bytes) -> None:
    for kind in ("text", "html"):
        try:
            decoded = decode(Raw("page", body, "", "html" if kind == "html" else "text"))
        except Unreadable:
            continue
        decoded.text.encode("utf-8")  # no lone surrogate


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_utf8_is_never_changed(text: str) -> None:
    assert decode(Raw("page", text, "")).text == text.removeprefix("\ufeff")
    if "\0" not in text and "\x1b" not in text and "~{" not in text and text.isprintable():
        assert decode(Raw("page", text.encode(), "")).text == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("language", "codec"),
    [("ru", "cp1251"), ("ru", "koi8-r"), ("cs", "cp1250"), ("pl", "iso8859-2"), ("el", "cp1253"), ("zh", "gb18030")],
)
@pytest.mark.parametrize("is_first", [True, False])
def test_lines_of_another_encoding_in_a_file_of_utf_8(language: str, codec: str, is_first: bool) -> None:
    line = NEWS[language]
    halves = (line.encode(codec), line.encode())
    body = b"\n\n".join(halves if is_first else halves[::-1]) + b"\n"
    decoded = decode(Raw("x", body, sha256=""))
    assert (decoded.text, decoded.encoding) == (f"{line}\n\n{line}\n", "utf-8")
    assert decoded.replaced == sum(byte > 0x7F for byte in halves[0])


def test_a_byte_that_strayed_into_a_line_is_no_line_of_another_encoding() -> None:
    body = f"{NEWS['cs']}\n".encode() * 3 + "Kůň".encode() + b" v\xecci\n"
    assert decode(Raw("x", body, sha256="")).text.endswith("Kůň v\ufffdci\n")
