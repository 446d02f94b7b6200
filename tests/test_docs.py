"""What the documents say is so."""

import ast
import importlib.util
import json
import re
import textwrap
import tomllib
from pathlib import Path

import pytest
from conftest import Run

from etl.formats import SUFFIXES
from etl.rule_tools.rule_pages import rule_pages
from etl.rules import language

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_reference_is_what_the_help_pages_say() -> None:
    spec = importlib.util.spec_from_file_location("reference", ROOT / "docs/reference.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert (ROOT / "docs/reference.md").read_text(encoding="utf-8") == module.reference(), (
        "run python docs/reference.py"
    )


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install tox && .venv/bin/tox"
    assert command in README
    assert command in (ROOT / ".ci/run").read_text(encoding="utf-8").replace(" --quiet", "")


def test_ci_leaves_out_what_cannot_run_by_variables_of_tox() -> None:
    needed = re.findall(r"^need \S+ \S+ (\w+)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE)
    variables = re.findall(r"\{env:TESTS_WITH_(\w+):tests/with_(\w+)\}", (ROOT / "tox.ini").read_text(encoding="utf-8"))
    assert needed == ["browser", "spark"]
    assert variables == [(name.upper(), name) for name in needed]


def test_errors_of_users_have_place_fault_and_way_out() -> None:
    calls = [
        (path, node)
        for path in sorted(ROOT.glob("etl/**/*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("UsageError", "PackError", "NoInput")
    ]
    short = [one for one in calls if len(one[1].args) < 3 and not any(isinstance(a, ast.Starred) for a in one[1].args)]
    assert [f"{path.relative_to(ROOT)}:{node.lineno}" for path, node in short] == []


# The index of rules leads to pages that are built with the docs.
PAGES = [
    page for page in (*sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))) if page.parent.name != "rules"
]


@pytest.fixture(scope="module")
def built() -> set[Path]:
    """Pages that `copydesk rules docs` writes."""
    return {ROOT / "docs/rules" / name for name in rule_pages()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(built: set[Path], page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists() and page.parent / link not in built]
    assert missing == []


def test_every_key_of_the_vocabulary_is_on_the_page_of_rules() -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    structs = [
        language.Rule,
        language.Match,
        language.Where,
        language.Scope,
        language.Between,
        language.Span,
        language.Near,
        language.Recurs,
        language.Dates,
    ]
    keys = {key for struct in structs for key in struct.__struct_encode_fields__}
    assert [key for key in sorted(keys) if not re.search(rf"`[^`]*\b{key}\b[^`]*`", page)] == []


def test_examples_of_the_page_of_rules_hold(run: Run, tmp_path: Path) -> None:
    page = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
    examples = re.findall(r"^    action = .*(?:\n    .+)*", page, re.MULTILINE)
    assert len(examples) == 3
    pack = ['[pack]\nid = "page"\nversion = "1"']
    for number, example in enumerate(examples):
        lines = [line.strip() for line in example.splitlines()]
        given = {line.partition(" =")[0] for line in lines}
        needed = {"id": f"rule-{number}", "title": "T", "kind": "notice", "why": "W.", "keeps": ["He left."]}
        lines += [f"{key} = {value!r}" for key, value in needed.items() if key not in given]
        pack.append("\n".join(["[[rule]]", *lines]))
    (tmp_path / "page.toml").write_text("\n".join(pack), encoding="utf-8")
    result = run("rules", "test", "--only-rules", "page.toml")
    assert (result.code, "0 failed" in result.err) == (0, True), result.out


def test_page_of_formats_lists_every_suffix_that_is_read_in_a_folder() -> None:
    page = (ROOT / "docs/formats.md").read_text(encoding="utf-8")
    listed = page.partition("only files with a known suffix are read:")[2].partition("The suffix of a compression")[0]
    assert set(re.findall(r"`(\.\w+)`", listed)) == {*SUFFIXES, ".xml"}


def test_lowest_versions_are_those_that_are_promised() -> None:
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    lowest = dict(re.findall(r"^    ([\w-]+)==([\d.]+)$", (ROOT / "tox.ini").read_text(encoding="utf-8"), re.MULTILINE))
    for requirement in promised:
        name, version = requirement.split(">=")
        assert lowest[name].startswith(version), name


# Packages whose docstring lists their modules.
MAPPED = [
    *("check", "dedup", "dedup/fingerprint", "dedup/pairs", "dedup/selection", "engines", "formats", "index", "lint"),
    *("markup", "markup/features", "packs", "pipeline", "repair", "report", "rule_tools", "rules", "rules/classifier"),
    *("rules/engine", "rules/matching", "rules/regexes", "segment"),
]


@pytest.mark.parametrize("package", MAPPED)
def test_a_package_lists_its_modules(package: str) -> None:
    folder = ROOT / "etl" / package
    told = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    modules = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    packages = [path.parent.name for path in folder.glob("*/__init__.py")]
    listed = re.findall(r"\b\w+\b", told)
    assert [name for name in (*modules, *packages) if name not in listed] == []


def test_every_dependency_has_its_reason() -> None:
    promised = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    assert [name for name in promised if name.split(">=")[0] not in page] == []


def test_every_layer_has_its_line() -> None:
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
    layers = tools["importlinter"]["contracts"][0]["layers"]
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").partition("import-linter checks this.\n\n")[2]
    names = " ".join(line[4:].split("   ")[0] for line in page.partition("\n\n")[0].splitlines()).split()
    assert names == [name for layer in layers for name in layer.split(" | ")]


def test_example_of_the_readme_is_what_the_command_prints(run: Run, tmp_path: Path) -> None:
    page, summary = (
        "\n".join(line[4:] for line in block.splitlines()).strip()
        for block in (
            README.split("broken characters:\n\n")[1].split("\n\n`")[0],
            README.split("and the repair:\n\n")[1].split("\n\n[")[0],
        )
    )
    (tmp_path / "page.txt").write_text(page + "\n", encoding="utf-8")
    result = run("clean", "page.txt")
    assert json.loads(result.out)["text"] in README
    assert [line for line in summary.splitlines() if line.strip() != "…" and line not in result.err] == []


def test_readme_counts_the_rules_of_languages() -> None:
    languages = sorted((ROOT / "rules/lang").glob("*.toml"))
    rules = [len(tomllib.loads(pack.read_text(encoding="utf-8"))["rule"]) for pack in languages]
    told = re.search(r"\[(\d+) other languages\]\(rules/lang/\) has\s+fewer than (\d+)\.", README)
    assert told, "README.md says how many rules a language has"
    assert (len(rules), max(rules) < int(told[2])) == (int(told[1]), True)


def test_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


@pytest.mark.parametrize("number", [0, 1, 2])
def test_examples_of_the_python_page_run(number: int) -> None:
    page = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    codes = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert len(codes) == 3
    exec(compile(codes[number], "docs/python.md", "exec"), {})  # our own page


def test_github_runs_what_ci_runs_on_every_python() -> None:
    workflow = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    tox = (ROOT / "tox.ini").read_text(encoding="utf-8")
    pythons = re.findall(r"py3(\d+)\b", tox[tox.index("base_python") :].splitlines()[0])
    assert pythons == ["11", "12", "13", "14"]
    assert sorted(re.findall(r"^ +3\.(\d+)$", workflow, re.MULTILINE)) == pythons
    assert "- run: .ci/run\n" in workflow


CONTACTS = [
    "Email: council@harwick.example",
    "Contact: Jane Roe, press officer, press@harwick.example",
    "press@harwick.example",
]


@pytest.mark.parametrize("way", ["", "exception", "ignore"])
def test_page_of_tasks_says_how_contact_lines_are_kept(way: str, run: Run, tmp_path: Path) -> None:
    page = (ROOT / "docs/how-to.md").read_text(encoding="utf-8").partition("**Keep all lines of one kind.**")[2]
    (tmp_path / "notices").mkdir()
    story = ["Council to vote", "The council will vote on the new harbour wall on Monday, the mayor said.", *CONTACTS]
    (tmp_path / "notices/a.txt").write_text("\n\n".join(story), encoding="utf-8")
    if way == "exception":
        table = page.partition("\n    [[exception]]\n")[2].partition("\n\n")[0]
        toml = "[[exception]]\n" + textwrap.dedent(table).replace("2027-06-30", "2999-12-31")
        (tmp_path / "copydesk.toml").write_text(toml, encoding="utf-8")
    options = page.partition("`--ignore ")[2].partition("`")[0]
    result = run("clean", "notices/a.txt", *(["--ignore", options] if way == "ignore" else []))
    kept = json.loads(result.out)["text"].split("\n\n")
    assert [line in kept for line in CONTACTS] == [bool(way)] * 3
