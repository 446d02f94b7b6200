"""JSON as it is found: the story is read, and what is wrong beside it is noted or rejected alone."""

import io
import json
from collections.abc import Iterable
from pathlib import Path
from time import process_time
from typing import IO

import pytest
from conftest import results
from hypothesis import given
from hypothesis import strategies as st

from etl.formats import Reading, Reject, Result, find, opening, read, shares
from etl.formats.rows import with_fields
from etl.formats.spans import json_values
from etl.model import Raw

ONE = "The last car ferry between Harwick and Skerra sailed on Friday evening."
TWO = "Engineers have closed the inner gates of the Tolland barrier."


def outcome(found: Iterable[Result]) -> list[str]:
    """Texts of documents and, after an exclamation mark, reasons of rejects."""
    return [
        f"!{one.reason}" if isinstance(one, Reject) else str(one.body) for one in found if isinstance(one, Raw | Reject)
    ]


@pytest.mark.parametrize(
    ("body", "texts", "notes"),
    [
        pytest.param(b'{"text":"a","n":NaN,"m":-Infinity}', ["a"], ["not a number"] * 2, id="NaN and Infinity in another field"),
        pytest.param(b'{"text":"a","n":1e999}', ["a"], ["not a number"], id="R17 a number beyond all numbers"),
        pytest.param(b'{"text":"a"}{"text":"b"}', ["a", "b"], [], id="two records on a line"),
        pytest.param(b'{"text":"a"},\n{"text":"b"},\n', ["a", "b"], [], id="commas of an array that was cut in lines"),
        pytest.param(b'\x1e{"text":"a"}\n\x1e{"text":"b"}\n', ["a", "b"], [], id="record separators of RFC 7464"),
        pytest.param(b'\xef\xbb\xbf{"text":"a"}\r\n\r\n{"text":"b"}\r\n', ["a", "b"], [], id="BOM, CRLF, blank lines"),
        pytest.param('{"text":"é"}\n{"text":"b"}\n'.encode("utf-16"), ["é", "b"], [], id="UTF-16 with a mark"),
        pytest.param('{"text":"é"}\n{"text":"b"}\n'.encode("utf-16-le"), ["é", "b"], [], id="UTF-16 without"),
        pytest.param('{"text":"é"}\n'.encode("utf-32"), ["é"], [], id="UTF-32"),
        pytest.param('{"text":"Caf\xe9 in der Stra\xdfe, M\xfcnchen und K\xf6ln"}'.encode("cp1252"), ["Café in der Straße, München und Köln"], ["not UTF-8"], id="not UTF-8"),
        pytest.param(b'{"text":"a","text":"b"}', ["b"], ["duplicate key"], id="R17 one key twice: the last"),
        pytest.param(b'{"text":"a","text":""}', ["a"], ["duplicate key"], id="one key twice: the last that is not empty"),
        pytest.param(b'{"text":"a\tb\x01"}', ["a\tb\x01"], [], id="controls in a string"),
        pytest.param(b'"{\\"text\\": \\"a\\"}"', ["a"], [], id="written as JSON twice"),
        pytest.param(b'{"text":"a"} and so on', ["a", "!is not JSON: Expecting value at character 14"], [], id="junk behind a record"),
        pytest.param(b'{"id":"x","text":"cut\n{"text":"b"}', ["!is not JSON: Unterminated string starting at at character 18", "b"], [], id="cut"),
        pytest.param(b'{"text":"a"}\n"context"\n["x"]\n42\nnull\n', ["a", "!is a JSON str, not an object", "!is a JSON list, not an object", "!is a JSON int, not an object", "!is a JSON NoneType, not an object"], [], id="no objects"),
        pytest.param(b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", ["!is nested too deep"], [], id="deep"),
        pytest.param(b'{"text":"\\ud83d\\ude00 \\ud800"}', ["\U0001f600 \ufffd"], [], id="half a surrogate pair"),
        pytest.param(b'{"text":"a\\u2028b\\u0085c"}', ["a\u2028b\x85c"], [], id="line separators in a string"),
        pytest.param(b'[{"text":"a"}]\n[{"text":"b"}]', ["a", "b"], [], id="an array a line"),
    ],
)  # fmt: skip
def test_lines_as_they_are_found(tmp_path: Path, body: bytes, texts: list[str], notes: list[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(body)
    found = results(path)
    said = outcome(found)
    assert len(said) == len(texts)
    assert all(
        one == wanted if not wanted.startswith("!") else one.startswith(wanted[:20])
        for one, wanted in zip(said, texts, strict=True)
    ), said
    assert [note for one in found if isinstance(one, Raw) for note in one.notes] == notes


def test_given_encoding_is_that_of_the_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"text": "最后一班汽车渡轮"}\n'.encode("gbk"))
    (raw,) = results(path, Reading(encoding="gbk"))
    assert isinstance(raw, Raw)
    assert (raw.body, raw.notes) == ("最后一班汽车渡轮", ())


@pytest.mark.parametrize(
    ("name", "written", "reading"),
    [
        pytest.param("a.jsonl", '{"text": "地図の表"}\n', Reading(encoding="utf-16"), id="lines in a wide encoding"),
        pytest.param("a.json", '[{\n "text": "地図の表"}]\n', Reading(encoding="shift_jis"), id="an array, in which a character ends as an escape"),
        pytest.param("a.csv", "題|本文\nポ|地図の表\n", Reading(encoding="shift_jis", text_field="本文"), id="a table, in which a character ends as a bar"),
    ],
)  # fmt: skip
def test_given_encoding_is_that_of_the_file(tmp_path: Path, name: str, written: str, reading: Reading) -> None:
    path = tmp_path / name
    path.write_bytes(written.encode(reading.encoding))
    (raw,) = results(path, reading)
    assert isinstance(raw, Raw)
    assert raw.body == "地図の表"


@pytest.mark.parametrize(
    ("name", "written", "encoding"),
    [
        pytest.param("a.csv", 'id,title,text\n1,a,"{}"\n', "ascii", id="a table"),
        pytest.param("a.json", '[{{"text": "{}"}}]', "ascii", id="an array"),
        pytest.param("a.jsonl", '{{"text": "{}"}}\n', "ascii", id="lines"),
        pytest.param("a.jsonl", '{{"text": "{}"}}\n', "utf-16", id="lines in a wide encoding"),
    ],
)
def test_what_does_not_fit_the_given_encoding_is_a_reject(
    tmp_path: Path, name: str, written: str, encoding: str
) -> None:
    path = tmp_path / name
    text = written.format("A map. " * 9 + "#" * 20)
    lost = b"\x00\xd8" if encoding == "utf-16" else b"\x81"
    path.write_bytes(text.encode(encoding).replace("#".encode(encoding.replace("16", "16-le")), lost))
    (reject,) = results(path, Reading(encoding=encoding))
    assert isinstance(reject, Reject)
    assert "of its characters are bytes that are not" in reject.reason


def test_figures_pass_through_digit_by_digit(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"text": "a", "id": 922337203685477580812345, "n": 1.20, "m": 340282366920938463463374607431768211456}'
    )
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert raw.record == "922337203685477580812345"
    assert raw.extra == '{"n":1.20,"m":340282366920938463463374607431768211456}'


@pytest.mark.parametrize(
    ("body", "extra"),
    [
        ('{"text": "a", "tag": "x", "text": "b", "tag": "y", "tag": "z"}', {"text#2": "a", "tag": "z", "tag#2": "x", "tag#3": "y"}),
        ('{"text": "a", "text#2": "c", "text": "b"}', {"text#2": "c", "text#3": "a"}),
        ('{"text": "a", "text": "b", "text#2": "c", "text#3": "d"}', {"text#2": "c", "text#3": "d", "text#4": "a"}),
    ],
)  # fmt: skip
def test_of_equal_keys_nothing_is_lost(tmp_path: Path, body: str, extra: dict[str, str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(body)
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert (raw.body, json.loads(raw.extra)) == ("b", extra)


def test_fields_that_are_added_to_a_line_replace_none_of_others() -> None:
    line = with_fields(b'{"text": "a", "d": "x", "d#2": "y"}', {"d": 0.5}, Reading())
    assert json.loads(line) == {"text": "a", "d": 0.5, "d#2": "y", "d#3": "x"}


@pytest.mark.parametrize(
    "line",
    [b"{'articles': [{'text': 'a'}], 'status': 'ok'}", b'{"articles": [{"text": "a"}], "status": "ok", "d": "x"}'],
)
def test_what_stands_beside_the_record_of_a_line_is_kept(line: bytes) -> None:
    found = json.loads(with_fields(line, {"d": 0.5}, Reading()))
    assert (found["articles"], found["status"], found["d"]) == ([{"text": "a"}], "ok", 0.5)


RECORDS = [
    {"id": str(number), "text": f'He said "{number}" {{x}} [y] \\ {ONE * number}', "n": {"a": [1]}}
    for number in range(1, 12)
]


@pytest.mark.parametrize("size", [100, 3000, 1 << 20])
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(json.dumps(RECORDS), id="array on a line"),
        pytest.param(json.dumps(RECORDS, indent=2), id="pretty array"),
        pytest.param("\n".join(json.dumps(one, indent=1) for one in RECORDS), id="pretty objects"),
        pytest.param("".join(json.dumps(one) for one in RECORDS), id="objects in a row"),
        pytest.param("[\n" + ",\n".join(json.dumps(one) for one in RECORDS) + "\n]\n", id="array in lines"),
        pytest.param(json.dumps({"status": "ok", "articles": RECORDS}), id="answer of NewsAPI"),
        pytest.param(json.dumps({"hits": {"hits": [{"_id": one["id"], "_source": {"text": one["text"]}} for one in RECORDS]}}), id="answer of Elasticsearch"),
        pytest.param(json.dumps({one["id"]: {"text": one["text"]} for one in RECORDS}, indent=1), id="objects by id"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.json", "a.txt"])
def test_arrays_and_pretty_json_are_read_like_lines(tmp_path: Path, body: str, size: int, name: str) -> None:
    path = tmp_path / name
    path.write_text(body)
    found = results(path, size=size)
    assert [(one.record, one.body) for one in found if isinstance(one, Raw)] == [
        (one["id"], one["text"]) for one in RECORDS
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param('[{"text":"a"},{"text":"open},\n{"text":"c"},{"text":"d"}]', ["a", "!is cut", "c", "d"], id="a quotation mark is missing"),
        pytest.param('[{"text":"a"},{"text":["b"},\n{"text":"c"},{"text":"d"}]', ["a", "!is not JSON", "c", "d"], id="a bracket is missing"),
        pytest.param('[{"text":"a"},{"text":"b', ["a", "!is cut"], id="the end is missing"),
        pytest.param('[\n  1,\n  2\n]', ["!holds no JSON object"], id="no object"),
        pytest.param("[\n\n]\n", [], id="empty"),
        pytest.param('{"status": "ok", "totalResults": 0, "articles": []}', [], id="an answer without results"),
        pytest.param('{"id": "7", "items": []}', ["!has no known field of text"], id="a record without a text"),
        pytest.param("[null]", ["!holds no JSON object"], id="nothing in it"),
    ],
)  # fmt: skip
def test_damage_in_an_array_costs_one_object(tmp_path: Path, body: str, said: list[str]) -> None:
    path = tmp_path / "a.json"
    path.write_text(body)
    found = outcome(results(path))
    assert [one[: len(wanted)] for one, wanted in zip(found, said, strict=True)] == said


@pytest.mark.parametrize(
    "prose",
    [
        "[Reuters] The ferry sailed.\n\nIt was late.\n",
        "{Editor's note: this story was corrected}\n\nThe ferry sailed.\n",
        '"We sailed," he said.\n\n"It was late."\n',
        "[1] Footnotes come first here.\n",
    ],
)
def test_prose_that_begins_with_a_bracket_is_prose(tmp_path: Path, prose: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(prose)
    assert [one.body for one in results(path) if isinstance(one, Raw)] == [prose.encode()]


class Dripping:
    """A file that gives a few bytes at a time, as a pipe may."""

    def __init__(self, body: bytes, size: int) -> None:
        self._body, self._size = body, size

    def read(self, _: int) -> bytes:
        piece, self._body = self._body[: self._size], self._body[self._size :]
        return piece


@pytest.mark.parametrize("size", [1, 3, 64])
def test_objects_are_found_wherever_a_stream_breaks(size: int) -> None:
    file: IO[bytes] = Dripping(json.dumps(RECORDS, indent=1).encode(), size)  # type: ignore[assignment]  # reads like one
    assert [json.loads(value.body) for value in json_values(file, 1 << 20)] == RECORDS


def test_an_object_without_end_is_given_up_at_the_limit() -> None:
    file: IO[bytes] = Dripping(b'[{"text": "a"}, {"text": [' + b"1, " * 2000 + b'{"text": "b"}]', 100)  # type: ignore[assignment]  # reads like one
    first, *others = json_values(file, 1000)
    assert first.body == b'{"text": "a"}'
    assert others[0].fault.startswith("is one record of more than")


def test_of_an_object_without_end_its_beginning_is_told() -> None:
    body = b"[" + b" " * 300 + b'{"text": "a \\" b' + b"c" * 5000
    (told,) = json_values(Dripping(body, 400), 100)  # type: ignore[arg-type]  # reads like a file
    assert told.body == body[301:401]


@given(st.text('{}[]"\\a, ', max_size=40), st.sampled_from([1, 2, 3, 7]))
def test_values_do_not_depend_on_where_a_stream_breaks(text: str, size: int) -> None:
    body = text.encode()
    whole, broken = (list(json_values(Dripping(body, size), 1000)) for size in (100, size))  # type: ignore[arg-type]
    assert whole == broken


@pytest.mark.parametrize("head", ['{"text": "One.", ', "[1, "], ids=["behind a record", "behind an object without end"])
def test_white_space_behind_a_bracket_takes_linear_time(tmp_path: Path, head: str) -> None:
    path = tmp_path / "a.json"
    space = " " * 40_000
    path.write_text(f'[{head}"note": {{"a": 1}}{space},{space}"b": 2}},\n{{"text": "Two."}}]')
    (source,) = find([str(path)], Reading()).sources
    start = process_time()
    found = [one for share in shares(source, Reading(), 1 << 20) for one in read(share, Reading())]
    assert [one.body for one in found if isinstance(one, Raw)][-1] == "Two."
    assert process_time() - start < 5  # in quadratic time, 30


def test_a_run_of_values_between_records_is_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"text": "One."},' + "1," * 20_000 + '{"text": "Two."}]')
    (source,) = find([str(path)], Reading()).sources
    found = [one for share in shares(source, Reading(), 1 << 20) for one in read(share, Reading())]
    assert [one.body if isinstance(one, Raw) else one.reason for one in found] == [
        "One.",
        "is a run of more than 10,000 values among records, not objects",
        "Two.",
    ]


@pytest.mark.parametrize("length", [9, 10, 11, 12, 20, 21, 22, 31, 32, 50, 101])
def test_a_line_over_the_limit_is_one_line_however_long_it_is(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """Else its rest is read as records of its own, and the lines below it have wrong numbers."""
    monkeypatch.setattr(opening, "MAX_DOCUMENT_BYTES", 10)
    body = b"x" * length
    expected = [b"One\n", (body + b"\n")[:11], b"Three\n"]
    assert list(opening.bounded_lines(io.BytesIO(b"One\n" + body + b"\nThree\n"))) == expected
    assert list(opening.bounded_lines(io.BytesIO(body))) == [body[:11]]
    assert list(opening.bounded_lines(io.BytesIO(body + b"\nThree\n"), length + 1)) == expected[1:2]
