"""The commands of docs/how-to, run as they stand, against the tools that they name.  `tox -e tools`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import duckdb
import pandas
import pytest
from moto.server import ThreadedMotoServer

PAGES = sorted((Path(__file__).parent.parent.parent / "docs/how-to").glob("*.md"))
CODE = re.compile(r"^```(sh|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)

STORY = (
    "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.",
    "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the final time.",
    "Read more: All that we know about the ferry",
    "The county says that the ageing vessel would have needed four million crowns of repairs.",
)


def record(number: int, **more: str) -> str:
    text = "\n\n".join([*STORY, f"It was trip number {number * 7919} of the old ship, says captain number {number}."])
    return json.dumps({"id": number, "title": f"Last ferry sails, part {number}", "text": text, **more}) + "\n"


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with the inputs that the pages name."""
    signed = {"author": "Marta Oake", "date": "2026-03-02", "site_name": "Harwick Post", "url": "https://x.example/1"}
    (tmp_path / "crawl.jsonl").write_text("".join(record(number, **signed) for number in range(1, 4)))
    (tmp_path / "monday.jsonl").write_text(record(1, **signed))
    (tmp_path / "tuesday.jsonl").write_text(record(2))  # nobody signed, and no date
    (tmp_path / "pages").mkdir()
    page = "".join(f"<p>{paragraph}</p>" for paragraph in STORY)
    (tmp_path / "pages/ferry.html").write_text(
        f"<html><body><article><h1>Last ferry</h1>{page}</article></body></html>"
    )
    return tmp_path


CREDENTIALS = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """An S3 server on loopback, by its address, with the buckets of the pages."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}")
        for bucket in ("crawl", "clean"):
            client.create_bucket(Bucket=bucket)
        client.put_object(Bucket="crawl", Key="2026-11-22/a.jsonl", Body=record(1).encode())
        client.put_object(Bucket="crawl", Key="2026-11-22/b.jsonl", Body=record(2).encode())
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that leads to the server."""
    for name, value in {**CREDENTIALS, "AWS_ENDPOINT_URL": server}.items():
        monkeypatch.setenv(name, value)


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("page", [page for page in PAGES if CODE.search(page.read_text())], ids=lambda page: page.stem)
def test_commands_of_a_page_run(page: Path, inputs: Path) -> None:
    env = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "HF_HOME": str(inputs / "hf")}
    for language, code in CODE.findall(page.read_text()):
        command = ["bash", "-euo", "pipefail", "-c", code] if language == "sh" else [sys.executable, "-c", code]
        done = subprocess.run(
            command, cwd=inputs, env=env, capture_output=True, text=True, timeout=300
        )  # our own pages
        assert done.returncode == 0, f"{code}\n{done.stderr}"


def copydesk(folder: Path, *words: str) -> None:
    subprocess.run([str(Path(sys.executable).parent / "copydesk"), *words], cwd=folder, check=True)  # our own command


@pytest.mark.parametrize("output", ["clean.jsonl", "clean.jsonl.gz", "clean.parquet"])
def test_pandas_and_duckdb_read_what_is_written(inputs: Path, output: str) -> None:
    copydesk(inputs, "clean", "crawl.jsonl", "-o", output, "-q", "--dedup", "off")
    path = inputs / output
    frame = pandas.read_parquet(path) if output.endswith(".parquet") else pandas.read_json(path, lines=True)
    rows = duckdb.sql(f"SELECT id, text FROM '{path}' ORDER BY id").fetchall()  # a name of ours
    assert sorted(zip(frame["id"], frame["text"], strict=True)) == rows
    assert len(rows) == 3


def test_objects_of_a_folder_are_those_that_the_manifest_names(store: None, inputs: Path) -> None:
    copydesk(inputs, "clean", "s3://crawl/2026-11-22/", "-o", "s3://clean/out/", "-q")
    client = boto3.client("s3")
    keys = {one["Key"] for one in client.list_objects_v2(Bucket="clean", Prefix="out/")["Contents"]}
    manifest = json.loads(client.get_object(Bucket="clean", Key="out/run.json")["Body"].read())
    assert {f"out/{part['path']}" for part in manifest["parts"]} | {"out/run.json"} == keys
    assert any(key.startswith("out/articles/part-") for key in keys)


def test_files_of_a_store_are_passed_over_as_those_of_a_folder(store: None, inputs: Path) -> None:
    client = boto3.client("s3")
    for key in ("a.jsonl", "drafts/b.jsonl", "_temporary/c.jsonl", ".hidden/d.jsonl", "pages/e.txt", "f.png"):
        client.put_object(Bucket="crawl", Key=f"mixed/{key}", Body=record(3).encode())

    def shown(*options: str) -> list[str]:
        words = [str(Path(sys.executable).parent / "copydesk"), "clean", "s3://crawl/mixed/", "--show-files", *options]
        done = subprocess.run(words, cwd=inputs, check=True, capture_output=True, text=True)  # our own command
        return [line.removeprefix("s3://crawl/mixed/") for line in done.stdout.splitlines()]

    assert shown() == ["a.jsonl", "drafts/b.jsonl", "pages/e.txt"]
    assert shown("--exclude", "drafts/") == ["a.jsonl", "pages/e.txt"]
    assert shown("--exclude", "*.txt", "--exclude", "crawl/mixed/a.*") == ["drafts/b.jsonl"]
