"""CSV, Parquet and Arrow: rows become documents, and damage costs a row or a row group."""

import bz2
import datetime
import gzip
import io
import lzma
import os
from collections.abc import Callable
from decimal import Decimal
from inspect import signature
from pathlib import Path
from time import process_time
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from conftest import results
from msgspec import structs

from etl.formats import Reading, Reject, Result, find, read, shares
from etl.formats import parquet as parquet_format
from etl.formats.csv_rows import Dialect, rows
from etl.formats.opening import Changed, opened
from etl.formats.parquet_files import open_table
from etl.model import Raw

STORY = (
    "The last car ferry between Harwick and Skerra sailed on Friday, with eleven passengers on board; it was late. " * 3
)


def outcome(found: list[Result]) -> list[tuple[int, str]]:
    return [
        (one.row, one.reason if isinstance(one, Reject) else str(one.body))
        for one in found
        if isinstance(one, Raw | Reject)
    ]


@pytest.mark.parametrize("size", [10, 1 << 20])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param('id,title,text\n1,A,"One, ""two"""\n2,B,Three\n', [(2, 'One, "two"'), (3, "Three")], id="commas"),
        pytest.param("id\ttitle\ttext\n1\tA\tOne, two; three\n", [(2, "One, two; three")], id="tabs"),
        pytest.param('id;text\n1;"One, two"\n2;"Three; four"\n', [(2, "One, two"), (3, "Three; four")], id="semicolons, as in Europe"),
        pytest.param("id|text\n1|One\n", [(2, "One")], id="bars"),
        pytest.param("sep=;\nid;text\n1;One\n", [(3, "One")], id="Excel's own line"),
        pytest.param('id,text\n1,"One\n\ntwo"\n2,Three\n', [(2, "One\n\ntwo"), (5, "Three")], id="a cell of several lines"),
        pytest.param('id,text\r\n1,"One\r\n\r\ntwo"\r\n2,Three\r\n', [(2, "One\r\n\r\ntwo"), (5, "Three")], id="CRLF"),
        pytest.param('id,text\n1,"He said \\"no\\", then"\n2,Three\n', [(2, 'He said "no", then'), (3, "Three")], id="quotation marks behind a backslash"),
        pytest.param('id,note,text\n1,"","He said \\"no\\""\n2,"","Three\n\n\\"Four\\""\n', [(2, 'He said "no"'), (3, 'Three\n\n"Four"')], id="behind a backslash at the end of a cell, beside empty cells"),
        pytest.param('id,text\n1,One\n\ufeff"id","text"\r\n2,Two\nid,texts\n', [(2, "One"), (4, "Two"), (5, "texts")], id="tables that were joined"),
        pytest.param("\ufeffid,text\n1,One\n", [(2, "One")], id="BOM"),
        pytest.param("Id,Title,Text\n1,A,One\n", [(2, "One")], id="names in other case"),
        pytest.param("text\nOne\nTwo\n", [(2, "One"), (3, "Two")], id="one column"),
        pytest.param(f"Nr,Titel,Inhalt\n1,A,\"{STORY}\"\n", [(2, STORY)], id="the column of the longest cells"),
        pytest.param(f'1\t"{STORY}"\tx\n2\t"{STORY}"\ty\n', [(1, STORY), (2, STORY)], id="no header"),
        pytest.param('id,text\n1,"One\n2,Two\n3,"Three, four"\n', [(2, "is not a CSV row: a quotation mark is not closed"), (3, "Two"), (4, "Three, four")], id="an unclosed quotation mark"),
        pytest.param('id,text\n1,"One\n2,Two\n', [(2, "is not a CSV row: a quotation mark is not closed"), (3, "Two")], id="and none after it"),
        pytest.param("id,text\n1,One\n2,Two, three\n3,Four\n", [(2, "One"), (3, "has 3 cells, and there are 2 columns: is a delimiter not quoted?"), (4, "Four")], id="a comma that is not quoted"),
        pytest.param("id,text,note\n1,One\n", [(2, "One")], id="cells are missing at the end"),
        pytest.param("id,text\n1,One\n2\n3,Three\n", [(2, "One"), (3, "has 1 cell, and there are 2 columns: the cell of its text is missing"), (4, "Three")], id="the cell of the text is missing"),
        pytest.param("id,text\n1,One\n\n2,Two\n", [(2, "One"), (4, "Two")], id="blank lines"),
        pytest.param("\x0cid,title,text\n1,A,One\n2,B,Two\n", [(2, "One"), (3, "Two")], id="a form feed before the header"),
        pytest.param('id,text\n1,"One\n\ufeff\ufefftwo"\n', [(2, "One\n\ufeff\ufefftwo")], id="marks within a cell"),
        pytest.param(f'\ufeff"{STORY}"\tx\n\ufeff"{STORY}"\ty\n', [(1, STORY), (2, f'\ufeff"{STORY}"')], id="only the first line loses its mark"),
        pytest.param(f'A,b,"c\nd"\nx,"{STORY}",y\n', [(3, STORY)], id="a header of two lines"),
        pytest.param(f'\n\nA,b\nx,"{STORY}"\n', [(4, STORY)], id="blank lines above unknown names"),
        pytest.param(f'text,summary,inhalt\nN/A,Short,"{STORY}"\n', [(2, STORY)], id="the longest cells beside an empty text"),
    ],
)  # fmt: skip
def test_rows_of_csv(tmp_path: Path, body: str, expected: list[tuple[int, str]], size: int) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(body.encode())
    found = outcome(results(path, size=size))
    assert [(row, said[: len(wanted)]) for (row, said), (_, wanted) in zip(found, expected, strict=True)] == expected


@pytest.mark.slow
@pytest.mark.parametrize("line_end", ["\n", "\r"])
def test_a_line_of_csv_over_the_limit_is_one_reject(tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(f"id,text{line_end}1,One{line_end}2,".encode())
        file.write("é".encode() * (40 << 20))
        file.write(f"{line_end}3,Three{line_end}".encode())
    assert outcome(results(path)) == [(2, "One"), (3, "is one record of more than 64 MiB"), (4, "Three")]


PROSE = "The ferry sailed on Friday.\nIt was late.\nNobody was hurt; the sea was calm.\n"
NOT_CLOSED = "is not a CSV row: a quotation mark is not closed"


@pytest.mark.parametrize("size", [1000, 1 << 20])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(f'"{PROSE * 2000}",b\nEnd,c\n', [(2, PROSE * 2000), (6003, "End")], id="6,000 lines in a cell"),
        pytest.param(f'One,a\n"{PROSE * 2000}', [(2, "One"), (3, NOT_CLOSED)], id="6,000 lines, cut"),
        pytest.param(f'One,a\n"{PROSE}', [(2, "One"), (3, NOT_CLOSED)], id="three lines, cut"),
        pytest.param(f'"{PROSE * 2000}"x,b\nEnd,c\n', [(2, NOT_CLOSED), (6003, "End")], id="6,000 lines, wrongly closed"),
        pytest.param('"One,a\n' + "Two,b\n" * 6000, [(2, NOT_CLOSED), *((row, "Two") for row in range(3, 6003))], id="6,000 rows behind a stray mark"),
        pytest.param('"One,a\nTwo,b\n"Three, 3",c\n', [(2, NOT_CLOSED), (3, "Two"), (4, "Three, 3")], id="rows with cells in quotes behind it"),
        pytest.param('"One,a\n"Two\nand more",b\nThree,c\n', [(2, NOT_CLOSED), (3, "Two\nand more"), (5, "Three")], id="a row of two lines behind it"),
    ],
)  # fmt: skip
def test_the_rest_of_a_broken_row_is_no_row(
    tmp_path: Path, body: str, expected: list[tuple[int, str]], size: int
) -> None:
    (tmp_path / "a.csv").write_text("text,url\n" + body)
    assert outcome(results(tmp_path / "a.csv", size=size)) == expected


def test_rows_without_their_last_cells_are_rows_behind_a_stray_mark(tmp_path: Path) -> None:
    ragged = [f"{number},Title,Story {number} of the day,x.org,en" for number in range(3, 300)]
    (tmp_path / "a.csv").write_text('id,title,text,url,language,author\n2,"Title,Story,x.org\n' + "\n".join(ragged))
    found = outcome(results(tmp_path / "a.csv"))
    assert found == [(2, NOT_CLOSED), *((number, f"Story {number} of the day") for number in range(3, 300))]


@pytest.mark.slow
def test_a_cell_over_the_limit_is_one_reject_whatever_its_lines(tmp_path: Path) -> None:
    table = Dialect(",", ("text", "url"))
    lines = iter(
        ['"It was late.\n', *["Nobody was hurt; the sea was calm. " * 300_000 + "\n"] * 9, 'End",a\n', "Next,b\n"]
    )
    assert [(row.line, row.fault[:13]) for row in rows(lines, table)] == [(1, "is one record"), (12, "")]


@pytest.mark.slow
def test_lines_that_all_open_a_cell_take_time_in_proportion(tmp_path: Path) -> None:
    lines = ['x"y","'] * 6_000
    start = process_time()
    found = list(rows(iter([f"{line}\n" for line in lines]), Dialect(",", ("id", "text"))))
    assert len(found) == len(lines)
    assert process_time() - start < 10  # it was 18 million looks at a line


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_of_csv(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes('id,text\n1,"Ein Café in der Straße, in München"\n'.encode(encoding))
    assert outcome(results(path)) == [(2, "Ein Café in der Straße, in München")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "compress", [gzip.compress, zstandard.compress, bz2.compress, lzma.compress], ids=["gz", "zst", "bz2", "xz"]
)
def test_rows_before_a_damaged_place_are_read(
    tmp_path: Path, compress: Callable[[bytes], bytes], encoding: str
) -> None:
    body = f'id,text\n1,"{STORY}\n\n{STORY}"\n2,Two\n'
    (tmp_path / "a.csv").write_bytes(compress(f"{body}3,Thr".encode(encoding)) + b"junk junk")
    *rows, damage = results(tmp_path / "a.csv")
    assert [(one.row, str(one.body)) for one in rows] == [(2, f"{STORY}\n\n{STORY}"), (5, "Two")]
    assert isinstance(damage, Reject) and damage.reason.startswith("the file is damaged from here on: ")
    assert (damage.row, damage.body) == (6, b"3,Thr")


def test_columns_fill_metadata_and_pass_through(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,headline,date,publication,text,score\n7,A,2020-08-23,BBC,One,0.5\n")
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert (raw.record, raw.metadata.headline, raw.metadata.created, raw.metadata.publisher, raw.extra) == (
        "7", "A", "2020-08-23T00:00:00.000Z", "BBC", '{"score":"0.5"}',
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "is_table"),
    [
        ("id,title,text\n1,A,One\n", True),
        ("url\tcontent\nhttps://x\tOne\n", True),
        ("Once upon a time, there was\na king, who had a son\n", False),
        ("Text, content and body\n\nAll three, in one.\n", False),
        ("Name: Jane Roe\nAge: 61\n", False),
    ],
)
def test_a_table_without_a_telling_name_is_known_by_its_columns(tmp_path: Path, body: str, is_table: bool) -> None:
    path = tmp_path / "a.txt"
    path.write_text(body)
    (source,) = find([str(path)], Reading()).sources
    assert [share.format for share in shares(source, Reading(), 1 << 20)] == (["csv"] if is_table else ["text"])


ROWS: list[dict[str, Any]] = [
    {
        "id": number,
        "title": f"T{number}",
        "text": f"{STORY}{number}",
        "date": datetime.datetime(2020, 8, 23, 16, 18, tzinfo=datetime.UTC),
        "price": Decimal("1.20"),
        "vector": [0.5, 1.5],
        "picture": {"bytes": b"\x89PNG", "path": "a.png"},
        "thumbnail": b"\x89PNG",
        "tags": ["a", "b"],
    }
    for number in range(1, 8)
]


def parquet(table: pa.Table, **options: Any) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file, row_group_size=2, **options)
    return file.getvalue()


def arrow(table: pa.Table, opener: Callable[..., Any]) -> bytes:
    file = io.BytesIO()
    with opener(file, table.schema) as writer:
        writer.write_table(table, 2)
    return file.getvalue()


def beside(*tables: pa.Table, opener: Callable[..., Any] = pa.ipc.new_stream) -> bytes:
    return b"".join(arrow(table, opener) for table in tables)


FILES: list[tuple[str, Callable[[pa.Table], bytes]]] = [
    ("a.parquet", parquet),
    ("a.arrow", lambda table: arrow(table, pa.ipc.new_file)),
    ("stream.arrow", lambda table: arrow(table, pa.ipc.new_stream)),
]


@pytest.mark.parametrize(("name", "write"), FILES)
def test_a_column_whose_name_is_not_utf8_is_damage(
    tmp_path: Path, name: str, write: Callable[[pa.Table], bytes]
) -> None:
    path = tmp_path / name
    path.write_bytes(write(pa.table({"text": [STORY], "notename": ["a"]})).replace(b"notename", b"note\xffame"))
    (reject,) = results(path)
    assert isinstance(reject, Reject) and "is a damaged" in reject.reason


@pytest.mark.parametrize("size", [1, 3000, 1 << 20])
@pytest.mark.parametrize(("name", "write"), FILES)
def test_rows_of_parquet_and_arrow(tmp_path: Path, name: str, write: Callable[[pa.Table], bytes], size: int) -> None:
    path = tmp_path / name
    path.write_bytes(write(pa.Table.from_pylist(ROWS)))
    found = [one for one in results(path, size=size) if isinstance(one, Raw)]
    assert [(one.row, one.record, one.body) for one in found] == [
        (row["id"], str(row["id"]), row["text"]) for row in ROWS
    ]
    assert found[0].metadata.created == "2020-08-23T16:18:00.000Z"
    assert found[0].extra == '{"price":"1.20","tags":["a","b"]}'  # pictures and vectors are not read


@pytest.mark.parametrize(("name", "write"), FILES)
def test_columns_of_pages(tmp_path: Path, name: str, write: Callable[[pa.Table], bytes]) -> None:
    path = tmp_path / name
    path.write_bytes(
        write(pa.table({"url": ["https://x"], "html": [b"<html><body><p>One."], "text": pa.array([None], pa.string())}))
    )
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert (raw.kind, raw.body) == ("html", b"<html><body><p>One.")


def test_a_header_may_repeat_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,note,b,note_2,note\n"The mayor, at last, opened the bridge.",1,2,3,4\n')
    (raw,) = results(tmp_path / "a.csv")
    assert isinstance(raw, Raw)
    assert (raw.body, raw.extra) == (
        "The mayor, at last, opened the bridge.", '{"note":"1","b":"2","note_2":"3","note_3":"4"}'
    )  # fmt: skip


def test_column_of_the_longest_strings_is_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(pa.table({"titel": ["A", "B"], "inhalt": [STORY, STORY]})))
    assert [said for _, said in outcome(results(path))] == [STORY, STORY]


def texts(*said: str) -> pa.Table:
    return pa.table({"text": [f"{one}: {STORY}" for one in said]})


OTHER_COLUMNS = pa.table({"n": [1, 2], "text": ["Three", "Four"]})


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(beside(texts("One"), texts("Two", "Three")), ["One", "Two", "Three"], id="another stream"),
        pytest.param(beside(texts("One"), OTHER_COLUMNS, texts("Two")), ["One", "2 rows of a later stream", "Two"], id="with other columns"),
        pytest.param(beside(texts("One")) + b"junk " * 100, ["One", "the file is damaged from here on"], id="junk"),
        pytest.param(beside(texts("One"), texts("Two"))[:-600], ["One", "the file is damaged from here on"], id="a stream that is cut"),
    ],
)  # fmt: skip
def test_what_stands_behind_an_arrow_stream(tmp_path: Path, body: bytes, expected: list[str], size: int) -> None:
    path = tmp_path / "a.arrow"
    path.write_bytes(body)
    found = [said for _, said in outcome(results(path, size=size))]
    assert [said[: len(wanted)] for said, wanted in zip(found, expected, strict=True)] == expected


def test_batches_of_a_stream_are_read_in_proportion_to_their_number(tmp_path: Path) -> None:
    def seconds(number: int) -> float:
        table = texts(*map(str, range(number)))
        file = io.BytesIO()
        with pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table, 1)
        (tmp_path / "a.arrow").write_bytes(file.getvalue())
        start = process_time()
        assert len(results(tmp_path / "a.arrow")) == number
        return process_time() - start

    seconds(10)
    assert seconds(1600) < 10 * seconds(200) + 0.5


ONE, MANY = texts("One"), texts(*map(str, range(99)))


@pytest.mark.parametrize("tables", [(ONE, ONE), (ONE, MANY), (MANY, ONE), (ONE, MANY[:0]), (MANY[:0], ONE, ONE)])
@pytest.mark.parametrize(
    "write",
    [
        pytest.param(parquet, id="Parquet"),
        pytest.param(lambda table: parquet(table, write_page_index=True), id="with indexes"),
        pytest.param(lambda table: arrow(table, pa.ipc.new_file), id="Arrow"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_rows_of_one_file_are_not_taken_for_those_of_another_behind_it(
    tmp_path: Path, tables: list[pa.Table], write: Callable[[pa.Table], bytes], pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(pack(b"".join(map(write, tables))))
    ((_, said),) = outcome(results(path))
    assert "another file ends in it, at byte" in said


def test_a_packed_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet.gz"
    path.write_bytes(gzip.compress(parquet(ONE)))
    (source,) = find([str(path)], Reading()).sources
    with opened(source) as found:
        os.utime(path, ns=(1, 1))
        with pytest.raises(Changed):
            list(parquet_format.shares(found, 1 << 20, Reading()))


OPTIONS: list[dict[str, Any]] = [
    {"write_page_index": True, "data_page_size": 100},
    {"compression": "none", "use_dictionary": False},
]
if "bloom_filter_options" in signature(pq.write_table).parameters:  # pyarrow 19 writes none
    OPTIONS.append({"bloom_filter_options": {"text": {"ndv": 100_000, "fpp": 0.01}}})


@pytest.mark.parametrize("options", OPTIONS)
def test_indexes_and_filters_are_no_damage(tmp_path: Path, options: dict[str, Any]) -> None:
    (tmp_path / "a.parquet").write_bytes(parquet(texts("PAR1PAR1", "PAR1", "Two"), **options))
    assert [said[:4] for _, said in outcome(results(tmp_path / "a.parquet"))] == ["PAR1", "PAR1", "Two:"]


def test_damaged_row_group_is_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    body = bytearray(parquet(pa.Table.from_pylist([{"text": f"{number} {STORY}"} for number in range(6)])))
    second = pq.ParquetFile(io.BytesIO(bytes(body))).metadata.row_group(1).column(0)
    start = second.dictionary_page_offset or second.data_page_offset
    for place in range(start + 20, start + 120):
        body[place] ^= 0x55
    path.write_bytes(bytes(body))
    found = outcome(results(path))
    assert [row for row, _ in found] == [1, 2, 3, 5, 6]
    assert found[2][1].startswith("row group 2 is damaged, 2 rows are lost: ")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (lambda: parquet(pa.table({"text": ["a"]}))[:-20], "is a damaged Parquet file: "),
        (lambda: b"PAR1", "is a damaged Parquet file: "),
        (lambda: b"not Parquet", "is not in the format Parquet, although its name or --from says so"),
    ],
)
def test_damaged_parquet_file_is_one_reject(tmp_path: Path, body: Callable[[], bytes], reason: str) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(body())
    ((_, said),) = outcome(results(path))
    assert said.startswith(reason)


NANOSECONDS = 1_577_836_800_000_000_001
FAR = 2**62


@pytest.mark.parametrize(("_", "write"), FILES)
@pytest.mark.parametrize(
    ("column", "shown"),
    [
        pytest.param(pa.array([NANOSECONDS], pa.timestamp("ns")), "2020-01-01 00:00:00.000000001", id="nanoseconds"),
        pytest.param(pa.array([NANOSECONDS - 1], pa.timestamp("ns")), "2020-01-01T00:00:00", id="none of them"),
        pytest.param(pa.array([10**9 + 1], pa.time64("ns")), "00:00:01.000000001", id="a time of day"),
        pytest.param(pa.array([10**9 + 1], pa.duration("ns")), "1000000001", id="a duration"),
        pytest.param(pa.array([-FAR], pa.timestamp("us")), "out of range", id="a year that Python lacks"),
        pytest.param(pa.array([2**30], pa.date32()), "out of range", id="such a day"),
        pytest.param(pa.array([0], pa.timestamp("us", "Foo/Bar")), "1970-01-01 00:00:00", id="an unknown time zone"),
        pytest.param(pa.array([[{"at": NANOSECONDS}]], pa.list_(pa.struct({"at": pa.timestamp("ns")}))), "00.000000001", id="within others"),
        pytest.param(pa.StructArray.from_arrays([pa.array(["a"]), pa.array(["b"])], ["x", "x"]), '"x":"a","x_2":"b"', id="two names within"),
    ],
)  # fmt: skip
def test_values_that_python_has_no_form_for_cost_no_row(
    tmp_path: Path, _: str, write: Callable[[pa.Table], bytes], column: pa.Array, shown: str
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(write(pa.table({"text": [STORY], "other": column})))
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert raw.body == STORY
    assert shown in raw.extra


@pytest.mark.parametrize(("_", "write"), FILES)
def test_strings_that_are_not_utf8_cost_no_row(tmp_path: Path, _: str, write: Callable[[pa.Table], bytes]) -> None:
    cells = pa.array([f"{STORY}Café".encode("cp1252"), STORY.encode()], pa.binary())
    strings = pa.Array.from_buffers(pa.string(), 2, cells.buffers())
    path = tmp_path / "a.bin"
    path.write_bytes(write(pa.table({"text": strings, "place": strings})))
    first, second = results(path)
    assert isinstance(first, Raw)
    assert isinstance(second, Raw)
    assert (first.body, second.body) == (f"{STORY}Café".encode("cp1252"), STORY)
    assert "Café" in first.extra
    assert first.notes == ("not UTF-8",)


@pytest.mark.parametrize(("_", "write"), FILES)
def test_two_columns_of_one_name_are_both_read(tmp_path: Path, _: str, write: Callable[[pa.Table], bytes]) -> None:
    path = tmp_path / "a.bin"
    names = ["text", "note", "note", "a.b"]
    path.write_bytes(write(pa.Table.from_arrays([pa.array([word]) for word in ("One", "x", "y", "z")], names)))
    (raw,) = results(path)
    assert isinstance(raw, Raw)
    assert (raw.body, raw.extra) == ("One", '{"note":"x","note_2":"y","a.b":"z"}')


def test_a_column_of_bytes_is_read_when_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(pa.table({"raw": pa.array([b"One"], pa.binary(3))})))
    assert outcome(results(path, Reading(text_field="raw"))) == [(1, "b'One'")]


@pytest.mark.slow
@pytest.mark.parametrize(("_", "write"), FILES)
def test_a_row_over_the_limit_is_one_reject(tmp_path: Path, _: str, write: Callable[[pa.Table], bytes]) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(write(pa.table({"text": ["A b. " * (14 << 20), "One"]})))
    assert outcome(results(path)) == [(1, "is one record of more than 64 MiB"), (2, "One")]


def test_large_rows_of_a_group_are_not_held_together() -> None:
    table = pa.Table.from_pylist([{"text": f"{number} " + "A b. " * (1 << 20)} for number in range(8)])
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", use_dictionary=False)
    opened = open_table("a", file)
    (group,) = opened.groups()
    assert [batch.num_rows for batch in opened.batches(group, [0])] == [3, 3, 2]


def test_rows_that_share_a_large_value_are_not_held_together() -> None:
    table = pa.table(
        {"text": pa.DictionaryArray.from_arrays(pa.array([0] * 90, pa.int32()), pa.array(["A b. " * (1 << 21)]))}
    )
    file = io.BytesIO()
    pq.write_table(table, file, compression="zstd", dictionary_pagesize_limit=1 << 30, store_schema=False)
    assert file.tell() < 100_000
    opened = open_table("a", file)
    (group,) = opened.groups()
    assert next(opened.batches(group, [0])).num_rows == 6


def test_rows_that_a_group_lacks_are_one_reject(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(parquet(pa.table({"text": ["One", "Two"]})))
    with path.open("rb") as file:
        table = open_table("a", file)
        (group,) = table.groups()
        lying = structs.replace(group, rows=5)
        found = list(parquet_format.read_groups("a", table, [lying], Reading(), 1000))
    assert outcome(found)[2:] == [
        (3, "row group 1 is damaged, 3 rows are lost: it has fewer rows than its metadata says")
    ]


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (pa.table({"vector": [[1.0]], "picture": [b"x"]}), "has only columns of bytes and numbers, and no text"),
        (pa.RecordBatch.from_struct_array(pa.array([{}] * 3, pa.struct([]))), "has no columns, and no text"),
    ],
)
def test_a_table_without_a_column_of_text_is_not_damaged(tmp_path: Path, table: pa.Table, said: str) -> None:
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
        writer.write(table)
    assert outcome(results(tmp_path / "a.arrow")) == [(1, said)]


@pytest.mark.parametrize("is_list", [False, True])
@pytest.mark.parametrize("count", [100, 4_000])
def test_rows_that_a_small_file_has_once_are_put_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int, is_list: bool
) -> None:
    monkeypatch.setattr(parquet_format, "MAX_DOCUMENT_BYTES", 100_000)
    once = pa.RunEndEncodedArray.from_arrays(pa.array([count], pa.int32()), pa.array([STORY]))
    items = pa.ListViewArray.from_arrays([0] * count, [500] * count, pa.array(["key"] * 500))
    table = pa.table({"text": once, "keywords": items} if is_list else {"text": once})
    with pa.ipc.new_file(tmp_path / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    found = outcome(results(tmp_path / "a.arrow"))
    assert (len(found) == count) is (count == 100)
    assert ("times its size" in found[-1][1]) is (count > 100)


def test_folders_of_a_partitioned_table_are_columns(tmp_path: Path) -> None:
    folder = tmp_path / "t/year=2020/publisher=BBC%20News/text=no"
    folder.mkdir(parents=True)
    (folder / "part-0.parquet").write_bytes(parquet(pa.table({"text": [STORY, STORY], "year": [None, "1999"]})))
    (tmp_path / "t/publisher=__HIVE_DEFAULT_PARTITION__").mkdir()
    (tmp_path / "t/publisher=__HIVE_DEFAULT_PARTITION__/x.parquet").write_bytes(parquet(pa.table({"text": [STORY]})))
    found = [
        result
        for source in find([str(tmp_path / "t")], Reading()).sources
        for share in shares(source, Reading(), 1 << 20)
        for result in read(share, Reading())
    ]
    facts = [(one.metadata.publisher, one.extra, one.body) for one in found if isinstance(one, Raw)]
    assert facts == [("", "{}", STORY), ("BBC News", '{"year":"2020"}', STORY), ("BBC News", '{"year":"1999"}', STORY)]


@pytest.mark.parametrize("name", ["_temporary/0/part-0.parquet", "_delta_log/0.json", "dataset_dict.json"])
def test_what_is_beside_the_files_of_a_table_is_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / "t" / name).parent.mkdir(parents=True)
    (tmp_path / "t" / name).write_bytes(b"{}")
    (tmp_path / "t/a.txt").write_text("One.")
    (tmp_path / "t/state.json").write_text("[]")  # not one of those that `datasets` writes
    found = find([str(tmp_path / "t")], Reading())
    assert [Path(one.name).name for one in found.sources] == ["a.txt", "state.json"]
    assert [Path(path).name for path, _ in found.passed_over] == [name.partition("/")[0]]
    (tmp_path / "t/dataset_info.json").write_text("{}")
    assert [Path(one.name).name for one in find([str(tmp_path / "t")], Reading()).sources] == ["a.txt"]
