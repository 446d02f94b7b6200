"""The review: who may ask, what it writes, and that it writes nowhere else."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date
from http.client import HTTPConnection
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET, create_connection
from struct import pack
from time import sleep
from typing import Any
from urllib.request import urlopen

import msgspec
import pytest
import tomli
from conftest import Run
from corpus import read_lines, write_lines

from etl.check.verdicts import read_verdicts
from etl.config import named_config
from etl.errors import UsageError
from etl.packs import load_pack, pack_files
from etl.report.pack_folder import LineVerdict, PackFolder
from etl.report.pages import ReportRequest
from etl.report.reading import run_files
from etl.report.review import Review
from etl.report.server import ReviewServer
from etl.report.writing import make_report

TOKEN = "of-this-run"
BLOCKS = (
    "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.",
    "Our reporters were there",
    "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the last time.",
    "Read more: All that we know about the ferry",
    "The county says that the ageing vessel would have needed four million crowns of repairs before the spring.",
)
RULE = """[[rule]]
id = "reporters"
title = "Who was there"
kind = "notice"
match.exact = ["Our reporters were there"]
why = "It speaks of the paper."
drops = ["Our reporters were there"]
keeps = ["Our reporters were there when the ferry sailed."]
"""

Ask = Callable[..., tuple[int, Any]]


@pytest.fixture
def server(run: Run, tmp_path: Path) -> Iterator[ReviewServer]:
    """A review of two articles, with an empty pack in `mine`."""
    rows = [{"id": str(at), "title": f"Ferry {at}", "text": "\n\n".join(BLOCKS)} for at in range(2)]
    write_lines(tmp_path / "in.jsonl", rows)
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q", "--dedup", "off").code == 0
    made = make_report(ReportRequest(run_files(tmp_path / "clean.jsonl"), date(2099, 1, 1), is_reviewed=True))
    review = Review(made.articles, PackFolder(tmp_path / "mine"), date(2099, 1, 1))
    with ReviewServer(made.page, review, TOKEN) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def ask(server: ReviewServer) -> Ask:
    """Ask for an action as the page does, with other headers if given; return status and answer."""

    def ask_(action: str, request: object = None, body: bytes | None = None, **headers: str | None) -> tuple[int, Any]:
        host = server.hosts[0]
        usual = {
            "Host": host,
            "Origin": f"http://{host}",
            "X-Copydesk-Token": TOKEN,
            "Content-Type": "application/json",
        }
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in {**usual, **given}.items() if value is not None}
        connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
        content = msgspec.json.encode(request) if body is None else body
        connection.request("POST" if request is not None or body else "GET", action, content, sent)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        return response.status, json.loads(text) if "json" in response.headers["Content-Type"] else text.decode()

    return ask_


@pytest.fixture
def articles(tmp_path: Path, server: ReviewServer) -> list[dict[str, Any]]:
    return read_lines(tmp_path / "clean.jsonl")


def start_of(text: str) -> int:
    return "\n\n".join(BLOCKS).index(text)


def test_the_page_is_for_who_has_the_token(ask: Ask, server: ReviewServer) -> None:
    status, page = ask(f"/?token={TOKEN}")
    assert (status, page.count("<article")) == (200, 2)
    assert "connect-src &#39;self&#39;" in page
    assert server.server_address[0] == "127.0.0.1"
    assert server.address == f"http://127.0.0.1:{server.server_port}/?token={TOKEN}"


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        pytest.param("/", {}, 403, id="no token"),
        pytest.param("/?token=", {}, 403, id="empty token"),
        pytest.param("/?token=of-another-run", {}, 403, id="another token"),
        pytest.param(f"/?token={TOKEN}", {"Host": "evil.example"}, 421, id="another name of this machine"),
        pytest.param(f"/?token={TOKEN}", {"Host": "127.0.0.1"}, 421, id="another port"),
        pytest.param("/api/verdicts", {"X_Copydesk_Token": None}, 403, id="verdicts without token"),
        pytest.param("/../../etc/passwd", {}, 404, id="a path"),
    ],
)
def test_who_may_not_read(ask: Ask, path: str, headers: dict[str, str | None], status: int) -> None:
    assert ask(path, **headers) == (status, {"error": ask(path, **headers)[1]["error"]})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"X_Copydesk_Token": None}, 403, id="no token"),
        pytest.param({"X_Copydesk_Token": "x"}, 403, id="another token"),
        pytest.param({"Origin": None}, 403, id="no origin"),
        pytest.param({"Origin": "https://evil.example"}, 403, id="another origin"),
        pytest.param({"Origin": "null"}, 403, id="a sandboxed page"),
        pytest.param({"Host": "evil.example:80"}, 421, id="another host"),
        pytest.param({"Content_Type": "text/plain"}, 415, id="what a form can send"),
        pytest.param({"Content_Length": "9999999"}, 413, id="too much"),
    ],
)
def test_who_may_not_write(
    ask: Ask, headers: dict[str, str | None], status: int, articles: list[Any], tmp_path: Path
) -> None:
    verdict = {"article": articles[0]["id"], "start": 0, "verdict": "wrong"}
    assert ask("/api/verdict", verdict, **headers)[0] == status
    assert list((tmp_path / "mine").iterdir()) == []


def test_verdicts_are_written_the_last_on_each_line(ask: Ask, articles: list[Any], tmp_path: Path) -> None:
    article, at = articles[1]["id"], start_of("Read more")
    for verdict in ("wrong", "right"):
        assert ask("/api/verdict", {"article": article, "start": at, "verdict": verdict})[0] == 200
    assert ask("/api/verdict", {"article": article, "start": start_of("Our"), "verdict": "wrong"}) == (
        200,
        {"verdicts": 2, "left": 0},
    )
    lines = (tmp_path / "mine" / "verdicts.jsonl").read_bytes().splitlines()
    found = [msgspec.json.decode(line, type=LineVerdict) for line in lines]
    assert [(one.text, one.rule, one.kind, one.verdict, one.end - one.start) for one in found] == [
        (BLOCKS[3], "core/read-title", "link", "right", len(BLOCKS[3])),
        (BLOCKS[1], "", "", "wrong", len(BLOCKS[1])),
    ]
    assert ask("/api/verdicts")[1] == {"verdicts": [json.loads(line) for line in lines], "drawn": []}
    assert PackFolder(tmp_path / "mine").verdicts == found


def test_the_end_waits_for_what_is_being_written(
    server: ReviewServer, articles: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, written = threading.Event(), threading.Event()

    def add_verdict(*_: object) -> None:
        begun.set()
        sleep(0.3)
        written.set()

    monkeypatch.setattr(PackFolder, "add_verdict", add_verdict)
    review = server.review
    request = msgspec.json.encode({"article": articles[0]["id"], "start": 0, "verdict": "right"})
    thread = threading.Thread(target=review.act, args=("verdict", request))
    thread.start()
    assert begun.wait(10)
    with ReviewServer("", review, TOKEN):
        pass
    assert written.is_set()
    thread.join()


def test_a_drawn_sample_is_shown_first_and_filled(ask: Ask, run: Run, articles: list[Any], tmp_path: Path) -> None:
    sample = tmp_path / "mine" / "verdicts.csv"
    assert run("audit", "sample", "clean.jsonl", "--n", 20, "--no-judge", "-o", sample).code == 0
    drawn = {(one["article"], one["start"], one["verdict"]) for one in ask("/api/verdicts")[1]["drawn"]}
    assert drawn == {(one["id"], start_of("Read more"), "") for one in articles}
    left = []
    for one, verdict in zip(articles, ("right", "wrong"), strict=True):
        place = {"article": one["id"], "start": start_of("Read more"), "verdict": verdict}
        left.append(ask("/api/verdict", place)[1]["left"])
    assert left == [1, 0]
    assert sorted(one.verdict for one in read_verdicts(sample)) == ["right", "wrong"]
    assert run("audit", "bound", sample).code == 0
    removed = frozenset(PackFolder(tmp_path / "mine").drawn())
    made = make_report(ReportRequest(run_files(tmp_path / "clean.jsonl"), date(2099, 1, 1), drawn=removed))
    assert made.page.count('<span class="chip why">drawn</span>') == 2


def test_an_exception_is_written_and_holds(ask: Ask, run: Run, articles: list[Any], tmp_path: Path) -> None:
    at = {"article": articles[0]["id"], "start": start_of("Read more")}
    assert ask("/api/exception", at)[1]["toml"].startswith("[[exception]]")
    config = tmp_path / "mine" / "copydesk.toml"
    assert {one.rule for one in named_config(config).exceptions(date(2026, 1, 1))} == {"*"}
    assert run("--config", config, "clean", "in.jsonl", "-o", "again.jsonl", "-q", "--dedup", "off").code == 0
    assert BLOCKS[3] in (tmp_path / "again.jsonl").read_text()
    assert ask("/api/exception", {**at, "start": 0})[1]["error"] == "no exception can keep this line"


def test_a_rule_is_drafted_tried_written_and_used(ask: Ask, run: Run, articles: list[Any], tmp_path: Path) -> None:
    at = {"article": articles[0]["id"], "start": start_of("Our")}
    drafted = ask("/api/draft", at)[1]["toml"]
    assert tomli.loads(drafted)["rule"][0]["match"] == {"exact": [BLOCKS[1]]}
    status, tried = ask("/api/try", {"toml": RULE})
    assert (status, tried["rule"], tried["count"], tried["new"], tried["articles"], tried["of"]) == (
        200,
        "mine/reporters",
        2,
        2,
        2,
        2,
    )
    assert [(one["article"], one["start"]) for one in tried["taken"]] == [(one["id"], at["start"]) for one in articles]
    assert list((tmp_path / "mine").iterdir()) == []
    assert ask("/api/rule", {"toml": RULE})[1] == tried
    assert "toml" in ask("/api/exception", {**at, "start": start_of("Read more")})[1]
    assert [one.name for file in pack_files(tmp_path / "mine") for one in load_pack(file)] == ["mine/reporters"]
    assert run("clean", "in.jsonl", "-r", "mine", "-o", "again.jsonl", "-q", "--dedup", "off").code == 0
    assert BLOCKS[1] not in (tmp_path / "again.jsonl").read_text()


@pytest.mark.parametrize(
    ("toml", "error"),
    [
        pytest.param("no toml", "", id="no TOML"),
        pytest.param("[pack]", "", id="another table"),
        pytest.param(RULE.replace("keeps", "keep"), "", id="an unknown key"),
        pytest.param(RULE + RULE.replace('"reporters"', '"others"'), "this is not one rule", id="two rules"),
        pytest.param("", "this is not one rule", id="none"),
        pytest.param(RULE.replace('keeps = ["', 'keeps = ["Our reporters were there", "'), "is matched by", id="an example fails"),
        pytest.param(RULE.replace('match.exact = ["Our reporters were there"]', "match.regex = '(a+)+b('"), "", id="no regex"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_meant_is_not_written(ask: Ask, toml: str, error: str, tmp_path: Path) -> None:
    answer = ask("/api/rule", {"toml": toml})[1]
    assert answer["error"]
    assert error in answer["error"]
    assert list((tmp_path / "mine").iterdir()) == []


@pytest.mark.parametrize(
    "file",
    [
        "../out.toml",
        "/tmp/out.toml",
        "a/b.toml",
        "..",
        "copydesk.toml",
        "rules.txt",
        ".toml",
        "a\x00.toml",
        "link.toml",
    ],
)
def test_nothing_is_written_outside_the_pack(ask: Ask, file: str, tmp_path: Path) -> None:
    (tmp_path / "out.toml").write_text("mine\n")
    (tmp_path / "mine" / "link.toml").symlink_to(tmp_path / "out.toml")
    assert ask("/api/rule", {"toml": RULE, "file": file})[1]["error"]
    assert (tmp_path / "out.toml").read_text() == "mine\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["link.toml"]


@pytest.mark.parametrize("name", ["verdicts.jsonl", "verdicts.csv", "copydesk.toml"])
def test_a_link_in_the_pack_is_not_followed(ask: Ask, name: str, articles: list[Any], tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine\n")
    (tmp_path / "mine" / name).symlink_to(tmp_path / "out")
    place = {"article": articles[0]["id"], "start": start_of("Read more")}
    action, request = ("exception", place) if name == "copydesk.toml" else ("verdict", {**place, "verdict": "wrong"})
    assert ask(f"/api/{action}", request)[1]["error"] == "is not a plain file"
    assert (tmp_path / "out").read_text() == "mine\n"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == [name]


def test_what_is_done_to_the_pack_by_hand_meanwhile_stays(ask: Ask, articles: list[Any], tmp_path: Path) -> None:
    first, second = ({"article": one["id"], "start": start_of("Read more"), "verdict": "wrong"} for one in articles)
    file = tmp_path / "mine" / "verdicts.jsonl"
    assert ask("/api/verdict", first)[1]["verdicts"] == 1
    file.write_text(file.read_text().replace(first["article"], "of another session"))
    assert ask("/api/verdict", second)[1]["verdicts"] == 2
    file.write_text(file.read_text() + "garbage")
    assert ask("/api/verdict", first)[1]["error"]
    assert file.read_text().endswith("garbage")
    (tmp_path / "mine" / "rules.toml").write_text("garbage [")
    assert "is not TOML" in ask("/api/rule", {"toml": RULE})[1]["error"]
    assert (tmp_path / "mine" / "rules.toml").read_text() == "garbage ["


def test_a_file_that_is_read_only_is_left_alone(ask: Ask, tmp_path: Path) -> None:
    assert ask("/api/rule", {"toml": RULE})[1]["count"] == 2
    file = tmp_path / "mine" / "rules.toml"
    before = file.read_text()
    file.chmod(0o444)
    assert ask("/api/rule", {"toml": RULE.replace('"reporters"', '"others"')})[1]["error"] == "is read-only"
    assert file.read_text() == before


@pytest.mark.parametrize("instead", ["nothing", "file", "link"])
def test_a_pack_that_is_exchanged_meanwhile_is_not_followed(
    ask: Ask, instead: str, articles: list[Any], tmp_path: Path
) -> None:
    pack, other = tmp_path / "mine", tmp_path / "other"
    pack.rmdir()
    other.mkdir()
    if instead == "file":
        pack.write_text("mine")
    elif instead == "link":
        pack.symlink_to(other)
    verdict = {"article": articles[0]["id"], "start": 0, "verdict": "wrong"}
    assert ask("/api/verdict", verdict)[1]["error"] == "is no longer a folder"
    assert list(other.iterdir()) == []


def test_errors_name_the_file_of_the_pack(ask: Ask) -> None:
    assert ask("/api/rule", {"toml": RULE})[1]["count"] == 2
    assert "it is in rules.toml:" in ask("/api/rule", {"toml": RULE})[1]["error"]


def test_a_regex_that_never_ends_is_stopped(ask: Ask) -> None:
    regex = RULE.replace('match.exact = ["Our reporters were there"]', r"match.regex = '(?:\w+\W*)+(?:\w|\s)+\d\b~'")
    answer = ask("/api/try", {"toml": regex})[1]
    assert answer.get("count") == 0 or "takes more than" in answer["error"]
    assert ask("/api/verdicts")[0] == 200


def test_a_client_that_is_silent_holds_up_no_other(ask: Ask, server: ReviewServer) -> None:
    head = (
        f"POST /api/try HTTP/1.1\r\nHost: {server.hosts[0]}\r\nOrigin: http://{server.hosts[0]}\r\n"
        f"X-Copydesk-Token: {TOKEN}\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{{"
    )
    with create_connection(("127.0.0.1", server.server_port)) as silent:
        silent.sendall(head.encode())
        assert ask("/api/verdicts")[0] == 200


def test_a_request_that_cannot_be_read_is_refused(
    ask: Ask, server: ReviewServer, capfd: pytest.CaptureFixture[str]
) -> None:
    assert ask("http://[")[0] == 400
    assert ask("/api/verdict", body=b"{}", Content_Length="9" * 5000)[0] == 413
    assert capfd.readouterr().err == ""


def test_a_client_that_goes_away_is_not_worth_a_word(
    ask: Ask, server: ReviewServer, capfd: pytest.CaptureFixture[str]
) -> None:
    with create_connection(("127.0.0.1", server.server_port)) as gone:
        gone.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))  # it resets the connection when it is closed
        gone.sendall(f"GET /?token={TOKEN} HTTP/1.1\r\nHost: {server.hosts[0]}\r\n".encode())
    assert ask("/api/verdicts")[0] == 200
    sleep(0.1)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("nothing", b"{}"),
        ("verdict", b"{"),
        ("try", b'{"toml": "\xff"}'),
        ("try", b"[" * 100_000),
        ("verdict", b'{"article": "x", "start": 0, "verdict": "wrong"}'),
        ("draft", b'{"article": "x", "start": 0, "more": 1}'),
    ],
)
def test_what_cannot_be_asked_for_says_so(ask: Ask, action: str, body: bytes) -> None:
    assert ask(f"/api/{action}", body=body)[1]["error"]


@pytest.mark.parametrize(
    ("action", "asked", "name"),
    [
        ("try", {"toml": RULE, "file": "\U00020000" * 75 + ".toml"}, ""),
        ("rule", {"toml": RULE}, "rules.toml"),
        ("exception", {"toml": "x"}, "copydesk.toml"),
    ],
)
def test_what_the_disk_refuses_is_an_answer(
    ask: Ask, tmp_path: Path, capfd: pytest.CaptureFixture[str], action: str, asked: dict[str, str], name: str
) -> None:
    if name:
        (tmp_path / "mine" / name).write_bytes("# Größe".encode("latin-1"))
    assert ask(f"/api/{action}", asked)[1]["error"]
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.parametrize("made", ["file", "link"])
def test_a_pack_is_a_folder(made: str, tmp_path: Path) -> None:
    path = tmp_path / "pack"
    (tmp_path / "folder").mkdir()
    path.write_text("") if made == "file" else path.symlink_to(tmp_path / "folder")
    with pytest.raises(UsageError, match="is not a folder"):
        PackFolder(path)


def test_the_command_serves_the_page_until_it_is_interrupted(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": "1", "title": "Ferry", "text": "\n\n".join(BLOCKS)}) + "\n")
    assert run("clean", "in.jsonl", "-o", "clean.jsonl", "-q").code == 0
    command = [sys.executable, "-m", "etl", "review", "clean.jsonl", "--pack", "mine", "--no-open"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=tmp_path) as child:
        assert child.stderr
        address = child.stderr.readline().split()[-1]
        with urlopen(address) as page:
            assert page.read().count(b"<article") == 1
        child.send_signal(signal.SIGINT)
        assert child.wait() == 0
    assert len(address.partition("token=")[2]) >= 32
