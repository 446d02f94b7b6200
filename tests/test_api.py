"""The Python API: what it returns, that it is the path of the command line, and how it refuses wrong arguments."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time
from typing import Any

import numpy
import pytest
from conftest import Run
from corpus import read_lines, write_lines
from msgspec import structs

import copydesk
import etl

STORY = "The council of {town} met on Monday and spoke for {number} hours about the bridge over the river there."
FURNITURE = "Read More"
RECORDS = [
    {"id": f"r{number}", "text": f"{STORY.format(town=town, number=number)}\n\n{FURNITURE}", "section": "local"}
    for number, town in enumerate(["Ayton", "Beeford", "Ayton", "Ceeham"], 2)
]
COPIES = [*RECORDS, {"id": "again", "text": RECORDS[1]["text"]}]
PACK = """\
[pack]
id = "mine"
version = "1"

[[rule]]
id = "desk"
title = "The desk that signs"
kind = "credit"
match.exact = ["The night desk"]
why = "It signs each story."
drops = ["The night desk"]
keeps = ["The night desk said so."]
"""


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(PACK, encoding="utf-8")
    return path


# --- one document -----------------------------------------------------------------------------------------------------

PAGE = "<!doctype html><title>Rain</title><body><article><h1>Rain</h1><p>" + STORY + "</p></article>"


@pytest.mark.parametrize(
    ("document", "given"),
    [
        pytest.param(STORY, {}, id="text"),
        pytest.param(STORY.encode("utf-16"), {}, id="bytes, decoded"),
        pytest.param(PAGE, {}, id="a page"),
        pytest.param(PAGE.encode(), {}, id="a page as bytes"),
        pytest.param(f"<p>{STORY}", {"kind": "html"}, id="what is said to be HTML"),
        pytest.param({"body": STORY}, {}, id="a record"),
        pytest.param({"body": f"<p>{STORY}</p><p>{FURNITURE}</p><p></p>"}, {}, id="a record with HTML"),
    ],
)
def test_a_document_may_be_given_as_it_is_at_hand(cleaner: etl.Cleaner, document: Any, given: dict[str, Any]) -> None:
    result = cleaner.clean(document, **given)
    assert (result.text, result.status, result.reason) == (STORY, "full", "")


def test_a_path_is_a_file_and_gives_what_the_command_gives(cleaner: etl.Cleaner, run: Run, sample: Path) -> None:
    result = cleaner.clean(sample)
    printed = [json.loads(line) for line in run("clean", "-q", sample).out.splitlines()]
    assert [article | {"added": ""} for article in printed] == result.to_dict()["articles"]


def test_what_the_caller_says_goes_into_the_article(cleaner: etl.Cleaner) -> None:
    text = f"{STORY}\n\nhide caption\n\ntoggle caption"
    (article,) = cleaner.clean(text, url="https://www.npr.org/a", record="a7").articles
    assert (article.url, article.publisher, article.origin.record) == ("https://www.npr.org/a", "NPR", "a7")


def test_ids_of_articles_differ_though_nothing_names_them(cleaner: etl.Cleaner) -> None:
    one, other = (cleaner.clean(STORY.format(town=town, number=3)).articles[0].id for town in ("Ayton", "Beeford"))
    assert one != other
    assert one == cleaner.clean(STORY.format(town="Ayton", number=3)).articles[0].id


def test_a_result_can_be_dumped_and_gives_the_input_back(cleaner: etl.Cleaner, sample: Path) -> None:
    text = sample.read_text(encoding="utf-8")
    result = cleaner.clean(text)
    assert json.loads(json.dumps(result.to_dict()))["articles"][0]["text"] == result.articles[0].text
    assert [document.text for document in etl.restore(result.articles, result.audit)] == [text]


def test_what_is_no_text_is_refused(cleaner: etl.Cleaner) -> None:
    with pytest.raises(etl.Unreadable, match="PDF"):
        cleaner.clean(b"%PDF-1.7\n\x00\x01")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "stub"),
        (FURNITURE, "stub"),
        ("To continue, please click the box below to let us know you're not a robot.", "rejected"),
    ],
)
def test_status_says_why_there_is_no_text(cleaner: etl.Cleaner, text: str, status: str) -> None:
    assert (cleaner.clean(text).status, cleaner.clean(text).text) == (status, "")


# --- many -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["off", "article", "run"])
def test_many_are_cleaned_as_the_command_cleans_them(
    cleaner: etl.Cleaner, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: Any
) -> None:
    lines = tmp_path / "in.jsonl"
    lines.write_text("".join(json.dumps(one, separators=(",", ":")) + "\n" for one in COPIES), encoding="utf-8")
    assert run("clean", lines, "-o", "out.jsonl", "-q", "--dedup", scope).code == 0
    written = read_lines(tmp_path / "out.jsonl")
    audit = read_lines(tmp_path / "out.audit.jsonl")
    results = [result.to_dict() for result in cleaner.clean_many(COPIES, dedup=scope)]

    def told(objects: Any) -> list[Any]:
        """What does not depend on the name of the file."""
        names = ("text", "record", "rule", "before", "line", "similarity", "status", "metadata", "word_count")
        return [{name: one[name] for name in names if name in one} for one in objects if one.get("action") != "end"]

    assert told(article for result in results for article in result["articles"]) == told(written)
    assert told(entry for result in results for entry in result["audit"]) == told(audit)
    assert results[-1]["status"] == ("duplicate" if scope == "run" else "full")


def test_a_rule_may_ask_what_recurs_in_a_run(pack: Path) -> None:
    pack.write_text(PACK.replace("match.exact", "match.recurs = { documents = 3 }\nmatch.exact"), encoding="utf-8")
    recurring, stories = (
        etl.Cleaner(rules=pack),
        [STORY.format(town=town, number=3) for town in ("Ayton", "Beeford", "Ceeham")],
    )
    texts = [f"{story}\n\nThe night desk" for story in stories]
    assert [result.text for result in recurring.clean_many(texts, dedup="run")] == stories
    assert [result.text for result in recurring.clean_many(texts[:2], dedup="run")] == texts[:2]


@pytest.mark.parametrize(
    "item",
    [STORY, STORY.encode(), ("r1", STORY), (7, STORY.encode()), {"text": STORY}],
    ids=["text", "bytes", "pair", "pair of bytes", "record"],
)
def test_items_may_be_of_any_sort(cleaner: etl.Cleaner, item: Any) -> None:
    assert [result.text for result in cleaner.clean_many(iter([item]))] == [STORY]


def test_a_path_among_many_stands_for_its_documents(cleaner: etl.Cleaner, tmp_path: Path) -> None:
    write_lines(tmp_path / "a.jsonl", RECORDS)
    assert len(list(cleaner.clean_many([tmp_path / "a.jsonl", "One more."]))) == len(RECORDS) + 1
    with pytest.raises(ValueError, match="several documents"):
        cleaner.clean(tmp_path / "a.jsonl")


@pytest.mark.parametrize("scope", ["off", "run"])
def test_what_cannot_be_read_keeps_its_place(cleaner: etl.Cleaner, scope: Any) -> None:
    results = list(cleaner.clean_many([STORY, b"%PDF-1.7\n\x00", {"title": "no text"}, "Last."], dedup=scope))
    assert [result.status for result in results] == ["full", "unreadable", "unreadable", "full"]
    assert "PDF" in results[1].reason
    assert "has no known field of text" in results[2].reason


@pytest.mark.parametrize("scope", ["off", "run"])
def test_what_cannot_be_read_in_a_folder_is_named(cleaner: etl.Cleaner, tmp_path: Path, scope: Any) -> None:
    (tmp_path / "bad.jsonl").write_text('{"text": "Rain."}\n{"text": \n', encoding="utf-8")
    bad = list(cleaner.clean_many([tmp_path], dedup=scope))[1]
    assert bad.reason.startswith(f"{tmp_path}/bad.jsonl:2: is not JSON")


def test_none_are_cleaned_to_none(cleaner: etl.Cleaner) -> None:
    assert list(cleaner.clean_many([], dedup="run")) == []


def test_records_stay_as_they_are(cleaner: etl.Cleaner) -> None:
    record: dict[str, Any] = {"id": 1, "data": {"content": STORY, "tags": ["a"]}, "section": "x"}
    before = json.dumps(record)
    next(cleaner.clean_many([record]))
    assert json.dumps(record) == before


def test_many_stream(cleaner: etl.Cleaner) -> None:
    asked: list[int] = []

    def endless() -> Any:
        while True:
            asked.append(1)
            yield STORY

    assert next(cleaner.clean_many(endless())).text == STORY
    assert len(asked) < 1000


# --- one cleaner, many users ------------------------------------------------------------------------------------------


def test_threads_and_copies_of_a_cleaner_give_the_same(sample: Path, pack: Path) -> None:
    one = etl.Cleaner(rules=pack, profile="hard")
    other = pickle.loads(pickle.dumps(one))
    texts = [*sample.read_text(encoding="utf-8").split("\n\n\n")[:8], "The night desk"] * 2
    expected = [one.clean(text) for text in texts]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(other.clean, texts)) == expected


def test_an_unpickled_cleaner_never_uses_another_pack(
    tmp_path: Path, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that unpickles a cleaner after its pack was changed would remove other lines than the other workers."""
    monkeypatch.chdir(tmp_path)
    pickled = pickle.dumps(etl.Cleaner(rules=pack.name))

    def unpickled() -> str:
        load = f"import pickle; pickle.loads({pickled!r})"
        return subprocess.run([sys.executable, "-c", load], check=False, capture_output=True, text=True).stderr

    assert not unpickled()
    pack.write_text(PACK.replace("night desk", "day desk"), encoding="utf-8")
    assert f"PackError: {pack.name}: changed" in unpickled()


def test_packs_profile_and_config_choose_the_rules(tmp_path: Path, pack: Path) -> None:
    text = f"{STORY}\n\n{FURNITURE}\n\nThe night desk"
    config = tmp_path / "copydesk.toml"
    config.write_text('[common]\nrules = ["mine.toml"]\n[clean]\nignore = "core, classifier"\n', encoding="utf-8")
    assert etl.Cleaner().clean(text).text == f"{STORY}\n\nThe night desk"
    assert etl.Cleaner(rules=[pack]).clean(text).text == STORY
    assert etl.Cleaner(config=config).clean(text).text == f"{STORY}\n\n{FURNITURE}"
    assert etl.Cleaner(rules=str(pack), select="mine").clean(text).text == f"{STORY}\n\n{FURNITURE}"


def test_an_exception_of_a_config_keeps_a_line(tmp_path: Path) -> None:
    config = tmp_path / "copydesk.toml"
    config.write_text('[[exception]]\nrule = "core/*"\nreason = "ours"\nuntil = 2100-01-01\n', encoding="utf-8")
    assert etl.Cleaner(config=config).clean(f"{STORY}\n\n{FURNITURE}").text.endswith(FURNITURE)


# --- the functions ----------------------------------------------------------------------------------------------------


def test_dedup_returns_places_of_copies() -> None:
    texts = [one["text"] for one in COPIES]
    assert etl.dedup(texts) == [(4, 1, 1.0)]
    assert etl.dedup(iter(texts), threshold=1, unit="paragraph") == [(4, 1, 1.0)]
    assert [copy.place for copy in etl.dedup(texts, threshold=0.5, numbers="any")] == [2, 4]
    assert etl.dedup([]) == []


def test_dedup_takes_time_in_proportion_to_white_space() -> None:
    space = " " * 60_000
    said = "Tens of thousands of people marched through the centre of Minsk on Sunday"
    start = process_time()
    assert etl.dedup([f"{said}\n{space}\n{said}, police said", f"{said}{space}\n{space}in silence"]) == [(1, 0, 1.0)]
    assert process_time() - start < 5  # in quadratic time, 20


def test_restore_reads_what_the_command_wrote(run: Run, sample: Path, tmp_path: Path) -> None:
    run("clean", sample, "-o", "a.jsonl")
    found = etl.restore(tmp_path / "a.jsonl")
    assert [one.text for one in found] == [sample.read_text(encoding="utf-8")]


def test_restore_refuses_what_was_changed(cleaner: etl.Cleaner) -> None:
    result, other = cleaner.clean(f"{STORY}\n\n{FURNITURE}"), cleaner.clean("Another story.")
    with pytest.raises(etl.CopydeskError, match="is missing"):
        list(etl.restore(other.articles, result.audit))


def test_load_rules_returns_those_of_a_pack(pack: Path) -> None:
    assert [(found.name, found.rule.kind) for found in etl.load_rules(pack)] == [("mine/desk", "credit")]
    pack.write_text(PACK.replace("kind", "knid"), encoding="utf-8")
    with pytest.raises(etl.CopydeskError, match=r"mine.toml:8:1.*\n.*Did you mean 'kind'"):
        etl.load_rules(pack)


# --- wrong arguments --------------------------------------------------------------------------------------------------


anything: Any = etl  # mypy refuses what follows, as it should


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda one: one.clean(None), TypeError, "a document is a str, bytes, a Path or a record .* not None"),
        (lambda one: one.clean(7), TypeError, "not int$"),
        (lambda one: list(one.clean_many(["One.", 7])), TypeError, "^document number 2: a document is .* not int$"),
        (lambda one: one.clean(["One.", "Two."]), TypeError, "not a list: join its paragraphs"),
        (lambda one: one.clean(("a", "One.")), TypeError, "is for clean_many"),
        (lambda one: next(one.clean_many([["One.", "Two."]])), TypeError, "not a list: join its paragraphs"),
        (lambda one: one.clean("x", kind="htm"), ValueError, "kind is one of text, html, not 'htm'.*mean 'html'"),
        (lambda one: one.clean({"text": "x"}, kind="html"), ValueError, "html-field"),
        (lambda one: one.clean(Path("a.txt"), record="a"), ValueError, "a file is named by its path"),
        (lambda one: one.clean_many("x"), TypeError, "an iterable of documents, not str: put it in a list"),
        (lambda one: one.clean_many(None), TypeError, "not None"),
        (lambda one: one.clean_many([], dedup="runs"), ValueError, "off, article, run, not 'runs'.*'run'"),
        (lambda one: next(one.clean_many([{"text": "x", "a": object()}])), TypeError, "field 'a' has a value of type object, which JSON"),
        (lambda one: one.clean({"a": 1}), etl.Unreadable, "^the record: has no known field of text[^;]*; its fields: a\n  Put the text into"),
        (lambda _: anything.Cleaner(profile="carefull"), ValueError, "Did you mean 'careful'"),
        (lambda _: anything.Cleaner(rules=[7]), TypeError, "named by its path, not by int"),
        (lambda _: anything.Cleaner(rules="x" * 10**6), etl.CopydeskError, "^x{255}: cannot be read: File name too long"),
        (lambda _: anything.Cleaner(rules=None), TypeError, "rules takes an iterable, not None"),
        (lambda _: anything.Cleaner(select=[7]), TypeError, "ids of rules"),
        (lambda _: anything.Cleaner(select="cor"), etl.CopydeskError, "there is no such pack"),
        (lambda _: anything.Cleaner(config="none.toml"), etl.CopydeskError, "none.toml"),
        (lambda _: anything.dedup("x"), TypeError, "texts takes an iterable, not str"),
        (lambda _: anything.dedup(["x", None]), TypeError, "number 1 is None"),
        (lambda _: anything.dedup([], threshold=7), ValueError, "from 0.3 to 1, not 7"),
        (lambda one: one.clean_many([], dedup=anything.DedupSettings(threshold=7)), ValueError, "from 0.3 to 1, not 7"),
        (lambda _: anything.dedup([], threshold="7"), TypeError, "a number"),
        (lambda _: anything.dedup([], keep="last"), ValueError, "first, longest"),
        (lambda _: anything.restore("a.jsonl", []), TypeError, "audit must be a path, too"),
        (lambda _: anything.restore([]), TypeError, "result.audit"),
        (lambda _: anything.cleen("x"), AttributeError, "it has Cleaner"),
    ],
)  # fmt: skip
def test_wrong_arguments_are_refused_with_words_that_teach(
    cleaner: etl.Cleaner, call: Callable[[Any], object], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        call(cleaner)


@pytest.mark.parametrize(
    ("line", "said"), [('threshold = "high"', "copydesk.toml:2:1: 'threshold'"), ('profile = "mild"', "'profile'")]
)
def test_a_config_is_refused_with_file_line_and_key(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "copydesk.toml"
    path.write_text(f"[clean]\n{line}\n", encoding="utf-8")
    with pytest.raises(etl.CopydeskError, match=said):
        etl.Cleaner(config=path)


# --- names ------------------------------------------------------------------------------------------------------------


def test_copydesk_is_etl() -> None:
    assert copydesk.Cleaner is etl.Cleaner
    assert copydesk.__version__ == etl.__version__
    assert set(etl.__all__) <= set(dir(copydesk))
    assert all(getattr(etl, name).__doc__ for name in etl.__all__)


def test_dedup_stays_a_function_whatever_is_imported() -> None:
    program = "import etl.lsh; print(etl.dedup([])); import etl.dedup.selection; print(etl.dedup([]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert done.stdout == "[]\n[]\n"


def test_command_runs_where_a_project_has_its_own_etl(tmp_path: Path) -> None:
    (tmp_path / "etl").mkdir()
    (tmp_path / "etl" / "__init__.py").write_text("raise SystemExit('the wrong one')", encoding="utf-8")
    command = [sys.executable, "-m", "copydesk", "--version"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"copydesk, version {etl.__version__}\n")


def test_import_says_when_another_etl_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "etl.py").write_text("", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", "import copydesk"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "another stands before it on sys.path" in done.stderr


# --- odd values -------------------------------------------------------------------------------------------------------

DEEP: Any = []
for _ in range(100_000):
    DEEP = [DEEP]
WITHIN_ITSELF: dict[str, Any] = {"text": STORY}
WITHIN_ITSELF["self"] = WITHIN_ITSELF


@pytest.mark.parametrize(
    ("item", "status"),
    [
        pytest.param(("half \ud800 a pair", STORY), "full", id="a name that is not UTF-8"),
        pytest.param(
            {"id": "half \ud800", "text": STORY, "url": "http://\udfff"}, "full", id="an id that is not UTF-8"
        ),
        pytest.param({1: "x", "text": STORY}, "full", id="a name that is a number"),
        pytest.param({"text": STORY, "x": DEEP}, "unreadable", id="a record nested without end"),
        pytest.param(WITHIN_ITSELF, "unreadable", id="a record within itself"),
        pytest.param({"text": STORY, "x": 10**5000}, "unreadable", id="a number that is too long"),
        pytest.param(Path("nowhere.txt"), "unreadable", id="a file that is not there"),
        pytest.param(Path("\udcff.txt"), "unreadable", id="a file that is not there, and whose name is not UTF-8"),
        pytest.param(Path("\ud800.txt"), "unreadable", id="a name that no file can have"),
        pytest.param(Path("n" * 5000), "unreadable", id="a name that is too long"),
        pytest.param("x" * (64 << 20) + "y", "unreadable", id="a text over the limit"),
        pytest.param(("a\0b", f"\0{STORY}\0"), "full", id="NULs"),
    ],
)
@pytest.mark.parametrize("scope", ["article", "run"])
def test_an_odd_item_never_costs_the_others(item: Any, status: str, scope: Any) -> None:
    results = list(etl.Cleaner().clean_many(["The first of three.", item, "The last of three."], dedup=scope))
    assert [result.status for result in results] == ["full", status, "full"]
    json.dumps([result.to_dict() for result in results]).encode()
    assert status == "full" or results[1].reason


@pytest.mark.parametrize("name", ["url", "publisher", "record"])
def test_what_is_said_of_a_document_is_text(name: str) -> None:
    assert etl.Cleaner().clean(STORY, **{name: "half \ud800"}).status == "full"  # type: ignore[arg-type]  # mypy takes it for kind
    with pytest.raises(TypeError, match=f"{name} is a str, not int"):
        etl.Cleaner().clean(STORY, **{name: 7})  # type: ignore[arg-type]  # so it is


def test_what_cannot_be_read_in_a_folder_is_a_result(tmp_path: Path) -> None:
    (tmp_path / "gone.txt").symlink_to("nowhere")
    assert [one.status for one in etl.Cleaner().clean_many([tmp_path])] == ["unreadable"]


def test_restore_takes_what_a_result_holds() -> None:
    result = etl.Cleaner().clean(STORY)
    for articles, audit in (([7], result.audit), (result.articles, [7]), (result.to_dict()["articles"], result.audit)):
        with pytest.raises(TypeError, match="those of a Result"):
            list(anything.restore(articles, audit))
    for field, value in (("after", None), ("char_start", "0"), ("gap", 7), ("also", b""), ("path", None)):
        with pytest.raises(TypeError, match=rf"an entry of the audit has a field of a wrong type: .*'?{field}"):
            list(etl.restore(result.articles, [structs.replace(entry, **{field: value}) for entry in result.audit]))
    with pytest.raises(TypeError, match=r"an article has a field of a wrong type: .*text"):
        list(etl.restore([structs.replace(one, text=None) for one in result.articles], result.audit))


def test_documents_of_a_run_are_not_drawn_in_a_forked_process_too() -> None:
    results = etl.Cleaner().clean_many([f"Story {number} of the day." for number in range(50)], dedup="run")
    first = next(results)
    child = os.fork()
    if not child:
        try:
            next(results)
        except RuntimeError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
    assert len([first, *results]) == 50


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("action", "Drop", ValueError),
        ("scope", "Run", ValueError),
        ("numbers", "Any", ValueError),
        ("shingles", "w9", ValueError),
        ("keep", None, TypeError),
        ("threshold", "0.7", TypeError),
        ("threshold", 0.1, ValueError),
    ],
)
def test_settings_of_duplicates_that_cannot_be_meant_are_refused(
    cleaner: etl.Cleaner, name: str, value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match=name):
        cleaner.clean_many(["One."], dedup=etl.DedupSettings(**{name: value}))


def test_arrays_of_a_record_are_lists(cleaner: etl.Cleaner) -> None:
    values = {"tags": numpy.array(["a"]), "none": numpy.array([]), "text": numpy.array([STORY, STORY[::-1]])}
    (article,) = cleaner.clean(values).articles
    assert article.text == f"{STORY}\n\n{STORY[::-1]}"
    assert json.loads(article.metadata) == {"tags": ["a"], "none": []}


def test_missing_values_of_pandas_are_null(cleaner: etl.Cleaner) -> None:
    """pandas.NaT writes itself as "NaT", and pandas.NA not at all."""

    class NaTType:
        def isoformat(self) -> str:
            return "NaT"

    class NAType: ...

    values = {"id": NaTType(), "title": NAType(), "tags": [NaTType()], "seen": NAType(), "text": STORY}
    (article,) = cleaner.clean(values).articles
    assert (article.origin.record == "NaT", article.headline) == (False, "")
    assert json.loads(article.metadata) == {"id": None, "title": None, "tags": [None], "seen": None}


def test_fields_that_are_called_alike_are_all_kept(cleaner: etl.Cleaner) -> None:
    record: Any = {1: "a", "1": "b", "text": STORY}
    (article,) = cleaner.clean(record).articles
    assert json.loads(article.metadata) == {"1": "a", "1_2": "b"}


def test_a_text_that_is_missing_costs_no_other(cleaner: etl.Cleaner) -> None:
    items = [STORY, None, float("nan"), (numpy.int64(7), STORY), ("x", None)]
    results = list(cleaner.clean_many(items))  # type: ignore[arg-type]
    assert [one.status for one in results] == ["full", "unreadable", "unreadable", "full", "unreadable"]
    assert results[3].articles[0].origin.record == "7"
    with pytest.raises(TypeError, match=r"a pair is an id .* not float and str"):
        list(cleaner.clean_many([(1.5, STORY)]))  # type: ignore[list-item]
