"""Hard-wrapped text: whatever the program, the width and the marks of paragraphs, a paragraph is one block."""

import textwrap
from collections.abc import Callable

import pytest

from etl.markup.plain import read_plain

ENGLISH = [
    "The harbour of Norrvik was closed on Tuesday evening after a ferry with 212 people ran aground, the coast guard said.",
    "All passengers were brought ashore within three hours, and six of them were treated for bruises at a hospital.",
    "“We heard a long scraping noise and then the lights went out,” said a teacher who was on board with her class.",
    "The harbour master said that the buoys marking the channel had been moved by the storm. They are not yet put back.",
    "The operator will pay for hotel rooms, and has stopped the route until divers have looked at the hull of the ship.",
    "It was the second grounding in the same waters since 2019, when a freighter lost a part of its load of timber.",
]
GERMAN = [
    "Nach dem Unfall auf der Autobahn bei Hellental ist die Fahrbahn in Richtung Süden bis zum späten Abend gesperrt geblieben.",
    "Ein Lastwagen war am Morgen aus noch ungeklärter Ursache in die Mittelleitplanke geraten und dann umgekippt.",
    "Der 43 Jahre alte Fahrer wurde leicht verletzt, zwei weitere Autofahrer erlitten einen Schock und kamen ins Krankenhaus.",
    "Den Schaden schätzte die Polizei auf rund 180.000 Euro, ein Gutachter soll nun den Hergang des Unfalls klären.",
    "Erst im Mai hatte es an derselben Stelle einen ähnlichen Unfall gegeben, damals war ein Mensch gestorben.",
]
RUSSIAN = [
    "В районе после сильных дождей эвакуировали жителей двух деревень, сообщили в субботу в областной администрации.",
    "Вода в реке поднялась на два с половиной метра и подтопила 64 дома и единственную школу в этой части области.",
    "«Ночью нас разбудили спасатели и вывезли на лодках», — рассказала жительница деревни, которой уже семьдесят лет.",
    "Губернатор пообещал выплаты всем семьям, чьё имущество повреждено, и поручил проверить состояние дамб в области.",
]
ARABIC = [
    "قالت السلطات المحلية يوم الثلاثاء إن العبارة التي كانت تقل مئتي راكب جنحت قرب الميناء بعد عاصفة قوية ضربت الساحل",
    "وأضافت أن جميع الركاب نقلوا إلى البر خلال ثلاث ساعات وأن ستة منهم عولجوا من كدمات في مستشفى قريب من الميناء",
    "وقال مدير الميناء إن العوامات التي تحدد الممر المائي تحركت بفعل العاصفة التي هبت الأسبوع الماضي ولم تعد إلى مكانها",
    "ومن المتوقع أن تنشر هيئة السلامة البحرية تقريرها الأول عن الحادث خلال ستة أسابيع من الآن على أقل تقدير ممكن",
]
CHINESE = [
    "青江市政府周三宣布，连接南北两岸的第三座大桥将于九月底通车，届时过江时间可缩短约二十分钟，市民普遍欢迎这一消息。",
    "大桥全长四点六公里，设双向六车道和自行车道，总投资约三十二亿元，工期三年零四个月，由本地两家企业共同承建完成。",
    "市交通局局长表示，通车后将对货车实行分时段限行，以减轻老城区的交通压力，具体办法将在下个月向社会公布征求意见。",
]

THAI = [
    "เทศบาลเมืองบางนาประกาศเมื่อวันพุธว่าสะพานแห่งที่สามข้ามแม่น้ำจะเปิดให้ใช้ในปลายเดือนกันยายน ทำให้เวลาข้ามแม่น้ำลดลงราวยี่สิบนาที",
    "สะพานยาวสี่กิโลเมตรครึ่ง มีหกช่องทางและทางจักรยาน ใช้งบประมาณสามพันสองร้อยล้านบาท และใช้เวลาก่อสร้างสามปีกับอีกสี่เดือน",
    "ผู้อำนวยการสำนักจราจรกล่าวว่าหลังเปิดสะพานจะจำกัดเวลาของรถบรรทุก เพื่อลดความแออัดในเขตเมืองเก่า และจะรับฟังความเห็นในเดือนหน้า",
    "ชาวบ้านริมแม่น้ำต่างดีใจ แต่บางคนกังวลเรื่องเสียงรบกวนในเวลากลางคืน และขอให้เทศบาลสร้างกำแพงกันเสียงให้เสร็จก่อนวันเปิด",
    "รายงานฉบับแรกของคณะกรรมการจะออกภายในหกสัปดาห์ และจะเปิดเผยต่อสาธารณะทั้งหมด รวมทั้งรายชื่อบริษัทที่ชนะการประมูลและราคาที่เสนอ",
    "เมื่อสามปีก่อนเคยเกิดอุบัติเหตุบริเวณเดียวกัน เรือบรรทุกทรายชนเสาสะพานเก่าจนต้องปิดซ่อมหลายเดือน และมีผู้บาดเจ็บแปดคน",
]

Wrap = Callable[[str, int], str]


def filled(paragraph: str, width: int) -> str:
    return textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)


def by_bytes(paragraph: str, width: int) -> str:
    """As `fold -s` does: lines are counted in bytes, and keep the space at their end."""
    lines, line = [], ""
    for word in paragraph.split():
        if line and len((line + word).encode()) > width:
            lines.append(line)
            line = ""
        line += word + " "
    return "\n".join([*lines, line.rstrip()])


def balanced(paragraph: str, width: int) -> str:
    """As GNU fmt does: lines of equal length, somewhat below the width."""
    count = len(filled(paragraph, width).split("\n"))
    least = min(w for w in range(10, width + 1) if len(filled(paragraph, w).split("\n")) <= count)
    return filled(paragraph, least + (width - least) // 3)


def by_columns(paragraph: str, width: int) -> str:
    """As editors wrap Chinese: at any character but closing marks, each two columns wide."""
    lines, line = [], ""
    for character in paragraph:
        if 2 * len(line) + 2 > width and character not in "，。":
            lines.append(line)
            line = ""
        line += character
    return "\n".join([*lines, line])


def cut(paragraph: str, width: int) -> str:
    """As programs wrap Thai that do not know its words: after so many characters."""
    return "\n".join(paragraph[at : at + width].strip() for at in range(0, len(paragraph), width))


@pytest.mark.parametrize("separator", ["\n\n", "\r\n\r\n"], ids=["unix", "windows"])
@pytest.mark.parametrize("width", [28, 36, 60, 72, 80])
@pytest.mark.parametrize(
    ("paragraphs", "wrap"),
    [
        pytest.param(ENGLISH, filled, id="English"),
        pytest.param(ENGLISH, by_bytes, id="English by bytes"),
        pytest.param(ENGLISH, balanced, id="English balanced"),
        pytest.param(GERMAN, filled, id="German"),
        pytest.param(RUSSIAN, filled, id="Russian"),
        pytest.param(ARABIC, filled, id="Arabic"),
        pytest.param(CHINESE, by_columns, id="Chinese"),
        pytest.param(THAI, cut, id="Thai"),
    ],
)
def test_paragraphs_parted_by_blank_lines(paragraphs: list[str], wrap: Wrap, width: int, separator: str) -> None:
    wrapped = [wrap(paragraph, width).replace("\n", separator[: len(separator) // 2]) for paragraph in paragraphs]
    assert [block.text for block in read_plain(separator.join(wrapped)).blocks] == wrapped


@pytest.mark.parametrize("width", [36, 60, 72])
@pytest.mark.parametrize("paragraphs", [ENGLISH, GERMAN, RUSSIAN], ids=["English", "German", "Russian"])
def test_paragraphs_told_by_indent(paragraphs: list[str], width: int) -> None:
    wrapped = [textwrap.fill(paragraph, width, initial_indent="    ") for paragraph in paragraphs]
    blocks = [block.text for block in read_plain("\n".join(wrapped)).blocks]
    assert blocks == [paragraph.strip() for paragraph in wrapped]


def test_paragraphs_told_by_short_last_lines() -> None:
    wrapped = [filled(paragraph, 48) for paragraph in ENGLISH]
    assert all(len(paragraph.split("\n")[-1]) < 38 for paragraph in wrapped)
    assert [block.text for block in read_plain("\n".join(wrapped)).blocks] == wrapped


def test_labels_between_wrapped_paragraphs_are_blocks_of_their_own() -> None:
    wrapped = [filled(paragraph, 60) for paragraph in ENGLISH]
    text = "\n".join([wrapped[0], "Read more", "Share", wrapped[1], "Sign up for our newsletter", *wrapped[2:]])
    blocks = [block.text for block in read_plain(text).blocks]
    assert blocks == [wrapped[0], "Read more", "Share", wrapped[1], "Sign up for our newsletter", *wrapped[2:]]


LISTS = {
    "headlines": "Man finds ring in loaf of bread\nWhy your dog knows what time it is\nTen walks for a rainy Sunday\nShe lost her job and built a boat\nThe secret life of canal boats\nA village without a shop",
    "verse": "O river, carry down the names of all the men we could not find,\nand leave them where the willows are, and leave the lamps behind.\nWe sang all night, we sang till dawn, we sang for those below,\nand tell the sea we waited here, and tell the sea we know.\nWe dug with spades, we dug with spoons, we dug through rain and snow,\nand do not let the water rise, and do not let us go.",
    "ingredients": "3 leeks, sliced\n2 tbsp olive oil\n100g pearl barley\n1 litre vegetable stock\na handful of parsley\nsalt and pepper",
    "timetable": "September 10 12pm- 1pm Hall 217 Carrie Menke\nSeptember 17 12pm- 1pm Hall 217 Carrie Menke\nSeptember 24 12pm- 1pm Hall 217 Carrie Menke\nSeptember 30 12pm- 1pm Hall 217 Carrie Menke",
    "bullets": "- schools will be repaired with money of the fund\n- engineers found the cracks on a visit in spring\n- unions say that one school in four is at risk of it\n- pupils will be taught in tents until the next term",
    "paragraphs": "\n".join(ENGLISH),
    "Chinese paragraphs": "\n".join(CHINESE),
    "Thai lines": "\n".join(part for paragraph in THAI for part in paragraph.split()),
    "scores": "Harwick Town 2-1 Rovers\nEastfield 0-0 Quarrymen\nNorthport 1-5 Dunmore\nPostponed: Vale United\nAtt: 21,045",
}


@pytest.mark.parametrize("name", LISTS)
def test_lines_that_are_no_prose_stay_apart(name: str) -> None:
    assert [block.text for block in read_plain(LISTS[name]).blocks] == LISTS[name].split("\n")


def test_list_with_hanging_lines_is_no_row_of_paragraphs() -> None:
    items = [textwrap.fill(paragraph, 60, initial_indent="- ", subsequent_indent="  ") for paragraph in ENGLISH]
    assert [block.text for block in read_plain("\n".join(items)).blocks] == items


@pytest.mark.parametrize("name", ["ingredients", "scores"])
def test_short_lines_between_wrapped_paragraphs_stay_apart(name: str) -> None:
    wrapped = [filled(paragraph, 72) for paragraph in ENGLISH]
    text = "\n\n".join([*wrapped[:2], LISTS[name], *wrapped[2:]])
    assert [block.text for block in read_plain(text).blocks] == [*wrapped[:2], *LISTS[name].split("\n"), *wrapped[2:]]


VERSE = "O take me down to Kallsund bay\nwhere ropes are tied and gulls are grey\nand leave me there till break of day"


def test_verse_between_wrapped_paragraphs_does_not_hide_their_width() -> None:
    wrapped = [filled(paragraph, 72) for paragraph in ENGLISH]
    text = "\n\n".join([*wrapped[:2], VERSE, *wrapped[2:]])
    assert [block.text for block in read_plain(text).blocks] == [*wrapped[:2], *VERSE.split("\n"), *wrapped[2:]]


def test_rules_between_wrapped_paragraphs_do_not_hide_their_width() -> None:
    title, rule, note = "Ferry runs aground", "-" * 49, "To unsubscribe from this list, click here."
    wrapped = [filled(paragraph, 64) for paragraph in ENGLISH[:2]]
    text = "\n\n".join([f"{title}\n{'=' * len(title)}", *wrapped, f"{rule}\n{note}\n{rule}"])
    assert [block.text for block in read_plain(text).blocks] == [title, "=" * len(title), *wrapped, rule, note, rule]
