"""Lists of facts, key points and short lines of any script are content: no contextual rule takes them for a menu."""

import pytest

from etl import Cleaner
from etl.document import clean
from etl.model import Raw
from etl.packs import Selection, compile_rules
from etl.rules.classifier.bullets import bulleted, cut_lists
from etl.rules.classifier.facts import facts
from etl.rules.classifier.interviews import answers
from etl.rules.classifier.recipes import ingredients
from etl.rules.classifier.timelines import chronicle, entry_times, entry_titles, timeline
from etl.rules.classifier.verses import verses

# The classifier, and what is protected from it, are another matter.
RULES = compile_rules(Selection(ignore=("classifier/*",)))

ENGLISH = [
    "Lower-league clubs knocked out three top-flight sides on a wet night of cup football in front of full stands.",
    "The draw for the next round is on Monday at 7pm, and the ties will be played in the last week of January.",
]
CHINESE = [
    "青江市政府周三宣布，连接南北两岸的第三座大桥将于九月底通车，届时过江时间可缩短约二十分钟。",
    "附近居民普遍欢迎这一消息，但也有商户担心施工期间搬走的顾客不会再回来，希望政府给予补贴。",
]
JAPANESE = [
    "市は水曜日、川の両岸を結ぶ三本目の橋が九月末に開通し、移動時間が二十分ほど短くなると発表した。",
    "近くの住民は歓迎しているが、工事の間に離れた客が戻らないのではないかと心配する店主もいるという。",
]
THAI = [
    "เทศบาลเมืองริมน้ำเปิดใช้สะพานแห่งใหม่เมื่อวันจันทร์ หลังการก่อสร้างที่ใช้เวลานานกว่าสามปีและงบประมาณจำนวนมาก",
    "เทศบาลมีแผนจะสร้างทางจักรยานเลียบแม่น้ำภายในปีหน้า และกำลังรับฟังความคิดเห็นจากประชาชนในพื้นที่ทุกคน",
]

LISTS = {
    "dates and places": [
        "3 May: Harwick, Town Hall",
        "5 May: Eastfield, Odeon",
        "9 May: Northport, Pier",
        "12 May: Dunmore",
    ],
    "scores": [
        "Harwick Town 2-1 Rovers",
        "Eastfield 0-0 Quarrymen (aet, 4-3 on pens)",
        "Northport 1-5 Dunmore Athletic",
    ],
    "specs": ["Display: 6.1 inches, 120 Hz", "Battery: 4,000 mAh", "Weight: 172 g", "Price: £699"],
    "ingredients": ["3 leeks, sliced", "2 tbsp olive oil", "100g pearl barley", "1 litre vegetable stock"],
    "key points": [
        "Schools will be repaired with money from a government fund",
        "Engineers found the cracks during a routine visit in May",
        "Unions say a quarter of the county's schools are at risk",
    ],
    "table cells": ["Transport: 9.2 million", "Housing: 6.1 million", "Schools: 5.8 million", "Culture: 2.0 million"],
    "results": ["1. Jane Roe (Kenya) 2:17:16", "2. Mary Major (Ethiopia) 2:18:01", "3. Ann Other (Britain) 2:19:40"],
    "polls": ["Labour 38% (+2)", "Conservatives 31% (-1)", "Liberal Democrats 12% (0)"],
}


def text_of(blocks: list[str]) -> list[str]:
    (record,) = clean(Raw("a.txt", "\n\n".join(blocks), "0" * 64), RULES).records
    return record.text.split("\n\n")


SAID = "She read it twice to the people in the square."


@pytest.mark.parametrize("place", ["head", "body", "tail"])
@pytest.mark.parametrize("name", LISTS)
def test_list_of_facts_stays(name: str, place: str) -> None:
    at = {"head": 0, "body": 1, "tail": 2}[place]
    blocks = [*ENGLISH[:at], *LISTS[name], *ENGLISH[at:]]
    assert text_of(blocks) == blocks


@pytest.mark.parametrize(
    "blocks",
    [
        pytest.param(
            [CHINESE[0], "背景", "市民怎么看", "“早高峰时，一趟要一个小时，”他说", CHINESE[1]], id="Chinese subheads"
        ),
        pytest.param(
            [CHINESE[0], "第一，缩短时间", "第二，减轻拥堵", "第三，便利商户", CHINESE[1]], id="Chinese points"
        ),
        pytest.param(
            [JAPANESE[0], "背景", "住民の声", "「待っていた」と話す人も", JAPANESE[1]], id="Japanese subheads"
        ),
        pytest.param([THAI[0], "ชาวบ้านว่าอย่างไร", "“รอมานานมาก” แม่ค้าคนหนึ่งบอก", "ก้าวต่อไป", THAI[1]], id="Thai subheads"),
    ],
)
def test_short_lines_of_writing_without_spaces_stay(blocks: list[str]) -> None:
    assert text_of(blocks) == blocks


def test_menu_above_a_story_goes() -> None:
    menu = ["Politics desk", "Evening edition", "Jane Roe and John Doe"]
    assert "Evening edition" not in text_of([*menu, *ENGLISH])


def test_roads_by_number_are_facts_and_titles_with_a_number_are_not() -> None:
    roads = ["A66 between Brough and Scotch Corner", "A686 at Hartside", "B6277 from Alston to Middleton"]
    assert facts([*ENGLISH, *roads], ()) == {2, 3, 4}
    assert facts([*ENGLISH, roads[0], "G7 agrees", "B6277"], ()) == set()
    assert facts([*ENGLISH, *roads], {3}) == set()


def test_ingredients_behind_a_dash_are_facts_and_counts_of_shares_are_not() -> None:
    assert facts(["Капуста - 1 кг", "Говядина - 700 г", "Соль по вкусу"], ()) == {0, 1}
    assert facts(["Comments - 12", "Shares - 300"], ()) == set()


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param(["Serves 4", "2 cups flour", "1 egg", "½ tsp salt", "Pepper"], (), [0, 1, 2, 3, 4], id="a list"),
        pytest.param(["300 g Mehl", "Salz", "2 EL Öl", "1 Ei", "Ofen an.", "Gut."], (), [0, 1, 2, 3], id="salt within"),
        pytest.param(["2 cl Rum", "4 cl Saft", "1 Ei", "Mix", "Method", "Shake."], (3,), [0, 1, 2, 4], id="the method"),
        pytest.param(
            ["Ingredienti", "300 g di lenticchie", "Sale q.b.", "Metodo", "Lavare."], (), [0, 1, 2, 3, 4], id="headed"
        ),
        pytest.param(
            ["材料(4人分)", "塩 少々", "豆 300グラム", "作り方", "ゆでる。"], (), [0, 1, 2, 3, 4], id="headed, Japanese"
        ),
        pytest.param(["Ingredients", "Recipes", "Subscribe"], (), [], id="keeps not: no figure"),
        pytest.param(["38 shares", "112 comments", "4 votes"], (), [], id="keeps not: counts without a unit"),
        pytest.param(["200 g flour", "2 cups milk"], (), [], id="keeps not: two lines"),
        pytest.param(["200 g flour.", "2 cups milk.", "1 tsp salt."], (), [], id="keeps not: sentences"),
    ],
)
def test_ingredients(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(ingredients(lines, named)) == stay


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param(["2009", "It began.", "2014", "It went on."], (), [0, 1, 2, 3], id="years in order"),
        pytest.param(["May 2014", "It ended.", "2009", "It began."], (), [0, 1, 2, 3], id="in reverse order"),
        pytest.param(["2014", "A.", "2009", "B.", "2011", "C."], (), [], id="keeps not: without order"),
        pytest.param(["2009", "2010", "2011", "It began."], (), [], id="keeps not: an archive's menu"),
        pytest.param(
            ["He left.", "Key dates", "2009", "It began.", "2014", "It ended."],
            (),
            [1, 2, 3, 4, 5],
            id="with a heading",
        ),
        pytest.param(
            ["2009", "It began.", "2014", "It went on."], (2,), [], id="keeps not: one year that no rule names"
        ),
    ],
)
def test_timeline(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(timeline(lines, named)) == stay


RAISED = "The bank raised its rate."


@pytest.mark.parametrize(
    ("lines", "stay"),
    [
        (
            ["How it came about:", "3 May 2022", RAISED, "9 June 2022", RAISED, RAISED, "2 January 2023", RAISED],
            [1, 3, 6],
        ),
        ([RAISED, "Key dates", "May 3, 2022", RAISED, "June 9, 2022", RAISED, "July 2, 2022", RAISED], [2, 4, 6]),
        ([RAISED, "3. Mai 2022", RAISED, "9. Juni 2022", RAISED, "02.01.2023", RAISED], [1, 3, 5]),
        (
            [
                "A headline",
                "3 May 2022",
                RAISED,
                "A teaser",
                "9 June 2022",
                RAISED,
                "Another",
                "2 January 2023",
                RAISED,
            ],
            [],
        ),
        ([RAISED, "3 May 2022", RAISED, "9 June 2022", RAISED], []),
        ([RAISED, "3 May 2022", RAISED, "9 June 2020", RAISED, "2 January 2023", RAISED], []),
    ],
    ids=["days", "a heading", "German", "teasers", "two days", "without order"],
)
def test_days_of_a_chronicle(lines: list[str], stay: list[int]) -> None:
    assert sorted(chronicle(lines)) == stay


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param(
            ["14.22", "A cat is out", "It sat on the roof.", "14.15", "No cat", "It is not in sight."],
            (),
            [1, 4],
            id="entries",
        ),
        pytest.param(["14.22", "A cat is out", "It sat on the roof.", "Share"], (), [], id="keeps not: one entry"),
        pytest.param(["5m ago", "A cat is out", "It sat on the roof."] * 2, (), [], id="keeps not: teasers"),
        pytest.param(["14.22", "A cat is out", "14.15", "No cat", "14.10", "A roof"], (), [], id="keeps not: links"),
        pytest.param(["14.22", "Read more", "It sat on the roof."] * 2, (1, 4), [], id="keeps not: a rule names it"),
    ],
)
def test_entry_titles(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(entry_titles(lines, named)) == stay


@pytest.mark.parametrize(
    ("times", "text", "named", "stay"),
    [
        pytest.param(("+++ 18.20 Uhr +++", "16h05", "9:41"), "The dam holds.", (), [0, 2, 4], id="later ones above"),
        pytest.param(("9:41", "16.05", "18:20"), "The dam holds.", (), [0, 2, 4], id="earlier ones above"),
        pytest.param(("18:20", "16:05"), "The dam holds.", (), [], id="keeps not: two times"),
        pytest.param(("18:20", "16:05", "17:30"), "The dam holds.", (), [], id="keeps not: without order"),
        pytest.param(("18:20", "16:05", "9:41"), "Dam holds", (), [], id="keeps not: titles"),
        pytest.param(("18:20", "16:05", "9:41"), "Sign up now.", (1, 3), [], id="keeps not: a rule names it"),
    ],
)
def test_times_of_a_live_text(times: tuple[str, ...], text: str, named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(entry_times([line for time in times for line in (time, text)], named)) == stay


def test_entries_between_times_are_no_furniture_of_a_short_live_text() -> None:
    lead = "Das Wasser der Elbe steigt weiter. Alle Entwicklungen vom Mittwoch zum Nachlesen."
    entries = [
        "Der Landkreis hat Katastrophenalarm ausgelöst. 400 Menschen müssen ihre Häuser verlassen.",
        "Schulen bleiben zu.",
        "Am Pegel Mühlberg sind jetzt 6,80 Meter erreicht, das sind zwei Meter mehr als am Montag.",
        "Die Bundeswehr schickt 120 Soldatinnen und Soldaten mit zwei Booten.",
    ]
    times = ["+++ 18.20 Uhr +++", "+++ 16.05 Uhr +++", "+++ 14.41 Uhr +++", "+++ 11.30 Uhr +++"]
    timed = [line for two in zip(times, entries, strict=True) for line in two]
    notice = "Melden Sie sich für unsere Push-Mitteilungen an, um nichts zu verpassen."
    end = "Ein Deich bei Gallin ist durchweicht, hält aber nach Angaben des Krisenstabs noch."
    blocks = ["Hochwasser im Liveticker", "Live", "Aktualisieren", lead, *timed, notice, end]
    assert {lead, *entries} <= set(Cleaner().clean("\n\n".join(blocks)).text.split("\n\n"))


def test_short_sentence_below_the_story_stays_though_its_word_is_one_of_pages() -> None:
    story = [
        "A black bear walked into the gymnasium of Northfield High School on Monday and slept there for two hours.",
        "Students posted videos while wildlife officers waited for the animal to wake.",
        "“It looked tired, honestly,” said the principal, Greg Hall.",
        "Classes resumed at noon.",
    ]
    links = ["Most read", "Man finds ring in loaf of bread", "Contact us", "Terms of use"]
    furniture = ["Share", "Advertisement", "Sign up for our newsletter", *links]
    assert Cleaner().clean("\n\n".join(["Home", "Share", *story, *furniture])).text.split("\n\n") == story


def test_advice_between_sentences_of_the_story_stays_though_it_has_words_of_pages() -> None:
    story = [
        "Die Stadt hat am Montag 40.000 Briefe verschickt, und die meisten waren falsch.",
        "„Das tut uns leid“, sagte Amtsleiterin Anna Weller, die seit 2011 im Rathaus arbeitet.",
        "Melden Sie sich bis Freitag im Rathaus an.",
        "Klicken Sie auf keinen Link in der E-Mail.",
        "Rufen Sie im Zweifel die Stadt unter 0800/123456 an.",
    ]
    page = ["Startseite", "Teilen", *story, "Zum Newsletter anmelden", "Meistgelesen"]
    assert Cleaner().clean("\n\n".join(page)).text.split("\n\n") == story


def test_facts_between_sentences_need_no_figure_below_their_heading() -> None:
    told = ["The law was passed.", "What changes", "Bangers: forbidden", "Lights: allowed", "The shops will sue."]
    assert facts(told, ()) == {1, 2, 3}
    assert facts([*told[:4], "More news"], ()) == set()
    assert facts(told, {4}) == set()


@pytest.mark.parametrize(
    ("lines", "stay"),
    [
        pytest.param(["Linden - Vale 2:1", "Ost - Heide 0:0"], [0, 1], id="scores at the end"),
        pytest.param(["Linden 2-1 Vale", "Ost 0 x 0 Heide"], [0, 1], id="scores within"),
        pytest.param(["2019: the first crack", "2021: a report"], [0, 1], id="years"),
        pytest.param(["She won.", "The elected", "Anna Berg (SPD)", "Jon Ek («Rodina»)"], [1, 2, 3], id="members"),
        pytest.param(["王强(一中)", "李敏(三中)"], [], id="keeps not: members without a heading below a sentence"),
        pytest.param(["Rovers v Harwick Town", "Eastfield vs. Quarrymen"], [0, 1], id="fixtures"),
        pytest.param(["Rovers v Harwick Town", "Buy tickets"], [], id="keeps not: one fixture"),
        pytest.param(["Comments (12)", "Photos (7)"], [], id="keeps not: counts"),
        pytest.param(["Cavs top Hornets, 91-87", "Rovers beat Vale, 3-1"], [], id="keeps not: titles with a score"),
    ],
)
def test_scores_years_and_members_are_facts(lines: list[str], stay: list[int]) -> None:
    assert sorted(facts(lines, ())) == stay


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param(["Afraid?", "Yes.", "Of what?", "The wind."], (), [0, 1, 2, 3], id="questions and answers"),
        pytest.param(["هل خفت؟", "نعم.", "من ماذا؟", "من الريح."], (), [0, 1, 2, 3], id="Arabic"),
        pytest.param(["«Afraid?»", "«Yes».", "“Of what?”", "“The wind.”"], (), [0, 1, 2, 3], id="in quotes"),
        pytest.param(["Was this helpful?", "Tell us more.", "Share"], (), [], id="keeps not: one question"),
        pytest.param(["Helpful?", "Yes", "Again?", "No"], (), [], id="keeps not: buttons"),
        pytest.param(["Afraid?", "Yes.", "Of what?", "The wind."], (2,), [], id="keeps not: a rule names one"),
    ],
)
def test_answers(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(answers(lines, named)) == stay


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param(["O river, my river,", "where do you run,", "take me with you"], (), [0, 1, 2], id="verses"),
        pytest.param(
            ["My street has a man,", "who sells trees", "in pots for sale,", "to us"],
            (),
            [0, 1, 2, 3],
            id="a line between",
        ),
        pytest.param(
            [SAID, "What burns is paper", "What stays is the hand", "that carried it home", "under a grey coat", SAID],
            (),
            [2, 3, 4],
            id="small letters, between sentences",
        ),
        pytest.param(
            ["share the story", "send the link", "switch to the dark"], (), [], id="keeps not: buttons in small letters"
        ),
        pytest.param(["Jane Roe,", "Mary Major,", "Ann Other"], (), [], id="keeps not: authors"),
        pytest.param(["Impeachment", ",", "Brexit", ",", "Social media"], (), [], id="keeps not: tags"),
        pytest.param(["O river, my river,", "where do you run,", "Share"], (1,), [], id="keeps not: a rule names one"),
    ],
)
def test_verses(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(verses(lines, named)) == stay


@pytest.mark.parametrize(
    ("lines", "named", "stay"),
    [
        pytest.param([SAID, "* ramps", "* rails", "* a bench", SAID], (), [1, 2, 3], id="small letters"),
        pytest.param(["What they ask:", "• Lights", "• No music", SAID], (), [1, 2], id="a colon announces them"),
        pytest.param([SAID, "* Man finds ring", "* Ferry aground", SAID], (), [], id="keeps not: titles"),
        pytest.param(["What they ask:", "• Lights", "• Share", SAID], (2,), [], id="keeps not: a rule names one"),
        pytest.param([SAID, "* ramps", "* rails", "* a bench"], (), [], id="keeps not: below the story"),
        pytest.param([SAID, "* ramps", SAID], (), [], id="keeps not: one"),
    ],
)
def test_items_with_bullets(lines: list[str], named: tuple[int, ...], stay: list[int]) -> None:
    assert sorted(bulleted(lines, named)) == stay


@pytest.mark.parametrize(
    ("lines", "named", "gone", "stay"),
    [
        pytest.param(["A66 closed", "B6277 closed", "Mill Lane closed", "Church Street open"], (), (3, 4), [3, 4], id="roads"),
        pytest.param(["A66 closed", "Read also", "Mill Lane closed", "Church Street open"], (2,), (3, 4), [], id="below furniture"),
        pytest.param(["A66 closed", "B6277 closed", "Mill Lane closed"], (), (1, 2), [], id="the first line goes"),
        pytest.param(["A66 closed", "B6277 closed", "Mill Lane closed", "Church Street open"], (), (2, 3, 4), [], id="most go"),
        pytest.param(["A66 closed", "Buy", "B6277 closed", "Buy"], (), (2, 4), [], id="buttons"),
    ],
)  # fmt: skip
def test_lines_of_a_list_that_would_be_cut_in_two(
    lines: list[str], named: tuple[int, ...], gone: tuple[int, ...], stay: list[int]
) -> None:
    assert sorted(cut_lists(["Some roads are closed today.", *lines], {0}, named, gone)) == stay
