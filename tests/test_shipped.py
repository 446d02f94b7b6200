"""What is computed when copydesk is built: the same rules and facts, taken only if their sources are the same."""

from pathlib import Path

import msgspec
import pytest
from conftest import Run

from etl.packs import builtin_packs, load_pack
from etl.packs.load import builtin_folder
from etl.packs.shipped import Shipped, builtin_rules, read_shipped, write_shipped
from etl.rules.regexes.compiled import RegexFacts


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shipped") / "shipped.msgpack"
    write_shipped(path)
    return path


def test_file_holds_the_rules_as_they_are_read(written: Path) -> None:
    shipped = read_shipped(written)
    assert shipped
    read = [one for pack in builtin_packs() for one in load_pack(pack)]
    assert [(one.name, one.version, one.line, one.rule) for one in shipped.rules] == [
        (one.name, one.version, one.line, one.rule) for one in read
    ]
    assert [str(builtin_folder() / one.path) for one in shipped.rules] == [one.path for one in read]
    assert list(builtin_rules()) == read


def test_file_holds_what_every_regex_requires(written: Path) -> None:
    shipped = read_shipped(written)
    assert shipped
    assert {one.rule.match.regex for one in shipped.rules} - {""} <= set(shipped.facts)
    assert all(isinstance(facts, RegexFacts) and facts.literals for facts in shipped.facts.values())


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda body: body[: len(body) // 2], id="cut"),
        pytest.param(lambda body: b"", id="empty"),
        pytest.param(
            lambda body: msgspec.msgpack.encode(
                msgspec.structs.replace(msgspec.msgpack.decode(body, type=Shipped), digest="0" * 32)
            ),
            id="of other sources",
        ),
    ],
)  # fmt: skip
def test_file_that_does_not_fit_is_not_taken(written: Path, tmp_path: Path, damage: object) -> None:
    path = tmp_path / "shipped.msgpack"
    assert callable(damage)
    path.write_bytes(damage(written.read_bytes()))
    assert read_shipped(path) is None
    assert read_shipped(tmp_path / "none.msgpack") is None


def test_pack_that_is_edited_is_read_again(run: Run, tmp_path: Path) -> None:
    pack = """[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "a"\ntitle = "A"\nkind = "notice"\nwhy = "Why."
match.exact = ["{label}"]\ndrops = ["{label}"]\nkeeps = ["He left."]\n"""
    (tmp_path / "a.txt").write_text("Zig\n\nZag\n\nHe left and did not come back.")
    for label, other in (("Zig", "Zag"), ("Zag", "Zig")):
        (tmp_path / "mine.toml").write_text(pack.format(label=label))
        out = run("clean", "a.txt", "-r", "mine.toml", "-q").out
        assert (label in out, other in out) == (False, True)
