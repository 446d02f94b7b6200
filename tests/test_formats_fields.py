"""Fields of a record: which holds the text, what HTML looks like, under which names programs write what they know."""

import json
from time import process_time
from typing import Any

import pytest

from etl.errors import Unreadable
from etl.formats import Reading
from etl.formats.field_values import value_at
from etl.formats.fields import RecordPlace, document
from etl.formats.names import language_code
from etl.formats.richtext import as_html, is_html
from etl.model import Metadata, Raw

STORY = "The last car ferry between Harwick and Skerra sailed on Friday evening."
MORE = "Residents lined the quay with lanterns."
TIME = "2026-03-02T18:30:55.000Z"


def read(fields: dict[str, Any], reading: Reading = Reading()) -> Raw:
    return document(RecordPlace("a.jsonl", 1, "0" * 64), fields, reading)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        pytest.param({"text": STORY}, STORY, id="text"),
        pytest.param({"text": None, "maintext": STORY}, STORY, id="the first is null"),
        pytest.param({"text": " ", "content": "", "body": STORY}, STORY, id="the first are blank"),
        pytest.param({"text": [STORY, "", MORE]}, f"{STORY}\n\n{MORE}", id="paragraphs"),
        pytest.param({"body": [{"type": "p", "text": STORY}, {"type": "p", "text": MORE}]}, f"{STORY}\n\n{MORE}", id="paragraphs as objects"),
        pytest.param({"content": {"rendered": STORY, "protected": False}}, STORY, id="WordPress"),
        pytest.param({"content": [{"type": "text/plain", "value": STORY}]}, STORY, id="feedparser"),
        pytest.param({"body": {"summary": [STORY], "sections": [{"headline": ["A"], "paragraphs": [MORE]}]}}, f"{STORY}\n\nA\n\n{MORE}", id="fundus"),
        pytest.param({"fields": {"bodyText": STORY}}, STORY, id="the Guardian's interface"),
        pytest.param({"articleBody": STORY, "description": MORE}, STORY, id="schema.org"),
        pytest.param({"title": "A", "description": MORE}, MORE, id="nothing but a teaser"),
        pytest.param({"text": 42, "content": STORY}, STORY, id="a number is not text"),
        pytest.param({"text": {"a": 1}, "content": STORY}, STORY, id="nor are figures"),
    ],
)  # fmt: skip
def test_the_first_usable_field_is_the_text(fields: dict[str, Any], text: str) -> None:
    raw = read(fields)
    assert (raw.body, raw.kind) == (text, "text")


@pytest.mark.parametrize(
    ("fields", "path", "text", "left"),
    [
        ({"data": {"content": STORY, "n": 1}}, "data.content", STORY, {"data": {"n": 1}}),
        ({"content": [{"value": STORY}, {"value": MORE}]}, "content.1.value", MORE, {"content": [{"value": STORY}, {"value": MORE}]}),
        ({"a.b": STORY, "a": {"b": MORE}}, "a.b", STORY, {"a": {"b": MORE}}),
        ({"text": MORE, "body": {"html": STORY}}, "body.html", STORY, {"text": MORE}),
    ],
)  # fmt: skip
def test_text_field_takes_a_path(fields: dict[str, Any], path: str, text: str, left: dict[str, Any]) -> None:
    raw = read(fields, Reading(text_field=path))
    assert (raw.body, json.loads(raw.extra)) == (text, left)


@pytest.mark.parametrize(
    ("fields", "reading", "reason"),
    [
        (
            {"id": 1},
            Reading(),
            "has no known field of text (text, content, body …); name the field with --text-field; its fields: id",
        ),
        ({"text": None}, Reading(), "field 'text' does not hold text but null"),
        ({"text": " None"}, Reading(), "field 'text' does not hold text but \" None\""),
        ({"text": {"a": 1}}, Reading(), "field 'text' does not hold text but {\"a\":1}"),
        ({"text": STORY}, Reading(text_field="story"), "has no field 'story'; its fields: text"),
        ({"story": [1]}, Reading(text_field="story"), "field 'story' does not hold text but [1]"),
    ],
)
def test_a_record_without_text_says_what_it_has(fields: dict[str, Any], reading: Reading, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        read(fields, reading)
    assert reason in raised.value.fault


FACTS = Metadata(
    "Last ferry sails", "Harwick Post", "Marta Oake, Iris Holm", TIME, "https://harwick-post.example/ferry", "en"
)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"title": "Last ferry sails", "author": "Marta Oake, Iris Holm", "date": TIME, "source": "https://harwick-post.example/ferry", "source-hostname": "Harwick Post", "hostname": "harwick-post.example", "language": "en"}, id="trafilatura"),
        pytest.param({"title": "Last ferry sails", "authors": ["Marta Oake", "Iris Holm"], "publish_date": "2026-03-02 18:30:55", "url": "https://harwick-post.example/ferry", "meta_site_name": "Harwick Post", "meta_lang": "en"}, id="newspaper4k"),
        pytest.param({"title": "Last ferry sails", "authors": ["Marta Oake", "Iris Holm"], "date_publish": "2026-03-02 18:30:55", "url": "https://harwick-post.example/ferry", "source_domain": "Harwick Post", "language": "en"}, id="news-please"),
        pytest.param({"title": "Last ferry sails", "authors": ["Marta Oake", "Iris Holm"], "publishing_date": "2026-03-02 18:30:55+00:00", "html": {"responded_url": "https://harwick-post.example/ferry", "source_info": {"publisher": "Harwick Post"}}, "lang": "en"}, id="fundus"),
        pytest.param({"metadata": {"title": "Last ferry sails", "authors": "Marta Oake, Iris Holm", "date": TIME, "url": "https://harwick-post.example/ferry", "sitename": "Harwick Post", "language": "eng_Latn"}}, id="datatrove"),
        pytest.param({"headline": "Last ferry sails", "author": [{"@type": "Person", "name": "Marta Oake"}, {"name": "Iris Holm"}], "datePublished": "2026-03-02T19:30:55+01:00", "publisher": {"@type": "Organization", "name": "Harwick Post"}, "inLanguage": "en-GB", "mainEntityOfPage": {"@id": "https://harwick-post.example/ferry"}}, id="schema.org"),
        pytest.param({"title": "Last ferry sails", "author": "Marta Oake, Iris Holm", "publishedAt": "2026-03-02T18:30:55Z", "url": "https://harwick-post.example/ferry", "source": {"id": None, "name": "Harwick Post"}, "lang": "en"}, id="NewsAPI"),
        pytest.param({"webTitle": "Last ferry sails", "webUrl": "https://harwick-post.example/ferry", "webPublicationDate": "2026-03-02T18:30:55Z", "fields": {"byline": "Marta Oake, Iris Holm"}, "publication": "Harwick Post", "lang": "en"}, id="the Guardian's interface"),
        pytest.param({"title": {"rendered": "Last ferry sails"}, "link": "https://harwick-post.example/ferry", "date_gmt": "2026-03-02T18:30:55", "author": "Marta Oake, Iris Holm", "site_name": "Harwick Post", "lang": "English"}, id="WordPress"),
        pytest.param({"title": {"rendered": "Last ferry sails"}, "link": "https://harwick-post.example/ferry", "date": "2026-03-02T20:30:55", "date_gmt": "2026-03-02T18:30:55", "author": "Marta Oake, Iris Holm", "site_name": "Harwick Post", "lang": "English"}, id="WordPress, with the time of its own place"),
        pytest.param({"headline": "Last ferry sails", "byline": ["Marta Oake", "Iris Holm"], "timestamp": 1772476255, "uri": "https://harwick-post.example/ferry", "sitename": "Harwick Post", "language_code": "en"}, id="seconds since 1970"),
        pytest.param({"title": "Last ferry sails", "authors": ["Marta Oake", "Iris Holm"], "created_at": {"$date": {"$numberLong": "1772476255000"}}, "url": "https://harwick-post.example/ferry", "publisher": "Harwick Post", "language": "en"}, id="Mongo"),
        pytest.param({"title": "Last ferry sails", "author": "Marta Oake, Iris Holm", "date": "02/03/2026 18:30:55", "url": "https://harwick-post.example/ferry", "publisher": "Harwick Post", "language": "en-GB"}, id="day first by the language"),
    ],
)  # fmt: skip
def test_names_of_peers_are_known(fields: dict[str, Any]) -> None:
    raw = read({"text": STORY, **fields})
    assert raw.metadata == FACTS


@pytest.mark.parametrize(
    ("fields", "created"),
    [
        pytest.param({"timestamp": TIME, "url": "https://harwick-post.example/ferry"}, "", id="C4"),
        pytest.param({"date": TIME, "dump": "CC-MAIN-2026-10", "file_path": "s3://a.warc.gz"}, "", id="FineWeb"),
        pytest.param({"metadata": {"date": TIME, "dump": "CC-MAIN-2026-10"}}, "", id="FineWeb, by datatrove"),
        pytest.param({"timestamp": TIME, "title": "Last ferry sails"}, TIME, id="keeps: a story with its headline"),
        pytest.param({"date": TIME}, TIME, id="keeps: a date"),
    ],
)
def test_the_time_of_a_crawl_is_not_that_of_the_story(fields: dict[str, Any], created: str) -> None:
    assert read({"text": STORY, **fields}).metadata.created == created


def test_map_names_others_and_goes_first() -> None:
    reading = Reading(map=(("headline", "titel.haupt"), ("created", "erschienen"), ("text", "inhalt"), ("id", "nr")))
    raw = read(
        {"titel": {"haupt": "A", "sub": "B"}, "title": "C", "erschienen": "23.08.2020", "inhalt": STORY, "nr": 7},
        reading,
    )
    assert (raw.metadata.headline, raw.metadata.created, raw.body, raw.record) == (
        "A",
        "2020-08-23T00:00:00.000Z",
        STORY,
        "7",
    )
    assert json.loads(raw.extra) == {"titel": {"sub": "B"}, "title": "C"}


def test_a_date_that_cannot_be_read_passes_through_and_is_noted() -> None:
    raw = read({"text": STORY, "date": "last Tuesday"})
    assert (raw.metadata.created, json.loads(raw.extra), raw.notes) == ("", {"date": "last Tuesday"}, ("unread date",))


def test_the_first_date_that_can_be_read_is_taken() -> None:
    raw = read({"text": STORY, "date": "last Tuesday", "published": "2020-08-23"})
    assert (raw.metadata.created, raw.notes) == ("2020-08-23T00:00:00.000Z", ())


@pytest.mark.parametrize(
    ("said", "code"),
    [("en", "en"), ("en-GB", "en"), ("pt_BR", "pt"), ("eng", "en"), ("deu_Latn", "de"), ("Deutsch", "de"), ("nb", "no"), ("mixed", ""), ("", "")],
)  # fmt: skip
def test_language_codes(said: str, code: str) -> None:
    assert language_code(said) == code


@pytest.mark.parametrize(
    "text",
    [
        "<p>One.</p><p>Two.</p>",
        "\ufeff<p>One.</p>",
        "<div class='a'>One</div>",
        "One.<br><br>Two.<br/>Three.",
        "One. See <a href='https://x'>the chart</a> for more.",
        "She played <i>Macbeth</i> again.",
        "<!DOCTYPE html><html><body>One",
        "One.\n<p>Two.\n<p>Three.",
        '<img src="a.jpg" alt="A"> One.',
        "&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;",
        "&amp;lt;p&amp;gt;One.&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Two.&amp;lt;/p&amp;gt;",
    ],
)
def test_html_in_a_text_field_is_html(text: str) -> None:
    assert read({"text": text}).kind == "html"


@pytest.mark.parametrize(
    "text",
    [
        "The <p> tag opens a paragraph, </p> closes it.",
        "Use <p> for paragraphs and <br> for line breaks.",
        "The tags “<p>” and “</p>” stand around a paragraph.",
        "Write `<div class=\"a\">` and then `</div>`.",
        "If a<b and b>c then a is the least.",
        "List<String> names = new ArrayList<String>();",
        "<Getty Images>",
        "Write to <desk@example.org>.",
        "I <3 New York.",
        "Write &lt;p&gt; for a paragraph.",
        "AT&amp;T said &lt;10 per cent were hit.",
    ],
)  # fmt: skip
def test_text_that_speaks_of_tags_is_text(text: str) -> None:
    raw = read({"text": text})
    assert (raw.kind, raw.body) == ("text", text)


def test_lines_between_inline_tags_become_paragraphs() -> None:
    assert as_html("<b>One.</b>\n\nTwo <i>and</i>\nthree.") == "<b>One.</b><p>Two <i>and</i><br>three."
    assert as_html("<b>One.</b> \t\n \n\n Two <i>and</i>\n\t three.") == "<b>One.</b><p>Two <i>and</i><br>\t three."
    assert not is_html("One.\n\nTwo.")


@pytest.mark.parametrize("run", ["\n", "\t", '"<' + "a" * 100_000, "<br>\n "])
def test_long_runs_of_one_sign_take_time_in_proportion(run: str) -> None:
    start = process_time()
    as_html("<b>One</b> and <i>two</i>" + run * (200_000 // len(run)) + "end")
    assert process_time() - start < 5


@pytest.mark.parametrize("place", ["0", "9" * 5000, "²", "-1"])
def test_a_path_leads_to_a_place_of_a_list_or_nowhere(place: str) -> None:
    assert value_at([STORY], place) == (STORY if place == "0" else None)
