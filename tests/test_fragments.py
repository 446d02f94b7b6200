"""Regexes that people can read: lists of alternatives and named fragments, written out when a pack is loaded."""

import re
from pathlib import Path

import pytest

from etl.errors import PackError
from etl.packs import Selection, load_pack, load_rules
from etl.rules.regexes.fragments import FRAGMENTS, written_out

PACK = """[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "a"\ntitle = "A"\nkind = "notice"\nwhy = "Why."
match.{regex}\ndrops = ["x"]\nkeeps = ["y"]\n"""


def loaded(folder: Path, regex: str) -> str:
    path = folder / "mine.toml"
    path.write_text(PACK.format(regex=regex))
    (sourced,) = load_pack(path)
    return sourced.rule.match.regex


@pytest.mark.parametrize(
    ("regex", "read"),
    [
        pytest.param("regex = 'a|b'", "a|b", id="one"),
        pytest.param("regex = ['a', 'b|c']", "(?:a|b|c)", id="alternatives"),
        pytest.param("regex = ['a b']", "a b", id="one alternative"),
        pytest.param("regex = '''\n  a (?:b\n    |c )\n  d\n'''", "a (?:b|c )d", id="several lines"),
        pytest.param("regex = ['a', '''\n  b\n  |c''']", "(?:a|b|c)", id="an alternative of several lines"),
        pytest.param("regex = ' a '", " a ", id="keeps: blanks of one line"),
        pytest.param("regex = '''(?x) a # first\n b'''", "(?x) a # first\n b", id="keeps: a verbose regex"),
        pytest.param("regex = '@sentenced'", "@sentenced", id="keeps: more than a name"),
        pytest.param("regex = 'More from @publisher'", "More from @publisher", id="keeps: what hangs on the text"),
    ],
)
def test_regexes_as_they_are_loaded(tmp_path: Path, regex: str, read: str) -> None:
    assert loaded(tmp_path, regex) == read


@pytest.mark.parametrize(
    "where", ["match.after = { regex = ['a', 'b'] }", "unless = { regex = ['a', 'b'], keeps = ['a'] }"]
)
def test_regexes_of_neighbours_and_exceptions_too(tmp_path: Path, where: str) -> None:
    (tmp_path / "mine.toml").write_text(PACK.format(regex="exact = ['x']") + where + "\n")
    (sourced,) = load_pack(tmp_path / "mine.toml")
    after, unless = sourced.rule.match.after, sourced.rule.unless
    assert {one.regex for one in (after, unless) if one} == {"(?:a|b)"}


@pytest.mark.parametrize("regex", ["regex = []", "regex = ['a', 1]", "regex = 1"])
def test_what_is_no_regex_is_refused(tmp_path: Path, regex: str) -> None:
    with pytest.raises(PackError, match="'regex' is wrong"):
        loaded(tmp_path, regex)


def test_a_misspelt_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(PACK.format(regex="regex = 'by @sentense'"))
    with pytest.raises(PackError, match="names '@sentense', which does not exist") as raised:
        load_rules(Selection(packs=(str(path),)))
    assert "Did you mean '@sentence'?" in str(raised.value)


@pytest.mark.parametrize(
    ("regex", "text", "found"),
    [
        pytest.param("@sentence.*", "He left. Read more", "Read more", id="sentence"),
        pytest.param("@sentence.*", "他走了。阅读更多", "阅读更多", id="sentence of Chinese"),
        pytest.param("@sentence.*", "“He left.” Read more", None, id="keeps: a curly quote is plain when rules see it"),
        pytest.param("@sentence.*", '"He left." Read more', "Read more", id="sentence in quotes"),
        pytest.param("@sentence.*", "He left the house", None, id="keeps: no sentence ends"),
        pytest.param("@name", "Jane Roe", "Jane Roe", id="name"),
        pytest.param("@name", "Ursula von der Leyen", None, id="keeps: two particles"),
        pytest.param("@name", "jane roe", None, id="keeps: no capitals"),
        pytest.param("@date", "23 August 2020", "23 August 2020", id="date"),
        pytest.param("@date", "Aug. 23, 2020", "Aug. 23, 2020", id="date of America"),
        pytest.param("@date", "2020-08-23", "2020-08-23", id="date in figures"),
        pytest.param("@date", "a third of them", None, id="keeps: no date"),
        pytest.param("@agency", "AP Photo", "AP Photo", id="agency"),
        pytest.param("@agency", "a photo", None, id="keeps: no agency"),
    ],
)  # fmt: skip
def test_what_fragments_match(regex: str, text: str, found: str | None) -> None:
    flags = re.IGNORECASE if regex == "@date" else 0
    match = re.search(written_out(regex), text, flags)
    assert (match[0] if match else None) == found


def test_every_fragment_is_on_the_page_of_rules() -> None:
    page = (Path(__file__).parent.parent / "docs/rules.md").read_text(encoding="utf-8")
    assert all(f"| `{name}` | {fragment.matches} |" in page for name, fragment in FRAGMENTS.items())
