"""Shapes of the output: the fields of each, their types in Parquet, and that what is empty has the type of what is not."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Run
from msgspec import to_builtins

from etl.audit import Entry
from etl.formats.own_records import read_outputs, read_texts
from etl.formats.parquet_writer import arrow_schema, join_parquet, parquet_writer
from etl.record import Origin, Record
from etl.shapes import AUDIT, SHAPES, Shape, identity

ORIGIN = Origin(
    path="a.txt", record="1", row=1, sha256="0" * 64, index=0, line_start=1, line_end=2, char_start=0, char_end=9, encoding="utf-8", gap="\n\n",
)  # fmt: skip
EMPTY = Record(
    id="0" * 32, text="One.", source="a", created="", added="2026-11-22T13:00:00.000Z", url="", headline="", publisher="", author="",
    language="", status="full", word_count=1, removed_ratio=0.0, duplicate_ratio=0.0, text_sha256="0" * 64, origin=ORIGIN, metadata="{}",
)  # fmt: skip
FULL = msgspec.structs.replace(
    EMPTY, id="1" * 32, created="2026-03-02T18:30:55.000Z", url="https://harwick-post.example/ferry", headline="Last ferry sails",
    publisher="Harwick Post", author="Marta Oake; Iris Holm", language="en",
)  # fmt: skip

SHAPE = pytest.mark.parametrize("shape", SHAPES.values(), ids=list(SHAPES))


def test_columns_of_the_audit_are_the_fields_of_an_entry() -> None:
    assert list(AUDIT) == list(Entry.__struct_fields__)


@SHAPE
def test_columns_of_a_shape_are_its_fields_in_order(shape: Shape) -> None:
    fields = to_builtins(shape.fields(FULL))
    assert list(shape.columns) == list(fields)
    for name, column in shape.columns.items():
        if isinstance(column, dict):
            assert list(column) == list(fields[name])


@SHAPE
def test_every_shape_has_id_and_text(shape: Shape) -> None:
    assert identity(to_builtins(shape.fields(FULL))) == (FULL.id, FULL.text)


@SHAPE
def test_rows_of_parquet_come_back(shape: Shape, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with parquet_writer(path, shape.columns) as write:
        write([to_builtins(shape.fields(FULL)), to_builtins(shape.fields(EMPTY))])
    assert pq.read_schema(path).equals(arrow_schema(shape.columns))
    assert list(read_texts(path)) == [(FULL.id, FULL.text), (EMPTY.id, EMPTY.text)]
    if shape.name == "copydesk":
        assert list(read_outputs(path, Record)) == [FULL, EMPTY]


@SHAPE
def test_a_file_in_which_all_is_unknown_has_the_same_schema(shape: Shape, tmp_path: Path) -> None:
    for name, record in (("a", FULL), ("b", EMPTY)):
        with parquet_writer(tmp_path / f"{name}.parquet", shape.columns) as write:
            write([to_builtins(shape.fields(record))])
    parts = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    assert pq.read_schema(parts[0]) == pq.read_schema(parts[1])
    join_parquet(tmp_path / "c.parquet", parts)
    assert pq.read_table(tmp_path / "c.parquet").to_pylist() == [
        *pq.read_table(parts[0]).to_pylist(),
        *pq.read_table(parts[1]).to_pylist(),
    ]


def test_long_articles_of_parquet_are_not_all_in_memory(tmp_path: Path) -> None:
    parts = [tmp_path / f"part-{number:05d}.parquet" for number in range(4)]
    texts = [f"{number} " * (8 << 20) for number in range(len(parts))]  # 16 MiB in one row, 800 MiB in a part
    for part, text in zip(parts, texts, strict=True):
        rows = pa.DictionaryArray.from_arrays(pa.array([0] * 50, pa.int32()), pa.array([text]))
        pq.write_table(pa.table({"id": ["a"] * 50, "text": rows}), part, store_schema=False)
    rest = read_texts(parts[0])
    assert next(rest) == ("a", texts[0])
    assert pa.total_allocated_bytes() < 300 << 20
    del rest
    for part, text in zip(parts, texts, strict=True):
        pq.write_table(pa.table({"id": ["a"] * 3, "text": [text] * 3}), part)
    join_parquet(tmp_path / "all.parquet", parts)
    groups = pq.ParquetFile(tmp_path / "all.parquet").metadata
    assert (groups.num_rows, groups.num_row_groups) == (12, 3)  # four rows are 64 MiB
    assert pq.read_table(tmp_path / "all.parquet")["text"].to_pylist() == [text for text in texts for _ in range(3)]


def test_times_are_times_and_what_is_unknown_is_null(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with parquet_writer(path, SHAPES["copydesk"].columns) as write:
        write([to_builtins(FULL), to_builtins(EMPTY)])
    table = pq.read_table(path)
    assert table.schema.field("created").type == pa.timestamp("ms", "UTC")
    assert [value and value.isoformat() for value in table["created"].to_pylist()] == [
        "2026-03-02T18:30:55+00:00",
        None,
    ]
    assert table["publisher"].to_pylist() == ["Harwick Post", None]


FIELDS: dict[str, dict[str, Any]] = {
    "dolma": {"source": "a", "created": "2026-03-02T18:30:55.000Z", "metadata": {"url": FULL.url, "title": FULL.headline, "path": "a.txt"}},
    "hf": {"url": FULL.url, "date": "2026-03-02T18:30:55.000Z", "language": "en", "word_count": 1},
    "trafilatura": {"title": FULL.headline, "hostname": "harwick-post.example", "date": "2026-03-02", "source-hostname": "Harwick Post", "raw_text": "One."},
    "schema.org": {"@type": "NewsArticle", "author": [{"@type": "Person", "name": "Marta Oake"}, {"@type": "Person", "name": "Iris Holm"}], "publisher": {"@type": "NewsMediaOrganization", "name": "Harwick Post"}},
}  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), FIELDS.items())
def test_fields_of_other_tools(name: str, expected: dict[str, Any]) -> None:
    fields = json.loads(msgspec.json.encode(SHAPES[name].fields(FULL)))
    for field, value in expected.items():
        assert (value.items() <= fields[field].items()) if isinstance(value, dict) else fields[field] == value


@pytest.mark.parametrize("name", SHAPES)
def test_an_article_without_text_is_restored_from_any_shape(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "Only a headline", "text": ""}\n{"title": "T", "text": "One."}\n')
    assert run("clean", "a.jsonl", "-o", "o.jsonl", "--shape", name).code == 0
    assert run("restore", "o.jsonl", "-o", "back").code == 0


def test_json_ld_leaves_out_what_is_unknown() -> None:
    assert list(SHAPES["schema.org"].fields(EMPTY)) == ["@context", "@type", "identifier", "articleBody", "wordCount"]
