"""What is computed when copydesk is built: the same rules, facts and model, taken only if their sources are the same."""

import re
from pathlib import Path

import msgspec
import pytest
from conftest import Run
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from etl.language import LANGUAGES
from etl.language_model import identifier, read_model, write_model
from etl.packs import builtin_packs, load_pack
from etl.packs.load import builtin_folder
from etl.packs.shipped import Shipped, builtin_rules, builtin_triggers, read_shipped, write_shipped
from etl.rules.engine.triggers import Triggers, triggers_of
from etl.rules.regexes.compiled import RegexFacts
from etl.rules.regexes.syntax import Program, machine, pattern_of

TEXTS = (
    "Read more",
    "By Jane Roe, Reuters",
    "Photo: Getty Images",
    "© 2019 Reuters. All Rights Reserved.",
    "3 giugno 14:30",
)


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
    facts = [msgspec.msgpack.decode(one, type=RegexFacts) for one in shipped.facts.values()]
    assert all(one.literals for one in facts)


def test_file_holds_what_triggers_the_rules(written: Path) -> None:
    shipped = read_shipped(written)
    assert shipped
    triggers = msgspec.msgpack.decode(shipped.triggers, type=Triggers)
    assert triggers == triggers_of((one.name, one.rule) for one in shipped.rules if one.judges) == builtin_triggers()
    assert {one.name for one in shipped.rules if one.rule.action not in ("replace", "keep")} == set(triggers.rules)


def test_programs_match_as_regexes_that_are_compiled_do(written: Path) -> None:
    shipped = read_shipped(written)
    assert shipped and shipped.machine == machine()
    for flags, by_regex in shipped.programs.items():
        for regex, encoded in list(by_regex.items())[::25]:
            program = msgspec.msgpack.decode(encoded, type=Program)
            made, compiled = pattern_of(regex, program), re.compile(regex, flags)
            assert (made.flags, made.groups, made.groupindex) == (compiled.flags, compiled.groups, compiled.groupindex)
            for text in TEXTS:
                assert [found.span() for found in made.finditer(text)] == [
                    found.span() for found in compiled.finditer(text)
                ]


def test_programs_of_another_python_are_not_taken(written: Path, tmp_path: Path) -> None:
    shipped = msgspec.msgpack.decode(written.read_bytes(), type=Shipped)
    empty = msgspec.Raw(msgspec.msgpack.encode(Program(b"", 0, 0, {})))
    foreign = {flags: dict.fromkeys(by_regex, empty) for flags, by_regex in shipped.programs.items()}
    path = tmp_path / "shipped.msgpack"
    path.write_bytes(msgspec.msgpack.encode(msgspec.structs.replace(shipped, machine="another", programs=foreign)))
    read = read_shipped(path)
    assert read and read.usable_programs() == {}
    here = read_shipped(written)
    assert here and here.usable_programs() == shipped.programs


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


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "languages.msgpack.zst"
    write_model(path, LANGUAGES)
    return path


def test_model_tells_languages_as_py3langid_does(model: Path, tmp_path: Path) -> None:
    stored, unpacked = identifier(LANGUAGES, model), identifier(LANGUAGES, tmp_path / "none")
    peer = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    peer.set_languages(LANGUAGES)
    folder = builtin_folder() / "lang"
    bodies = [body for path in folder.iterdir() for body in path.read_text("utf-8").split("\n\n")[:6]]
    texts = ["", "12", "ÜBER ALLE BERGE", "\ud83d", *(body[:500] for body in bodies)]
    answers = [stored.classify(text) for text in texts]
    assert answers == [unpacked.classify(text) for text in texts]
    assert [language for language, _ in answers] == [peer.classify(text)[0] for text in texts]
    assert [sure for _, sure in answers] == pytest.approx([peer.classify(text)[1] for text in texts], abs=1e-3)
    assert len({language for language, _ in answers}) > 20


@pytest.mark.parametrize("size", [0, 1000, None])
def test_model_that_does_not_fit_is_not_taken(model: Path, tmp_path: Path, size: int | None) -> None:
    path = tmp_path / "languages.msgpack.zst"
    path.write_bytes(model.read_bytes()[:size])
    assert read_model(path, LANGUAGES[1:]) is None
    assert (read_model(path, LANGUAGES) is not None) == (size is None)


def test_pack_that_is_edited_is_read_again(run: Run, tmp_path: Path) -> None:
    pack = """[pack]\nid = "mine"\nversion = "1"\n[[rule]]\nid = "a"\ntitle = "A"\nkind = "notice"\nwhy = "Why."
match.exact = ["{label}"]\ndrops = ["{label}"]\nkeeps = ["He left."]\n"""
    (tmp_path / "a.txt").write_text("Zig\n\nZag\n\nHe left and did not come back.")
    for label, other in (("Zig", "Zag"), ("Zag", "Zig")):
        (tmp_path / "mine.toml").write_text(pack.format(label=label))
        out = run("clean", "a.txt", "-r", "mine.toml", "-q").out
        assert (label in out, other in out) == (False, True)
