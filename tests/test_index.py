"""The index between runs: ten runs of a tenth each drop what one run drops, and an index is whole or as it was."""

import errno
import json
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from conftest import Run
from corpus import BUDGET, RALLY, RIVER, read_lines
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec import structs

from etl.dedup import DEFAULT_SETTINGS, DedupSettings
from etl.errors import UsageError
from etl.index import maintenance, manifest
from etl.index.export import signed_blocks
from etl.index.maintenance import compact, extend, forget, size
from etl.index.manifest import check_files, locked
from etl.lsh import minhash
from etl.pipeline.fingerprints import BlockTexts, write_fingerprints
from etl.pipeline.job import Job
from etl.pipeline.select_duplicates import WHOLE, read_drops, select
from etl.pipeline.workspace import Workspace

HARBOUR = "The harbour of Odessa was closed for the third day while divers looked for mines that had come loose"
TOLL = "Officials in the capital said that 12 people had died in the fire at the hotel and that 30 were missing"
SAID = ", police said"
# Names for common words are a fair copy; in capitals, all words are names, and names for names are none.
NAMED = f"Lukashenko knew that {HARBOUR.lower()} in the storm off Batumi"
PLAIN = f"government ministers knew that {HARBOUR.lower()} in the storm off a northern shore"

Story = tuple[str, ...]
Fact = tuple[str, str, float, tuple[int, ...]]

# A year of news in small: texts said again in capitals, with a word more, with names for names.
LIKE: list[Callable[[str], str]] = [
    lambda text: text,
    str.upper,
    lambda text: text + SAID,
    lambda text: (text + SAID).upper(),
    lambda text: text + SAID + ". Nobody was hurt",
    lambda text: "So they said on Monday " + text,
    lambda text: "In Oslo " + text,
    lambda text: text.replace("the", "a", 1),
]
BLOCKS = st.one_of(
    st.builds(lambda text, like: like(text), st.sampled_from([RALLY, RIVER, BUDGET, HARBOUR]), st.sampled_from(LIKE)),
    st.sampled_from([NAMED, PLAIN, PLAIN.upper(), "He denied it", "Image copyright", "", "By our staff in Oslo"]),
)
STORIES = st.lists(st.lists(BLOCKS, max_size=6).map(tuple), min_size=2, max_size=12)
WAYS = [
    DEFAULT_SETTINGS,
    DedupSettings(numbers="any"),
    DedupSettings(unit="paragraph"),
    DedupSettings(shingles="c5"),
    DedupSettings(threshold=0.5),
    DedupSettings(copies="lossless"),
]
SMALL_MEMORY = 1000


def facts(work: Path, job: Job, stories: Sequence[Story], first: int) -> list[Fact]:
    """Find the copies among stories, the first of which has this number: what, of what, how similar, and its residue."""
    numbered = list(enumerate(stories, first))
    titles = [str(number) for number, _ in numbered]
    blocks = BlockTexts(
        [text for story in stories for text in story],
        [place for place, story in enumerate(stories) for _ in story],
        [f":{line}" for _, story in numbered for line in range(len(story))],
        titles,
        [("news.jsonl", f"own-{title}" if title < "9" else "") for title in titles],
    )
    workspace = Workspace(str(work))
    write_fingerprints(job, workspace, 0, blocks)
    select(job, workspace, 1)
    if job.index:
        extend(job.index, workspace.index_folder)
    named = [
        (titles[blocks.articles[place]] + ("" if drop.rule == WHOLE else blocks.suffixes[place]), drop)
        for place, drop in read_drops(workspace, 0).items()
    ]
    return [(name, drop.keeper, drop.similarity, drop.residue) for name, drop in named]


def in_one_run(folder: Path, runs: Sequence[Sequence[Story]], chosen: DedupSettings = DEFAULT_SETTINGS) -> list[Fact]:
    return sorted(facts(folder / "one", Job(dedup=chosen), [story for run in runs for story in run], 0))


def run_by_run(
    folder: Path, runs: Sequence[Sequence[Story]], chosen: DedupSettings = DEFAULT_SETTINGS, memory: int = 1 << 30
) -> list[Fact]:
    """Find the copies run by run, with an index."""
    index, found, first = folder / "index", [], 0
    index.mkdir(parents=True, exist_ok=True)
    for run in runs:
        job = Job(dedup=chosen, memory=memory, index=str(index))
        found += facts(folder / f"run-{first}", job, run, first)
        first += len(run)
    return sorted(found)


def cut(stories: Sequence[Story], cuts: set[int]) -> Iterator[Sequence[Story]]:
    edges = [0, *sorted(edge for edge in cuts if edge < len(stories)), len(stories)]
    return (stories[start:end] for start, end in pairwise(edges))


@given(
    STORIES, st.sets(st.integers(1, 11), min_size=1), st.sampled_from(WAYS), st.sampled_from([1 << 30, SMALL_MEMORY])
)
@hypothesis_settings(max_examples=25)
def test_runs_with_an_index_find_what_one_run_finds(
    stories: list[Story], cuts: set[int], chosen: DedupSettings, memory: int
) -> None:
    if chosen.unit == "paragraph":
        stories = [(text,) for story in stories for text in story]
    runs = list(cut(stories, cuts))
    with TemporaryDirectory() as folder:
        assert run_by_run(Path(folder), runs, chosen, memory) == in_one_run(Path(folder), runs, chosen)


FOUR = (RALLY, RIVER, BUDGET, TOLL)


@pytest.mark.parametrize(
    ("runs", "found"),
    [
        ([[(RALLY, BUDGET)], [(RALLY, RIVER)]], ["1:0"]),
        ([[(RALLY, BUDGET)], [(RALLY + SAID, RIVER)]], ["1:0"]),
        ([[(NAMED, BUDGET), (PLAIN, RIVER)], [(TOLL, PLAIN.upper())]], ["1:0", "2:1"]),
        ([[(NAMED, BUDGET)], [(TOLL, PLAIN.upper())]], []),
        ([[FOUR], [FOUR]], ["1"]),
        ([[FOUR], [(*FOUR, "By our staff")]], ["1"]),
        ([[FOUR], [(*FOUR, HARBOUR)], [(RIVER, HARBOUR)]], ["1", "2:0"]),
        ([[FOUR], [(*FOUR, HARBOUR)], [(HARBOUR,)], [(HARBOUR, TOLL.replace("12", "25"))]], ["1", "3:0"]),
        ([[FOUR], [(RALLY, HARBOUR)]], ["1:0"]),
        ([[(TOLL,)], [(TOLL.replace("12", "25"),)]], []),
        ([[("He denied it",)], [("He denied it",)]], []),
        ([[("",)], [("",)]], []),
    ],
    ids=[
        "exact copy", "near copy", "copy of what went as near copy", "had that not gone, it stays", "whole article", "whole but for a line",
        "what went with its article is kept when it comes again", "and then it is seen", "half an article stays",
        "another figure stays", "short lines stay", "empty ones stay",
    ],
)  # fmt: skip
def test_what_is_seen(tmp_path: Path, runs: list[list[Story]], found: list[str]) -> None:
    by_run = run_by_run(tmp_path, runs)
    assert by_run == in_one_run(tmp_path, runs)
    gone = {name for name, *_ in by_run if ":" not in name}
    assert [*dict.fromkeys(name for name, *_ in by_run if name in gone or name.partition(":")[0] not in gone)] == found


def write(texts: Sequence[str], first: int = 0) -> None:
    lines = [json.dumps({"id": f"n{number}", "text": text}) for number, text in enumerate(texts, first)]
    Path("in.jsonl").write_text("\n".join(lines) + "\n")


def delivered() -> tuple[list[object], list[object]]:
    """Give the records and the copies of the last run, without what names their place in it."""
    articles: list[object] = [
        (row["origin"]["record"], row["text"]) if "origin" in row else row for row in read_lines("out.jsonl")
    ]
    copies = [line for line in read_lines("out.audit.jsonl") if line["kind"] == "duplicate"]
    return articles, [(line["record"], line["char_start"], line["rule"], line["similarity"]) for line in copies]


NEWS = [
    "\n\n".join(LIKE[(number + place) % 8](text) for place, text in enumerate(FOUR[: 1 + number % 4]))
    + f"\n\nHe said so {number % 11} times, and nobody in the hall asked him what he had meant by that word"
    for number in range(60)
]


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("dedup", ()),
        ("dedup", ("--numbers", "any", "--unit", "paragraph")),
        ("dedup", ("--action", "tag", "--shingles", "c5")),
        ("clean", ()),
        ("clean", ("--numbers", "any", "--memory", "9kB", "--dedup-action", "tag")),
    ],
    ids=["articles", "paragraphs, any numbers", "tag, letters", "clean", "clean, from files"],
)
def test_ten_runs_write_what_one_run_writes(run: Run, command: str, options: tuple[str, ...]) -> None:
    texts = [text for news in NEWS for text in news.split("\n\n")] if "paragraph" in options else NEWS
    write(texts)
    assert run(command, "in.jsonl", "-o", "out.jsonl", "-j", 1, *options).code == 0
    one = delivered()
    ten: tuple[list[object], list[object]] = [], []
    for first in range(0, len(texts), len(texts) // 10):
        write(texts[first : first + len(texts) // 10], first)
        for path in Path().glob("out.*"):
            path.unlink()
        assert run(command, "in.jsonl", "-o", "out.jsonl", "-j", 1, "--index", "index", *options).code == 0
        for whole, part in zip(ten, delivered(), strict=True):
            whole += part
    assert ten == one and one[1]


def files(folder: str = "index") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir()) if not path.name.startswith("lock")}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--threshold", "0.8"), "threshold 0.7, but this run has 0.8"),
        (("--numbers", "any"), "numbers same, but this run has any"),
        (("--shingles", "c5"), "shingles w3, but this run has c5"),
        (("--unit", "paragraph"), "unit article, but this run has paragraph"),
        (("--copies", "lossless"), "copies similar, but this run has lossless"),
        (("--keep", "longest"), ""),
        (("--action", "tag"), ""),
        (("--memory", "9kB"), ""),
    ],
    ids=[
        "threshold",
        "numbers",
        "shingles",
        "unit",
        "lossless",
        "to keep the longest fits",
        "to tag fits",
        "less memory fits",
    ],
)
def test_an_index_made_with_other_settings_is_refused(run: Run, options: tuple[str, ...], said: str) -> None:
    write([RALLY])
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index").code == 0
    before = files()
    result = run("dedup", "in.jsonl", "-o", "again.jsonl", "--index", "index", *options)
    assert result.code == (2 if said else 0) and said in result.err
    assert not said or files() == before


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("manifest.json", '{"schema": "copydesk/index/9"}', "manifest.json: cannot be read"),
        ("manifest.json", "", "manifest.json: cannot be read"),
        ("manifest.json", '{"schema": "copydesk/index/2", "a": ' + "[" * 100_000, "manifest.json: cannot be read"),
        ("photo.jpg", "", "is not an index: it holds photo.jpg"),
        ("part-00001.blocks.parquet", "", ""),
        ("lock", "", ""),
    ],
    ids=[
        "another version",
        "half a manifest",
        "nested too deep",
        "other files",
        "what a killed run left is passed over",
        "a lock let go",
    ],
)
def test_a_folder_that_is_no_index_is_refused_and_left_as_it_was(run: Run, name: str, content: str, said: str) -> None:
    write([RALLY])
    Path("index").mkdir()
    Path("index", name).write_text(content)
    result = run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    assert result.code == (2 if said else 0) and said in result.err
    assert not said or [path.name for path in Path("index").iterdir()] == [name]


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ("in.jsonl", "in.jsonl: is not a folder\n  Name an index"),
        ("in.jsonl/index", "in.jsonl/index: cannot be written to: Not a directory\n  Name a folder"),
        ("/proc/index", "/proc/index: cannot be written to: No such file or directory\n  Name a folder"),
        ("some/where", ""),
    ],
    ids=["a file", "in a file", "where none can be made", "a new folder is made"],
)
def test_what_can_be_no_index_is_refused_with_a_way_out(run: Run, index: str, said: str) -> None:
    write([RALLY])
    result = run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", index)
    assert result.code == (2 if said else 0) and said in result.err


@pytest.mark.parametrize("content", [None, b"PAR1!"], ids=["not there", "no Parquet"])
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("in.jsonl", "-o", "out.jsonl", "-f"), 2),
        (("--compact",), 2),
        (("--stats",), 2),
        (("--forget", "n0"), 2),
        (("in.jsonl", "-o", "out.jsonl", "-f", "--index", "another"), 0),
    ],
    ids=["dedup", "compact", "stats", "forget", "another index is whole"],
)
def test_a_part_that_cannot_be_read_is_named(
    run: Run, words: tuple[str, ...], code: int, content: bytes | None
) -> None:
    write([RALLY])
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    table = Path("index/part-00001.blocks.parquet")
    table.unlink()
    if content:
        table.write_bytes(content)
    result = run("dedup", "--index", "index", *words)
    assert result.code == code and "Traceback" not in result.err
    assert not code or (f"{table}: cannot be read: " in result.err and "\n  Put the file back" in result.err)


def test_an_index_of_another_version_is_refused(run: Run) -> None:
    write([RALLY])
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    manifest = Path("index/manifest.json")
    manifest.write_text(manifest.read_text().replace('"fingerprints": 6', '"fingerprints": 3'))
    result = run("dedup", "in.jsonl", "-o", "out.jsonl", "-f", "--index", "index")
    assert result.code == 2 and "has fingerprints of version 3, but this copydesk needs 6" in result.err


@pytest.mark.parametrize(
    "words",
    [("dedup", "in.jsonl"), ("clean", "in.jsonl"), ("dedup", "--compact"), ("dedup", "--forget", "n0")],
    ids=["dedup", "clean", "compact", "forget"],
)
def test_a_second_writer_is_told_who_is_in(run: Run, words: tuple[str, ...]) -> None:
    write([RALLY])
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    with locked("index"):
        result = run(*words, "--index", "index")
    assert (result.code, result.out) == (2, "") and "is in use by process" in result.err
    assert run("dedup", "--compact", "--index", "index").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("clean", "in.jsonl", "-n"), 0),
        (("diff", "in.jsonl"), 1),
        (("clean", "in.jsonl", "-o", "out.jsonl"), 2),
        (("clean", "nothing.jsonl"), 3),
        (("clean", "in.jsonl", "--dedup", "article"), 2),
    ],
    ids=["dry run", "diff", "an output that exists", "no input", "within articles"],
)
def test_only_a_run_that_delivers_extends_the_index(run: Run, words: tuple[str, ...], code: int) -> None:
    write([RALLY])
    run("clean", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    before = files()
    assert run(*words, "--index", "index").code == code
    assert files() == before


@pytest.mark.parametrize(
    ("words", "is_made"),
    [(("clean", "-n"), False), (("diff",), False), (("clean", "-o", "out.jsonl"), True)],
    ids=["dry run", "diff", "a run that delivers makes it"],
)
def test_a_look_makes_no_folder(run: Run, words: tuple[str, ...], is_made: bool) -> None:
    write([RALLY])
    run(*words, "in.jsonl", "--index", "new/index")
    assert Path("new").exists() == is_made


def test_an_earlier_run_keeps_what_it_kept_also_where_the_longest_stays(run: Run) -> None:
    earlier = f"{RALLY}\n\n{RIVER}"
    for day, texts in enumerate(([earlier], [earlier + "\n\nBy our staff", BUDGET, f"{BUDGET}\n\nBy our staff"])):
        write(texts)
        run("dedup", "in.jsonl", "-o", f"{day}.jsonl", "--index", "index", "--keep", "longest")
    found = [
        (line["record"], line["duplicate_of"]) for line in read_lines("1.audit.jsonl") if line["action"] == "duplicate"
    ]
    assert found == [("n0", "n0"), ("n1", "n2")]


def parts(folder: str = "index") -> tuple[int, int, int]:
    held = size(folder)
    return len(held.manifest.parts), held.blocks, held.orphans


def test_an_index_that_is_made_smaller_meanwhile_is_not_called_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_by_run(tmp_path, [[(RALLY, BUDGET)], [FOUR]])
    index = str(tmp_path / "index")
    copytree(index, tmp_path / "copy")
    blocks = signed_blocks(str(tmp_path / "copy"))
    next(blocks)
    compact(str(tmp_path / "copy"))
    with pytest.raises(UsageError, match="was changed by another process"):
        list(blocks)

    def compacted(folder: str, files: Any) -> None:
        monkeypatch.undo()
        compact(index)
        check_files(folder, files)

    monkeypatch.setattr(manifest, "check_files", compacted)
    assert parts(index)[0] == 1


def test_compacting_changes_what_is_in_files_and_nothing_else(tmp_path: Path) -> None:
    runs: list[list[Story]] = [[(RALLY, BUDGET)], [(RALLY + SAID, RIVER), FOUR, (*FOUR, HARBOUR)]]
    run_by_run(tmp_path, runs)
    index = tmp_path / "index"
    (index / "part-00009.blocks.parquet").write_bytes(b"left by a run that was killed")
    assert parts(str(index)) == (2, 5, 1)
    compact(str(index))
    assert parts(str(index)) == (1, 5, 0)
    later: list[Story] = [(TOLL, (RALLY + SAID).upper()), (HARBOUR, RIVER), FOUR]
    job = Job(index=str(index))
    assert sorted(facts(tmp_path / "later", job, later, 4)) == [
        fact for fact in in_one_run(tmp_path, [*runs, later]) if fact[0] >= "4"
    ]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("run-00001", ["2:1", "2:2"]),
        ("run-00002", ["2:0"]),
        ("0", ["2:1", "2:2"]),
        ("own-1", ["2:0"]),
        ("news.jsonl", []),
    ],
    ids=["run", "another run", "article", "record", "source"],
)
def test_what_is_forgotten_is_kept_when_it_comes_again(tmp_path: Path, name: str, found: list[str]) -> None:
    run_by_run(tmp_path, [[(RALLY,)], [(RALLY + SAID, RIVER, BUDGET)]])
    index = str(tmp_path / "index")
    forget(index, name)
    job = Job(index=index)
    later = facts(tmp_path / "later", job, [((RALLY + SAID).upper(), RIVER, BUDGET + SAID, HARBOUR, TOLL)], 2)
    assert [copy for copy, *_ in later] == found


@pytest.mark.parametrize("name", ["run-00002", "n1", "own", ""], ids=["run", "record", "half a name", "no name"])
def test_only_what_is_there_is_forgotten(tmp_path: Path, name: str) -> None:
    run_by_run(tmp_path, [[()] * 9 + [FOUR]])
    before = files(str(tmp_path / "index"))
    with pytest.raises(UsageError, match="no run, input, record or article in the index is called"):
        forget(str(tmp_path / "index"), name)
    assert files(str(tmp_path / "index")) == before


def test_maintenance_says_what_is_there_and_what_it_took_away(run: Run) -> None:
    write(FOUR)
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index", "--unit", "paragraph")
    stats = run("index", "stats", "index").out
    assert "4 paragraphs, 1 part," in stats and "run-00001" in stats and "fingerprints of version 6" in stats
    assert "settings: --unit paragraph --shingles w3 " in stats and "paragraphs of fewer than 10 words are" in stats
    assert run("index", "forget", "index", "n2").out == "forgotten: 1 article with 1 paragraph\n"
    assert "3 paragraphs, 1 part," in run("index", "compact", "index").out
    assert run("index", "forget", "index", "in.jsonl").out == "forgotten: 3 articles with 3 paragraphs\n"
    emptied = run("index", "stats", "index").out
    assert emptied.startswith("0 paragraphs, 0 parts, 0 bytes\n")
    head, run_row = emptied.splitlines()[-2:]
    assert (head.split(), run_row.split()[-2:]) == ("run added articles added paragraphs added".split(), ["4", "4"])


@pytest.mark.parametrize("output", ["out.jsonl", "out/"])
def test_articles_that_an_index_knows_are_not_written_over(run: Run, output: str) -> None:
    write(FOUR)
    words = ("clean", "in.jsonl", "-o", output, "--index", "index", "-q", "--added", "2026-01-01")
    assert run(*words).code == 0
    before = {path: path.read_bytes() for path in Path().rglob("*") if path.is_file() and path.name != "lock"}
    refused = run(*words, "-f")
    assert (refused.code, refused.err.splitlines()) == (
        2,
        [
            f"copydesk: {output}: holds the articles of run-00001 in the index index, and this run would remove their copies",
            "  Move it away, or first run: copydesk index forget index run-00001",
        ],
    )
    assert all(path.read_bytes() == content for path, content in before.items())
    assert json.loads(Path("index/manifest.json").read_bytes())["runs"][0]["output"] == f"../{output.rstrip('/')}"
    assert run("index", "forget", "index", "run-00001").code == run(*words, "-f").code == 0
    articles = Path(output) if output.endswith(".jsonl") else next(Path(output, "articles").iterdir())
    assert before[articles] == articles.read_bytes()
    for path in Path().glob("out*"):
        path.rename(f"old-{path.name}")
    assert run(*words, "-f").code == 0


@pytest.mark.parametrize("moved", ["articles", "index"])
@pytest.mark.parametrize("words", [("clean", "old.jsonl"), ("clean", "old.parquet"), ("dedup", "old.jsonl")])
def test_articles_that_an_index_knows_are_not_written_over_when_one_was_moved(
    run: Run, words: tuple[str, str], moved: str
) -> None:
    write(FOUR)
    command, old = words
    assert run(command, "in.jsonl", "-o", old, "--index", "index").code == 0
    new, index = old, "index"
    if moved == "index":
        Path("deep").mkdir()
        index = str(Path("index").rename("deep/index"))
    else:
        new = old.replace("old", "new")
        for path in (old, old.replace(".", ".audit.")):
            Path(path).rename(path.replace("old", "new"))
    before = Path(new).read_bytes()
    refused = run(command, "in.jsonl", "-o", new, "--index", index, "-f")
    assert (refused.code, f"copydesk: {new}: holds the articles of run-00001" in refused.err) == (2, True)
    assert Path(new).read_bytes() == before
    run("index", "forget", index, "run-00001")
    assert run(command, "in.jsonl", "-o", new, "--index", index, "-f").code == 0


def test_the_flags_of_dedup_do_what_the_commands_do(run: Run) -> None:
    write(FOUR)
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index", "--unit", "paragraph")
    assert run("dedup", "--index", "index", "--stats").out == run("index", "stats", "index").out
    assert run("dedup", "--index", "index", "--forget", "n2").out == "forgotten: 1 article with 1 paragraph\n"
    assert run("dedup", "--index", "index", "--compact").out == run("index", "compact", "index").out


def test_what_is_imported_counts_as_seen(run: Run) -> None:
    write([RALLY, RIVER, RALLY])
    assert (
        run("index", "import", "index", "in.jsonl", "--unit", "paragraph").out == "3 records: 2 new, 1 already there\n"
    )
    write([RIVER, BUDGET], first=7)
    assert run("index", "import", "index", "in.jsonl").out == "2 records: 1 new, 1 already there\n"
    with Path("in.jsonl").open("a") as file:
        file.write("no JSON\n")
    done = run("index", "import", "index", "in.jsonl")
    assert (done.code, done.err.splitlines()) == (
        4,
        ["1 record could not be read:", "  in.jsonl:3: is not JSON: Expecting value at character 1"],
    )
    write([RALLY.upper(), HARBOUR], first=9)
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index", "--unit", "paragraph")
    assert [row["id"] for row in read_lines("out.jsonl")] == ["n10"]


def test_what_is_exported_are_the_signatures_of_datasketch(run: Run) -> None:
    write([RALLY, RIVER, RALLY + SAID])
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    assert run("index", "export", "index", "-o", "signatures.jsonl").code == 0
    exported = {row["name"]: row["signature"] for row in read_lines("signatures.jsonl")}
    assert exported == {"n0": minhash(RALLY).hashvalues.tolist(), "n1": minhash(RIVER).hashvalues.tolist()}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("stats", "nowhere"), 2, "nowhere: is not an index"),
        (("export", "index", "-o", "out.parquet"), 2, "is not a file of JSON lines"),
        (("export", "index", "-o", "in.jsonl"), 2, "in.jsonl: exists already"),
        (("import", "index", "nowhere.jsonl"), 3, "nowhere.jsonl"),
        (("import", "in.jsonl", "in.jsonl"), 2, "in.jsonl: is not a folder"),
    ],
    ids=["no index", "no JSON lines", "a file that exists", "no input", "a file for an index"],
)
def test_what_the_index_command_refuses(run: Run, words: tuple[str, ...], code: int, said: str) -> None:
    write([RALLY])
    run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index")
    result = run("index", *words)
    assert result.code == code and said in result.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--stats",), "--index: is missing"),
        (("--stats", "--index", "nowhere"), "nowhere: is not an index"),
        (("in.jsonl", "--compact", "--index", "index"), "in.jsonl: has no effect with"),
        (("--index", "index"), "Missing argument"),
        (("--forget", ""), "--index: is missing"),
        (("--stats", "--index", "nowhere", "-o", "out.jsonl"), "--output: has no effect with --stats"),
        (("--compact", "--index", "nowhere", "--pairs", "pairs.jsonl"), "--pairs: has no effect with --stats"),
    ],
    ids=["no index", "not there", "input", "nothing to do", "an id of nothing", "an output", "pairs"],
)
def test_upkeep_that_cannot_be_meant(run: Run, words: tuple[str, ...], said: str) -> None:
    result = run("dedup", *words)
    assert result.code == 2 and said in result.err and not Path("nowhere").exists()


@pytest.mark.parametrize("name", ["manifest.json", "part-00001.blocks.parquet", "part-00001.articles.parquet"])
@pytest.mark.parametrize("command", ["clean", "stats", "export"])
def test_r20_a_damaged_byte_is_noticed_wherever_it_is(run: Run, name: str, command: str) -> None:
    Path("in.txt").write_text("Tens of thousands of people marched through the centre of Minsk on Sunday.\n")
    assert run("clean", "in.txt", "-o", "out.jsonl", "--index", "index").code == 0
    whole = (Path("index") / name).read_bytes()
    words = {
        "clean": ["clean", "in.txt", "-o", "new.jsonl", "--index", "index"],
        "stats": ["index", "stats", "index"],
        "export": ["index", "export", "index", "-o", "new.jsonl"],
    }[command]
    for place in range(0, len(whole), max(1, len(whole) // 23)):
        damaged = bytes([*whole[:place], whole[place] ^ 0x84, *whole[place + 1 :]])
        (Path("index") / name).write_bytes(damaged)
        result = run(*words)
        assert (result.code, f"index/{name}" in result.err, Path("new.jsonl").exists()) == (2, True, False), place
    (Path("index") / name).write_bytes(whole)
    assert run(*words).code == 0


FORGERIES: dict[str, tuple[str, Callable[[pa.Table], pa.Table], str]] = {
    "a column is dropped": ("blocks", lambda rows: rows.drop_columns(["band_3"]), "band_3"),
    "a column has another type": (
        "articles",
        lambda rows: rows.set_column(0, "number", rows["number"].cast(pa.float64())),
        "number",
    ),
    "columns changed places": ("known", lambda rows: rows.select(rows.column_names[::-1]), "in another place"),
    "a value is missing": (
        "blocks",
        lambda rows: rows.set_column(1, "article", pa.array([None] * len(rows), pa.int64())),
        "values are missing in its column 'article'",
    ),
    "a value of a list is missing": (
        "blocks",
        lambda rows: rows.set_column(
            rows.column_names.index("shingles"), "shingles", pa.array([[None, 7]] * len(rows), pa.list_(pa.int32()))
        ),
        "values are missing in its column 'shingles'",
    ),
    "a row is gone": ("blocks", lambda rows: rows.slice(1), "it has 1 rows, and the manifest says 2"),
    "numbers do not ascend": ("articles", lambda rows: rows.take([1, 0]), "its numbers do not ascend"),
    "an article is not there": (
        "articles",
        lambda rows: rows.set_column(0, "number", pa.array(range(70, 70 + len(rows)), pa.int64())),
        "it lacks the article of a paragraph",
    ),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_part_with_its_checksum_is_named(run: Run, forgery: str) -> None:
    write([RALLY, RIVER])
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index").code == 0
    table, forged, said = FORGERIES[forgery]
    path = Path(f"index/part-00001.{table}.parquet")
    pq.write_table(forged(pq.read_table(path)), path)
    made = manifest.read_manifest("index")
    manifest.write_manifest("index", structs.replace(made, files=()))
    codes = set()
    for words in (
        "dedup in.jsonl -o one.jsonl --index index",
        "index export index -o two.jsonl",
        "index forget index run-00001",
    ):
        done = run(*words.split())
        codes.add(done.code)
        assert done.code == 0 or (done.code == 2 and str(path) in done.err and said in done.err), done.err
    assert 2 in codes


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()], ids=repr)
@pytest.mark.parametrize("words", ["compact index", "forget index run-00001", "import index more.jsonl"])
def test_maintenance_that_fails_leaves_no_part(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str, error: BaseException
) -> None:
    for number, text in enumerate((RALLY, RIVER)):
        Path("in.txt").write_text(text)
        assert run("clean", "in.txt", "-o", f"{number}.jsonl", "--index", "index").code == 0
    Path("more.jsonl").write_text(json.dumps({"text": f"{RALLY} and {TOLL.lower()}"}) + "\n")

    def failing(path: Path) -> None:
        raise error

    before = {path.name: path.read_bytes() for path in Path("index").iterdir()}
    with monkeypatch.context() as patched:
        patched.setattr(maintenance, "fsync", failing)
        done = run("index", *words.split())
    assert done.code == (6 if isinstance(error, OSError) else 130), done.err
    assert {path.name: path.read_bytes() for path in Path("index").iterdir()} == before
    assert run("index", *words.split()).code == 0


def test_a_full_disk_of_an_index_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.jsonl").write_text(json.dumps({"text": RALLY}) + "\n")

    def full(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:7])
        raise OSError(errno.ENOSPC, "No space left on device", str(source))

    monkeypatch.setattr(maintenance, "copyfile", full)
    done = run("index", "import", "index", "in.jsonl")
    assert (done.code, "copydesk: index/part-00001." in done.err) == (6, True)
    assert not list(Path("index").glob("part-*"))


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    run_by_run(tmp_path, [[(RALLY,)]])
    left, other = tmp_path / "index/.0123456789abcdef.tmp", tmp_path / "index/.mine.tmp"
    left.touch()
    other.touch()
    with locked(str(tmp_path / "index")):
        assert (left.exists(), other.exists()) == (False, True)


@pytest.mark.parametrize("name", ["part-0.parquet", "part-x.blocks.parquet", ".lock-holder", "lock"])
def test_files_of_others_beside_an_index_stay(run: Run, tmp_path: Path, name: str) -> None:
    write([RALLY, RIVER])
    assert run("dedup", "in.jsonl", "-o", "out.jsonl", "--index", "index").code == 0
    for folder in ("index", "data"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / name).write_text("precious")
        run("dedup", "in.jsonl", "-o", f"{folder}.jsonl", "--index", folder)
        run("index", "compact", folder)
        run("index", "forget", folder, "n1")
        assert (tmp_path / folder / name).read_text() == "precious"
