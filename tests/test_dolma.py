"""A corpus for Dolma: the documents as they were read, and what was removed as spans over their text."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from corpus import write_lines

from etl import dolma
from etl.dolma import ALL, Attributes, DolmaDocument
from etl.writers import line_writer

ONE = "The last car ferry between Harwick and Skerra sailed on Friday evening, said the harbour master, with a lorry on board."
TWO = "The county says that the ageing vessel would have needed four million crowns of repairs to pass its next inspection."
TEXT = f"{ONE}\n\nRead more: All that we know about the ferry\n\nPhotograph: Marta Oake/AP\n\n{TWO}\n"
# The length of 🚢 is one character, two in UTF-16, four bytes.
RECORDS = [
    {"id": "a", "title": "Last ferry sails", "text": f"🚢 {TEXT}"},
    {
        "id": "b",
        "title": "Gates shut",
        "text": "Engineers have closed the inner gates of the Tolland barrier for the night.",
    },
    {"id": "c", "title": "Nothing", "text": ""},
]


@pytest.fixture(autouse=True)
def crawl(tmp_path: Path) -> None:
    write_lines(tmp_path / "crawl.jsonl", RECORDS)


def read(folder: str) -> list[dict[str, Any]]:
    """Records of a folder of a corpus, as Dolma reads them: file by file, in order."""
    files = sorted(Path(folder).glob("*.jsonl.gz"))
    return [json.loads(line) for file in files for line in gzip.open(file)]


def mixed(text: str, spans: list[tuple[int, int, float]]) -> str:
    """The text without its spans, as the mixer leaves it."""
    for start, end, _ in sorted(spans, reverse=True):
        text = text[:start] + text[end:]
    return text


@pytest.mark.parametrize("out", ["clean.jsonl", "clean.parquet", "clean/"])
@pytest.mark.parametrize("shape", ["copydesk", "dolma"])
def test_documents_are_as_they_were_read_and_without_their_spans_as_cleaned(run: Run, out: str, shape: str) -> None:
    assert run("clean", "crawl.jsonl", "-q", "--shape", shape, "-o", out).code == 0
    assert run("restore", out, "--as", "dolma", "-o", "corpus").code == 0
    documents, attributes = read("corpus/documents"), read("corpus/attributes/copydesk")
    assert [one["text"] for one in documents] == [record["text"] for record in RECORDS]
    assert [one["id"] for one in documents] == [one["id"] for one in attributes]
    first, spans = documents[0], attributes[0]["attributes"]
    assert set(first) == {"id", "text", "source", "added", "created", "metadata"}
    assert first["metadata"]["record"] == "a"
    assert mixed(first["text"], spans[ALL]) == f"🚢 {ONE}\n\n{TWO}"
    said = {name: [first["text"][start:end] for start, end, _ in found] for name, found in spans.items()}
    assert "Photograph: Marta Oake/AP\n\n" in said["copydesk__core__agency_credit"]
    assert attributes[1]["attributes"] == {ALL: []}


def test_the_id_is_that_of_the_article(run: Run) -> None:
    run("clean", "crawl.jsonl", "-q", "-o", "clean.jsonl")
    run("restore", "clean.jsonl", "--as", "dolma", "-o", "corpus")
    articles = [json.loads(line)["id"] for line in Path("clean.jsonl").read_text().splitlines()]
    assert [one["id"] for one in read("corpus/documents")][: len(articles)] == articles


def test_files_are_written_document_by_document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = written = 0

    def documents(*_: object) -> Iterator[tuple[DolmaDocument, Attributes]]:
        nonlocal made
        for made in range(1, 6):
            assert made == written + 1
            yield DolmaDocument(f"{made}", ONE, "", "", "", {"path": "a"}), Attributes(f"{made}", {})

    @contextmanager
    def counting(path: Path) -> Iterator[Callable[[list[object]], None]]:
        with line_writer(path) as write:

            def write_and_count(records: list[object]) -> None:
                nonlocal written
                write(records)
                written += path.parent.name == "documents"

            yield write_and_count

    monkeypatch.setattr(dolma, "documents", documents)
    monkeypatch.setattr(dolma, "line_writer", counting)
    monkeypatch.setattr(dolma, "PART_DOCUMENTS", 2)
    dolma.write_corpus(tmp_path, None, "", tmp_path / "corpus")
    assert [one["id"] for one in read(str(tmp_path / "corpus/documents"))] == [*"12345"]
    assert len(list((tmp_path / "corpus/attributes/copydesk").iterdir())) == 3


def test_a_corpus_goes_into_a_new_folder_and_appears_whole(run: Run) -> None:
    run("clean", "crawl.jsonl", "-q", "-o", "clean.jsonl")
    assert run("restore", "clean.jsonl", "--as", "dolma").code == 2
    Path("full").mkdir()
    Path("full/mine").write_text("x")
    assert run("restore", "clean.jsonl", "--as", "dolma", "-f", "-o", "full").code == 2
    articles = Path("clean.jsonl")
    articles.write_text(articles.read_text().replace("harbour master", "harbour mistress"))
    assert run("restore", "clean.jsonl", "--as", "dolma", "-o", "corpus").code == 5
    assert not Path("corpus").exists()
