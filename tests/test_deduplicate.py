"""`copydesk dedup`: the input's own lines, less the copies; and articles that go whole, there and in `clean`."""

import errno
import json
import os
from pathlib import Path

import pytest
from conftest import Run
from corpus import BUDGET, RALLY, RIVER, read_lines

from etl.pipeline import session


def write(*texts: str) -> None:
    lines = [json.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(texts)]
    Path("in.jsonl").write_text("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ([b'{"text":"%s"}', b'{ "text" : "%s" }'], [0]),
        ([b'{"id": 7, "text":"%s", "x": [1, 2.50, null]}\r', b'{"text": "other"}'], [0, 1]),
        ([b'{"content":"%s"}', b'{"body":"%s", "z": "\\u00e9"}'], [0]),
        ([b'{"text":"%s \\ud83d"}', b'{"text":"%s"}', b'{"text":"%s \\ud83d"}'], [0]),
        ([b'{"text":"Share"}', b'{"text":"Share"}'], [0, 1]),
        ([b'{"text":""}', b'{"text":""}'], [0, 1]),
    ],
    ids=["spaces", "other fields and returns stay", "another field", "half a character", "short ones stay", "empty ones stay"],
)  # fmt: skip
def test_lines_come_back_byte_for_byte(run: Run, lines: list[bytes], kept: list[int]) -> None:
    lines = [line.replace(b"%s", RALLY.encode()) for line in lines]
    Path("in.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--unit", "paragraph").code == 0
    assert Path("out.jsonl").read_bytes() == b"".join(lines[place] + b"\n" for place in kept)


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ((), ["n0", "n2", "n3"]),
        (("--numbers", "any"), ["n0", "n2"]),
        (("--threshold", "0.95"), ["n0", "n1", "n2", "n3"]),
        (("--shingles", "c5"), ["n0", "n2", "n3"]),
        (("--copies", "lossless"), ["n0", "n1", "n2", "n3"]),
    ],
    ids=["usual", "any numbers", "threshold", "letters", "lossless"],
)
def test_options(run: Run, options: tuple[str, ...], kept: list[str]) -> None:
    write(RALLY + " 12 times", RALLY + " 12 times, they said", RIVER, RALLY + " 25 times")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--unit", "paragraph", *options).code == 0
    assert [row["id"] for row in read_lines("out.jsonl")] == kept


def test_what_went_is_in_the_audit_the_pairs_and_the_clusters(run: Run) -> None:
    write(RALLY, RALLY + " now", RIVER, RALLY)
    words = ("--pairs", "pairs.jsonl", "--clusters", "clusters.jsonl", "--unit", "paragraph")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", *words).code == 0
    assert [
        (line["record"], line["rule"], line["duplicate_of"], line["residue"]) for line in read_lines("out.audit.jsonl")
    ] == [
        ("n1", "duplicate/near", "n0", "now"),
        ("n3", "duplicate/exact", "n0", ""),
        ("", "duplicate/end", "", ""),
    ]
    assert read_lines("pairs.jsonl") == [
        {"keeper": "n0", "duplicate": "n1", "similarity": 0.9444},
        {"keeper": "n0", "duplicate": "n3", "similarity": 1.0},
    ]
    assert read_lines("clusters.jsonl") == [{"keeper": "n0", "duplicates": ["n1", "n3"]}]


def test_a_run_that_failed_after_its_pairs_were_written_is_resumed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(RALLY, RALLY + " now", RIVER, RALLY)
    words = (
        "dedup",
        "in.jsonl",
        "-o",
        "out.jsonl",
        "--pairs",
        "pairs.jsonl",
        "--clusters",
        "clusters.jsonl",
        "--resume",
    )

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(session, "deliver", full)
        assert run(*words).code == 6
    written, others = Path("pairs.jsonl").read_bytes(), b'{"keeper":"a","duplicate":"b","similarity":1.0}\n'
    Path("pairs.jsonl").write_bytes(others)
    done = run(*words)
    assert (done.code, "pairs.jsonl: exists already" in done.err, Path("pairs.jsonl").read_bytes()) == (2, True, others)
    with monkeypatch.context() as patched:
        patched.setattr(session, "deliver", full)
        Path("pairs.jsonl").unlink()
        Path("clusters.jsonl").unlink()
        assert run(*words).code == 6
    assert run(*words).code == 0
    assert (Path("pairs.jsonl").read_bytes(), len(read_lines("out.jsonl"))) == (written, 2)


def test_a_huge_id_is_not_repeated_for_each_copy(run: Run) -> None:
    ids = ["i" * 50_000, *map(str, range(20))]
    Path("in.jsonl").write_text("".join(json.dumps({"id": own, "text": RALLY}) + "\n" for own in ids))
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--pairs", "pairs.jsonl").code == 0
    assert [row["id"] for row in read_lines("out.jsonl")] == ids[:1]
    assert sum(Path(name).stat().st_size for name in ("out.audit.jsonl", "pairs.jsonl")) < 50_000


def test_a_tag_leaves_every_record(run: Run) -> None:
    write(RALLY, RIVER, RALLY)
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--action", "tag").code == 0
    assert [(row["id"], row["duplicate_of"], row["similarity"]) for row in read_lines("out.jsonl")] == [
        ("n0", "", 0.0),
        ("n1", "", 0.0),
        ("n2", "n0", 1.0),
    ]


@pytest.mark.parametrize(
    "line",
    [
        *("{'id': 'n1', 'text': '%s'}", '{"id":"n1","text":"%s"},', '[{"id":"n1","text":"%s"}]', '{"id":"n1","text":"%s",}'),
        *('{"id":"n1","x":"\\ud800","y":NaN,"text":"%s"}', '\ufeff{"id":"n1","text":"%s"}'),
        '{"id":"n1","duplicate_of":"earlier","similarity":1,"text":"%s"} \r',
    ],
)  # fmt: skip
def test_a_tagged_record_is_json_however_it_was_written(run: Run, line: str) -> None:
    given = json.dumps({"id": "n0", "text": RALLY}) + "\n" + line.replace("%s", RALLY) + "\n"
    Path("in.jsonl").write_text(given, encoding="utf-8")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--action", "tag").code == 0
    found = read_lines("out.jsonl")
    assert [(row["id"], row["duplicate_of"], row["similarity"]) for row in found] == [
        ("n0", "", 0.0),
        ("n1", "n0", 1.0),
    ]
    assert all(line.count('"duplicate_of"') == 1 for line in Path("out.jsonl").read_text("utf-8").splitlines())


@pytest.mark.parametrize(
    ("texts", "keep", "kept"),
    [
        ([f"{RALLY}\n\n{RIVER}", f"{RALLY}\n\n{RIVER}\n\nBy our staff"], "first", ["n0"]),
        ([f"{RALLY}\n\n{RIVER}", f"{RALLY}\n\n{RIVER}\n\nBy our staff"], "longest", ["n1"]),
        ([f"{RALLY}\n\n{RIVER}"] * 2 + [f"{RALLY}\n\n{RIVER}\n\n{BUDGET}"], "longest", ["n2"]),
        ([f"{RALLY}\n\n{RIVER}", f"{RALLY}\n\n{BUDGET}"], "first", ["n0", "n1"]),
        ([RALLY, RIVER, f"{RALLY}\n\n{RIVER}"], "first", ["n0", "n1", "n2"]),
    ],
    ids=["a line more", "the longest", "all of the longest", "half of it stays", "of two articles stays"],
)
def test_articles_go_whole(run: Run, texts: list[str], keep: str, kept: list[str]) -> None:
    write(*texts)
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--keep", keep).code == 0
    assert [row["id"] for row in read_lines("out.jsonl")] == kept


@pytest.mark.parametrize("between", ["\n\n", "\n \n\n"], ids=["blank line", "blank lines"])
def test_clean_drops_a_whole_article_and_restores_it_from_the_audit_alone(run: Run, between: str) -> None:
    texts = [f"{RALLY}\n\n{RIVER}", BUDGET, f" {RALLY}{between}{RIVER}{between}By our staff \n"]
    write(*texts)
    assert run("clean", "in.jsonl", "-o", "out.jsonl").code == 0
    first, second = read_lines("out.jsonl")
    (share,) = {line["similarity"] for line in read_lines("out.audit.jsonl") if line["rule"] == "duplicate/article"}
    (original,) = {
        line["duplicate_of"] for line in read_lines("out.audit.jsonl") if line["rule"] == "duplicate/article"
    }
    assert (original, second["text"]) == (first["id"], BUDGET)
    assert isinstance(share, float) and 0.8 <= share < 1
    assert run("restore", "out.jsonl", "-o", "back").code == 0
    assert [row["text"] for row in read_lines("back/in.jsonl")] == texts


def test_a_tag_leaves_escapes_as_they_are(run: Run) -> None:
    line = f'{{"id": "n0", "x": "\\ud800 \\u00e9", "d": 1, "d": 2, "text": "{RALLY}"'
    Path("in.jsonl").write_text(line + "}\n")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--action", "tag").code == 0
    assert Path("out.jsonl").read_text() == line + ',"duplicate_of":"","similarity":0.0}\n'


def test_fields_of_the_user_with_the_names_of_a_tag_stay(run: Run) -> None:
    line = '{"id": "a", "similarity": "mine", "duplicate_of": {"x": 1}, "text": "One.", "d": 1, "d": 2}'
    Path("in.jsonl").write_text(line + "\n")
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--action", "tag").code == 0
    (record,) = read_lines("out.jsonl")
    assert (record["similarity#2"], record["duplicate_of#2"], record["d"], record["d#2"]) == ("mine", {"x": 1}, 2, 1)
    assert (record["similarity"], record["duplicate_of"]) == (0.0, "")
    assert run("dedup", "out.jsonl", "-o", "again.jsonl", "--action", "tag").code == 0
    assert read_lines("again.jsonl") == [record]


def test_clean_tags_a_whole_article_and_leaves_it(run: Run) -> None:
    write(RALLY, RALLY)
    assert run("clean", "in.jsonl", "-o", "out.jsonl", "--dedup-action", "tag").code == 0
    assert [row["text"] for row in read_lines("out.jsonl")] == [RALLY, RALLY]


@pytest.mark.parametrize(
    ("body", "options", "code"),
    [
        (b'{"text": "a"}\n{"text": 1}\n{"text": \n', (), 4),
        (b'{"headline": "a"}\n', (), 4),
        (b"", (), 3),
        (b"Plain words.\n", (), 2),
        (b'{"text": "a"}\n', ("--pairs", "pairs.csv"), 2),
        (b'{"text": "a"}\n', ("--memory", "much"), 2),
    ],
    ids=["rejects", "no text", "nothing", "no JSONL", "pairs that are no JSONL", "no size"],
)
def test_exit_codes(run: Run, body: bytes, options: tuple[str, ...], code: int) -> None:
    Path("in").write_bytes(body)
    assert run("dedup", "in", "-o", "out.jsonl", *options).code == code
    assert Path("out.rejects.jsonl").exists() == (code == 4)


@pytest.mark.slow
def test_the_same_bytes_for_any_processes_shards_and_memory(run: Run) -> None:
    words = RALLY.split()
    write(*(" ".join([*words[number % 7 :], "so", *words[: number % 5], str(number % 11)]) for number in range(400)))
    for output, size, jobs, memory in [("one", 4 << 20, 1, "1GB"), ("two", 5_000, 2, "1GB"), ("disk", 5_000, 1, "9kB")]:
        files = ("-o", f"{output}.jsonl", "--pairs", f"{output}.pairs.jsonl")
        how = ("-j", jobs, "--memory", memory, "--shard-size", size)
        assert run("dedup", "in.jsonl", *files, *how, "--unit", "paragraph").code == 0
    for kind in ("jsonl", "audit.jsonl", "pairs.jsonl"):
        one, two, disk = (Path(f"{output}.{kind}").read_bytes() for output in ("one", "two", "disk"))
        assert one == two == disk and one
