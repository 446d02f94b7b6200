"""The hooks and the CI pages of docs/how-to, tried: pre-commit on a local repository, the commands of the jobs, parsers."""

import json
import re
import shlex
import subprocess
import sys
import textwrap
from pathlib import Path

import junitparser
import pytest
import yaml
from sarif import loader

ROOT = Path(__file__).parent.parent.parent
STORY = (
    "The last car ferry between Harwick and Skerra sailed on Friday evening with eleven passengers on board.\n\n"
    "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the final time."
)
COMMAND = [sys.executable, "-m", "etl"]


def page(name: str) -> dict[str, object]:
    """Return the YAML of a page: what is indented."""
    lines = (ROOT / "docs/how-to" / name).read_text(encoding="utf-8").splitlines()
    code = "\n".join(line for line in lines if line.startswith("    ") or not line)
    parsed: dict[str, object] = yaml.safe_load(textwrap.dedent(code))
    return parsed


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder with data of which one record is dirty, and the baseline of another day."""
    (tmp_path / "data").mkdir()
    records = [{"id": number, "text": f"{STORY} It was trip number {number * 7919}."} for number in range(3)]
    write(tmp_path / "data/crawl.jsonl", records)
    subprocess.run([*COMMAND, "baseline", "write", "data"], cwd=tmp_path, check=True)
    records[1]["text"] = f"{records[1]['text']}\n\nRead More"
    write(tmp_path / "data/crawl.jsonl", records)
    return tmp_path


def write(path: Path, records: list[dict[str, object]]) -> None:
    path.write_text("".join(f"{json.dumps(record)}\n" for record in records))


def steps(name: str) -> list[str]:
    """Return the commands of a page that run copydesk."""
    found = re.findall(r"copydesk check [^\n]*(?:\n\s+--[^\n]*)*", (ROOT / "docs/how-to" / name).read_text())
    return [" ".join(command.split()) for command in found]


def test_the_pages_are_yaml() -> None:
    assert "jobs" in page("github-actions.md")
    assert "check-data" in page("gitlab.md")
    assert "repos" in page("pre-commit.md")


@pytest.mark.parametrize("name", ["github-actions.md", "gitlab.md"])
def test_the_command_of_a_job_fails_and_leaves_its_reports(data: Path, name: str) -> None:
    (command,) = steps(name)
    run = subprocess.run([*COMMAND, *shlex.split(command)[1:]], cwd=data, capture_output=True, text=True, check=False)
    assert run.returncode == 1, run.stderr
    if name == "gitlab.md":
        xml = junitparser.JUnitXml.fromfile(str(data / "check.xml"))
        assert xml.failures == 1
        (issue,) = json.loads((data / "gl-code-quality-report.json").read_text())
        assert issue["location"] == {"path": "data/crawl.jsonl", "lines": {"begin": 2}}
    else:
        assert run.stdout.startswith("::error file=data/crawl.jsonl,line=2,")
        sarif = loader.load_sarif_file(str(data / "check.sarif"))
        (record,) = sarif.get_records()
        assert (record["Location"], record["Line"]) == ("data/crawl.jsonl", 2)


def git(folder: Path, *words: str) -> None:
    identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    subprocess.run(["git", *identity, *words], cwd=folder, check=True, capture_output=True)


def test_the_hooks_run_from_a_repository(data: Path) -> None:
    """All of them in one run: pre-commit installs a repository anew for each run."""
    (data / "mine.toml").write_text(
        '[pack]\nid = "mine"\nversion = "1.0.0"\n[[rule]]\nid = "more"\ntitle = "More"\nkind = "link"\n'
        'match.exact = ["More of this"]\nwhy = "a test"\ndrops = ["More of this"]\nkeeps = ["More of this was said."]\n'
    )
    git(data, "init", "-q")
    git(data, "add", ".")
    git(data, "commit", "-q", "-m", "data")
    words = [sys.executable, "-m", "pre_commit", "try-repo", str(ROOT), "--verbose", "--files"]
    run = subprocess.run(
        [*words, "data/crawl.jsonl", "mine.toml"], cwd=data, capture_output=True, text=True, check=False
    )
    results = dict(re.findall(r"^(copydesk [a-z ]+?)\.+(\w+)$", run.stdout, re.MULTILINE))
    passed = {"copydesk rules lint": "Passed", "copydesk rules test": "Passed"}
    assert results == {**passed, "copydesk check": "Failed"}, run.stdout + run.stderr
    assert (run.returncode, "raw.boilerplate" in run.stdout) == (1, True)
