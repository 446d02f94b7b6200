"""What stands beside, between and behind the records of a file: read, a reject, in the metadata, or noted."""

import json
import re
from pathlib import Path
from time import process_time
from typing import Any

import pytest
from conftest import results

from etl.formats import Reading, Reject, Result, find, read, shares
from etl.formats.end_tags import balanced
from etl.model import Raw

WORD = re.compile(r"WORD\d\d")


def story(number: int) -> str:
    return f"WORD{number:02d}: the last car ferry between Harwick and Skerra sailed on Friday evening."


def record(number: int, **others: Any) -> dict[str, Any]:
    return {"id": f"i{number}", "text": story(number), **others}


def article(number: int) -> dict[str, Any]:
    return {"title": f"Ferry {number}", "content": story(number)}


def words_in(found: list[Result]) -> set[str]:
    """Return the words that are in documents, their metadata, and the bytes of rejects."""
    said = (
        one.body.decode() if isinstance(one, Reject) else f"{one.body!r} {one.extra} {one.metadata} {one.record}"
        for one in found
    )
    return {word for text in said for word in WORD.findall(text)}


def written(tmp_path: Path, name: str, body: Any) -> Path:
    path = tmp_path / name
    path.write_text(body if isinstance(body, str) else json.dumps(body))
    return path


def outcome(found: list[Result]) -> list[str]:
    """Words of documents and, after an exclamation mark, the words and the reasons of rejects."""
    return [
        f"!{' '.join(WORD.findall(one.body.decode()))} {one.reason}"
        if isinstance(one, Reject)
        else str(one.body).removeprefix("<p>")[:6]
        for one in found
    ]


@pytest.mark.parametrize("name", ["a.json", "a.jsonl"])
@pytest.mark.parametrize(
    ("value", "said", "is_noted"),
    [
        pytest.param({"articles": [article(1), article(2)], "posts": [article(3)]}, ["WORD01", "WORD02", "WORD03"], False, id="two lists of known names"),
        pytest.param({"data": {"items": [record(1)], "other": [record(2), record(3)]}}, ["WORD01", "WORD02", "WORD03"], False, id="a list of another name beside it"),
        pytest.param({"first": [record(1)], "items": [record(2)]}, ["WORD01", "WORD02"], False, id="in the order in which they stand"),
        pytest.param({"articles": [article(1)], "more": {"articles": [article(2)]}}, ["WORD01", "WORD02"], False, id="lists on two levels"),
        pytest.param({"articles": [article(1)], "editorial": article(2)}, ["WORD01", "WORD02"], False, id="an object with a story beside the list"),
        pytest.param({"status": "ok", "totalResults": 1, "articles": [article(1)]}, ["WORD01"], True, id="NewsAPI: plain fields are no documents"),
        pytest.param({"articles": [article(1)], "next": None, "errors": [], "hint": ""}, ["WORD01"], False, id="empty fields are nothing"),
        pytest.param({"articles": [article(1)], "sources": [{"title": "A", "description": "B"}]}, ["WORD01"], True, id="a list of other things"),
        pytest.param({"articles": [article(1)], "suggest": [{"text": "ferries"}]}, ["WORD01"], True, id="terms that a search suggests are no stories"),
        pytest.param({"results": [{"name": "A"}], "articles": [article(1)]}, ["WORD01"], True, id="the list with texts is that of the records"),
        pytest.param({"key": "k", "message": json.dumps(article(1))}, ["WORD01"], True, id="a message of a queue"),
        pytest.param({"WORD02": {"id": "x", "text": story(1)}, "WORD03": {"text": story(4)}}, ["WORD01", "WORD04"], False, id="objects by name: the name stays"),
        pytest.param({"columns": ["id", "text"], "data": [["a", story(1), "WORD02"]]}, ["WORD01"], False, id="a cell too many"),
        pytest.param({"columns": ["text", "2"], "data": [[story(1), "WORD02", "WORD03"]]}, ["WORD01"], False, id="a cell too many whose number is a name"),
        pytest.param({"columns": ["title", "text", "text"], "data": [["A", story(1), "WORD02"]]}, ["WORD01"], False, id="two columns of one name"),
        pytest.param({"columns": ["text"], "index": ["a"], "data": [[story(1)]]}, ["WORD01"], True, id="an index that is not numbers"),
        pytest.param({"WORD02": {"id": "x", "key": "WORD03", "text": story(1)}, "WORD05": {"text": story(4)}}, ["WORD01", "WORD04"], False, id="objects by name that have a key"),
        pytest.param({"columns": ["id", "text"], "index": [0], "data": [["a", story(1)]], "note": "n"}, ["WORD01"], True, id="a field beside a table"),
        pytest.param({"columns": ["a"], "data": [["WORD02"]], "text": story(1)}, ["WORD01"], False, id="a record with a text is no table"),
        pytest.param({"articles": [{"title": "WORD03"}, article(1), {"x": "WORD02"}]}, ["!WORD03 has no known", "WORD01", "!WORD02 has no known"], False, id="a record without text costs itself"),
        pytest.param({"articles": [article(1), None, "WORD02", 5, [article(3)]]}, ["WORD01", "!WORD02 is a string", "! is a number", "WORD03"], False, id="elements that are no objects"),
    ],
)  # fmt: skip
def test_answers(tmp_path: Path, name: str, value: Any, said: list[str], is_noted: bool) -> None:
    path = written(tmp_path, name, value)
    found = results(path)
    assert [one[: len(wanted)] for one, wanted in zip(outcome(found), said, strict=True)] == said
    assert words_in(found) == set(WORD.findall(path.read_text()))
    assert next(one.notes for one in found if isinstance(one, Raw)) == ("fields beside the records",) * is_noted
    assert not any(one.notes for one in [one for one in found if isinstance(one, Raw)][1:])


ELEMENTS = [
    record(1),
    None,
    "WORD02 {x} [y]",
    " ",
    5,
    record(6),
    [record(7), [record(8), "WORD09"]],
    ["WORD10", None],
    True,
    [None],
    record(13),
]
PLACES = [
    (1, "WORD01"),
    (3, "!WORD02 is a string among records, not an object"),
    (5, "! is a number among records, not an object"),
    (6, "WORD06"),
    (7, "WORD07"),
    (8, "WORD08"),
    (9, "!WORD09 is a string among records, not an object"),
    (10, "!WORD10 is a list among records, not an object"),
    (11, "! is true or false among records, not an object"),
    (13, "WORD13"),
]  # fmt: skip


@pytest.mark.parametrize("size", [50, 200, 1 << 20])
@pytest.mark.parametrize("indent", [None, 2])
def test_elements_of_an_array_have_their_places(tmp_path: Path, indent: int | None, size: int) -> None:
    found = results(written(tmp_path, "a.json", json.dumps(ELEMENTS, indent=indent)), size=size)
    assert list(zip((one.row for one in found), outcome(found), strict=True)) == PLACES


def test_elements_of_an_array_on_a_line(tmp_path: Path) -> None:
    found = results(written(tmp_path, "a.jsonl", f"{json.dumps(record(0))}\n{json.dumps(ELEMENTS)}\n"))
    assert outcome(found) == ["WORD00", *(said for _, said in PLACES)]
    assert {one.row for one in found[1:]} == {2}


ONE, TWO = json.dumps(record(1)), json.dumps(record(3), indent=1)


@pytest.mark.parametrize("size", [50, 1 << 20])
@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(f"[{ONE}] WORD02 and {TWO}", ["WORD01", "!WORD02 stands between", "WORD03"], id="behind an array"),
        pytest.param(f"[{ONE}, WORD02, {TWO}]", ["WORD01", "!WORD02 stands between", "WORD03"], id="in an array"),
        pytest.param(f"[{TWO}]\nWORD02 done\n", ["WORD03", "!WORD02 stands between"], id="at the end"),
        pytest.param(f"[{ONE}\n] WORD02 'n \"open\n{TWO}", ["WORD01", "!WORD02 stands between", "WORD03"], id="a mark that is not closed on its line"),
        pytest.param(f"[{ONE}\n] WORD02 \"open {TWO}", ["WORD01", "!WORD02 stands between", "WORD03"], id="a mark that pairs with one of the next object"),
        pytest.param(f"[{TWO}] WORD02 \"open", ["WORD03", "!WORD02 stands between"], id="a mark before the end"),
        pytest.param(f"[{ONE}]\n[]\n[ null ]\n\x1e{TWO},\0\0", ["WORD01", "WORD03"], id="separators, null and zeros are nothing"),
        pytest.param(f"[{ONE},\"WORD02 \\\" {{\",{TWO}]", ["WORD01", "!WORD02 is a string", "WORD03"], id="a string with a brace"),
        pytest.param('["WORD01", "WORD02"]', ["!WORD01 WORD02 holds no JSON object"], id="no object"),
    ],
)  # fmt: skip
def test_words_between_objects(tmp_path: Path, body: str, said: list[str], size: int) -> None:
    found = results(written(tmp_path, "a.json", body), size=size)
    assert [one[: len(wanted)] for one, wanted in zip(outcome(found), said, strict=True)] == said


def test_an_object_in_a_string_with_words_behind_it_is_a_string(tmp_path: Path) -> None:
    found = results(written(tmp_path, "a.jsonl", json.dumps(f"{ONE} WORD02")))
    assert outcome(found) == ["!WORD01 WORD02 is a JSON str, not an object"]


def metadata(tmp_path: Path, fields: dict[str, Any]) -> tuple[Raw, dict[str, Any]]:
    (raw,) = results(written(tmp_path, "a.jsonl", fields))
    assert isinstance(raw, Raw)
    return raw, json.loads(raw.extra)


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        pytest.param({"title": {"rendered": "A"}, "author": {"@type": "Person", "name": "B"}}, {}, id="nothing is left"),
        pytest.param({"publisher": {"name": "A", "logo": {"url": "u"}, "n": None, "e": []}}, {"publisher": {"logo": {"url": "u"}}}, id="of an object its other members"),
        pytest.param({"author": ["A", {"name": "B", "role": "C"}, "https://e.org/d", 5]}, {"author": [{"role": "C"}, "https://e.org/d", 5]}, id="of a list what is no name"),
        pytest.param({"author": "['A', 'https://e.org/d']"}, {"author": ["https://e.org/d"]}, id="of a list in a cell, too"),
        pytest.param({"headline": {"main": {"text": "A", "x": 1}, "kicker": "B"}}, {"headline": {"main": {"x": 1}, "kicker": "B"}}, id="objects in objects"),
        pytest.param({"metadata": {"title": {"rendered": "A", "raw": "B"}}}, {"metadata": {"title": {"raw": "B"}}}, id="within a container"),
        pytest.param({"date": ["2020-08-23", "A"]}, {"date": ["A"]}, id="a second date"),
        pytest.param({"date": {"$date": "2020-08-23", "by": "A"}}, {"date": {"by": "A"}}, id="beside a date"),
        pytest.param({"id": {"$oid": "5f", "by": "A"}}, {"id": {"by": "A"}}, id="beside an id"),
        pytest.param({"content": {"rendered": story(1), "protected": False}, "text": None}, {"text": None, "content": {"protected": False}}, id="WordPress"),
        pytest.param({"text": [story(1), 5, None, {"x": "A"}]}, {"text": [5, {"x": "A"}]}, id="what is no paragraph"),
        pytest.param({"text": [story(1), [[[[[[[[[["A"]]]]]]]]]]]}, {"text": [[[[[[[[[[["A"]]]]]]]]]]]}, id="lists deeper than paragraphs"),
    ],
)  # fmt: skip
def test_what_a_fact_or_a_text_leaves_is_in_the_metadata(
    tmp_path: Path, fields: dict[str, Any], left: dict[str, Any]
) -> None:
    record = fields if "content" in fields or "text" in fields else {"text": story(1), **fields}
    assert metadata(tmp_path, record)[1] == left


NODES = [
    {"_id": "AB12", "type": "text", "content": story(1), "additional_properties": {"comments": [], "_id": 12}},
    {"type": "image", "url": "https://e.org/a.jpg", "width": 640, "caption": "The quay", "credits": {"by": [{"type": "author", "name": "Oake"}]}},
    {"type": "table", "rows": [{"cells": ["Boats", 2]}, {"cells": ["Crew", 61.5]}]},
    {"type": "paragraph", "style": "margin: 0", "content": [{"type": "text", "marks": ["strong"], "text": "Two."}, {"type": "mention", "person": "Holm"}]},
    {"type": "raw", "text": f"{story(2)} More.", "html": f"<p class='a b'>{story(2)} <b>More.</b></p>"},
    None,
]  # fmt: skip


@pytest.mark.parametrize("name", ["contentElements", "content"])
def test_of_rich_text_the_words_stay_and_its_structure_does_not(tmp_path: Path, name: str) -> None:
    raw, left = metadata(tmp_path, {name: NODES})
    assert raw.body == f"{story(1)}\n\nTwo.\n\n{story(2)} More."
    assert left == {
        name: [
            {"caption": "The quay", "credits": {"by": [{"name": "Oake"}]}},
            {"rows": [{"cells": ["Boats", 2]}, {"cells": ["Crew", 61.5]}]},
            {"content": [{"person": "Holm"}]},
        ]
    }


def test_a_list_in_a_cell_that_holds_more_than_words_stays_as_it_is(tmp_path: Path) -> None:
    cell = f"['{story(1)}', {{'x': 'A'}}, 'B']"
    raw, left = metadata(tmp_path, {"text": cell})
    assert (raw.body, left) == (cell, {})


ROWS = f"id,title,text\n1,t,{story(1)}\n2,t,{story(2)}\n"


@pytest.mark.parametrize("size", [60, 1 << 20])
@pytest.mark.parametrize(
    ("above", "is_noted"),
    [
        pytest.param("", False, id="nothing"),
        pytest.param("sep=,\n", False, id="Excel's own line"),
        pytest.param("\n", False, id="a blank line"),
        pytest.param("WORD03 report\nof the day\n\n", True, id="a title"),
        pytest.param("# WORD03 comment\n", True, id="a comment"),
        *(
            pytest.param(f"WORD03 report{mark}of the day\n", True, id=ascii(mark))
            for mark in "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
        ),
    ],
)
def test_lines_above_a_header_are_noted_once(tmp_path: Path, above: str, is_noted: bool, size: int) -> None:
    found = results(written(tmp_path, "a.csv", above + ROWS), size=size)
    assert [one.notes for one in found if isinstance(one, Raw)] == [("lines above the header",) * is_noted, ()]


@pytest.mark.parametrize("size", [60, 1 << 20])
@pytest.mark.parametrize(
    ("above", "is_noted"),
    [
        pytest.param('"WORD03"b,c\n', True, id="a line that breaks quoting"),
        pytest.param('sep=,\n"WORD03"b,c\n', True, id="such a line behind Excel's"),
        pytest.param('"WORD03,c\n\n', True, id="a mark that is not closed"),
        pytest.param("\n\n", False, id="blank lines"),
    ],
)
def test_lines_above_a_header_of_unknown_names(tmp_path: Path, above: str, is_noted: bool, size: int) -> None:
    rows = f'A,"{story(1) * 3}"\nB,"{story(2) * 3}"\n'
    first, second = results(written(tmp_path, "a.csv", f"{above}foo,bar\n{rows}"), size=size)
    assert isinstance(first, Raw) and isinstance(second, Raw)
    assert (first.body, first.extra, second.body) == (story(1) * 3, '{"foo":"A"}', story(2) * 3)
    assert (first.notes, second.notes) == (("lines above the header",) * is_noted, ())


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param("", ["!WORD03 stands above the header"], id="no row"),
        pytest.param("1,2,3,4\n", ["! has 4 cells", "!WORD03 stands above the header"], id="no document"),
    ],
)
def test_lines_above_a_header_are_a_reject_where_no_document_is(tmp_path: Path, rows: str, said: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"WORD03 \xdcbersicht\nid,title,text\n{rows}".encode("cp1252"))
    assert [one[: len(wanted)] for one, wanted in zip(outcome(results(path)), said, strict=True)] == said


def item(number: int) -> str:
    return f"<item><title>T</title><description>{story(number)}</description></item>"


def feed(inner: str) -> str:
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Post</title>{inner}</channel></rss>'


OPEN = "<item><description><![CDATA[WORD02 & more </description></item>"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(feed(item(1)) + item(2) + "\n" + item(3), ["WORD01", "WORD02", "WORD03"], id="items behind the root"),
        pytest.param("<rss><channel>" + item(1) + "</channel>" + item(2) + "</rss>", ["WORD01", "WORD02"], id="items behind the channel"),
        pytest.param(feed(item(1) + OPEN + item(3)), ["WORD01", "!WORD02 is an item of a feed with a CDATA", "WORD03"], id="CDATA that is not closed"),
        pytest.param(feed(item(1) + OPEN + OPEN + item(3)), ["WORD01", "!WORD02 is an item", "!WORD02 is an item", "WORD03"], id="twice"),
        pytest.param(feed(OPEN + f"<item><description><![CDATA[{story(3)}]]></description></item>" + item(4)), ["!WORD02 is an item", "WORD03", "WORD04"], id="before one that is closed"),
        pytest.param(feed("<description><![CDATA[WORD02 open</description>" + item(1)), ["!WORD02 is an item", "WORD01"], id="in the channel"),
        pytest.param(feed(item(1) + OPEN)[:-36], ["WORD01", "!WORD02 is an item of a feed that is cut off"], id="cut within CDATA"),
        pytest.param(feed(item(1) + item(2))[:-80], ["WORD01", "!WORD02 is an item of a feed that is cut off"], id="cut within an item"),
        pytest.param(feed(f"<item><description><![CDATA[{story(1)} Write <![CDATA[x]] &gt; there.]]></description></item>"), ["WORD01"], id="CDATA that speaks of CDATA"),
    ],
)  # fmt: skip
def test_items_outside_and_behind_damage(tmp_path: Path, body: str, said: list[str]) -> None:
    found = results(written(tmp_path, "a.xml", body))
    words = [one[: len(wanted)] for one, wanted in zip(outcome(found), said, strict=True)]
    assert words == said
    assert all(one.body.decode() in body for one in found if isinstance(one, Reject))
    assert not any(one.notes for one in found if isinstance(one, Raw))


STRAY = {
    "an end tag of HTML": "WORD04</p> WORD05",
    "an end tag of another item": "WORD04</entry> WORD05",
    "the end of the channel": "WORD04</channel> WORD05",
    "the end of an element around the item": "WORD04</image> WORD05",
    "a tag without an end": "WORD04<br> WORD05",
    "an attribute without marks": "WORD04 <font size=2> WORD05 </font>",
    "a mark too many": 'WORD04 <a href="x"">WORD05</a>',
    "the start of a comment": "WORD04 <!-- WORD05",
    "a bracket": "WORD04 < WORD05",
    "two brackets": "WORD04 <<b>WORD05</b>",
}


@pytest.mark.parametrize("stray", [pytest.param(text, id=name) for name, text in STRAY.items()])
def test_a_stray_tag_costs_no_item_and_no_words(tmp_path: Path, stray: str) -> None:
    """Before it stands an element that is not closed, and behind it the story, another item, and words of that."""
    broken = f"<item><title>T</title><rights>{stray}</rights><description>{story(2)}</description></item>"
    last = f"<item><description>{story(3)}</description><rights>WORD06</rights></item>"
    found = results(written(tmp_path, "a.xml", feed(f"<image>{item(1)}{broken}{last}")))
    assert outcome(found) == ["WORD01", "WORD02", "WORD03"]
    metadata = [one.extra for one in found if isinstance(one, Raw)]
    assert "WORD04" in metadata[1] and "WORD05" in metadata[1] and "WORD06" in metadata[2]


def test_a_stray_tag_in_a_story_of_atom_costs_nothing(tmp_path: Path) -> None:
    content = f'<content type="xhtml"><div><p>{story(1)}</p></p><p>WORD04 behind it.</p></div></content>'
    body = f"<feed><entry>{content}</entry><entry><summary>{story(2)}</summary></entry></feed>"
    first, second = (one for one in results(written(tmp_path, "a.xml", body)) if isinstance(one, Raw))
    assert "WORD01" in str(first.body) and "WORD04" in str(first.body) and "WORD02" in str(second.body)


@pytest.mark.parametrize(
    "body",
    ["<" * 100_000, "<item>" * 30_000 + "</entry>" * 30_000, "<a>" * 50_000 + "</b>" * 50_000, "<!--" * 50_000],
    ids=["brackets", "items", "elements", "comments"],
)  # fmt: skip
def test_tags_that_fit_nothing_take_linear_time(body: str) -> None:
    start = process_time()
    balanced(body)
    assert process_time() - start < 10  # in quadratic time, some minutes


DECLARED = '<!DOCTYPE rss [<!ENTITY a "b">]>'
SAID = "<item><description><![CDATA[<p>WORD02: write <code>{} WORD03 ]]></description></item>"


@pytest.mark.parametrize("said", ["<!DOCTYPE x [ WORD05 ]", "<?xml WORD05 ?>", "<!DOCTYPE WORD05>"])
@pytest.mark.parametrize("above", ["", "<?xml version='1.0'?>\n", DECLARED, "<!DOCTYPE rss PUBLIC '-//x' 'y'>"])
@pytest.mark.parametrize("feeds", [1, 2])
def test_a_declaration_in_an_item_is_its_words(tmp_path: Path, feeds: int, above: str, said: str) -> None:
    one = f"{above}<rss><channel>{item(1)}{SAID.format(said)}{item(4)}</channel></rss>\n"
    found = results(written(tmp_path, "a.rss", one * feeds))
    assert outcome(found) == ["WORD01", "WORD02", "WORD04"] * feeds
    assert f"{said} WORD03" in str(found[1].body)
    assert not any(one.notes for one in found if isinstance(one, Raw))


def test_what_an_item_has_twice_or_loose_is_in_its_metadata(tmp_path: Path) -> None:
    inner = f"<item>WORD02 in <title>A</title><title>WORD03</title><text>WORD04</text>{item(1)[6:]}"
    raw, *others = results(written(tmp_path, "a.xml", feed(inner)))
    assert isinstance(raw, Raw) and not others
    assert json.loads(raw.extra) == {"title#2": ["WORD03", "T"], "text#2": "WORD04", "#text": "WORD02 in"}


@pytest.mark.parametrize(
    "body", [feed(f"WORD02 loose {item(1)}"), feed(item(1)) + " WORD02 log", "WORD02 " + feed(item(1))[21:]]
)
def test_words_beside_items_are_noted(tmp_path: Path, body: str) -> None:
    path = written(tmp_path, "a.rss", body)
    (source,) = find([str(path)], Reading(format="feed")).sources
    (raw,) = (one for share in shares(source, Reading(format="feed"), 1 << 20) for one in read(share, Reading()))
    assert isinstance(raw, Raw)
    assert raw.notes == ("words beside the items",)
