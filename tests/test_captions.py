"""Captions of pictures as a field: asked for with --captions, in every shape and format, while restore still balances."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from jsonschema import validate

import etl
from etl.captions import Caption, parted
from etl.cli.main import cli
from etl.shapes import SHAPES

ONE = (
    "The last car ferry between Harwick and the island of Skerra sailed on Friday evening with eleven passengers and a "
    "single lorry on board, said the harbour master, who had counted them."
)
TWO = (
    "Residents lined the quay with lanterns, and a brass band played as the crew lowered the ramp for the final time, "
    "while pensioners watched from the wheelhouse."
)
PAGE = f"""<!doctype html><html><head><title>Last ferry sails</title></head><body><article><h1>Last ferry sails</h1>
<figure><img src=a.jpg><figcaption>The ferry leaves the quay. <span>Photograph: Marta Oake/AP</span></figcaption></figure>
<p>{ONE}</p><figure><img src=b.jpg><figcaption>Crowds on the quay</figcaption></figure><p>{TWO}</p></article></body></html>"""
LINES = f"{ONE}\n\nImage source, Getty Images\n\nImage caption, The ferry leaves the quay\n\n{TWO}\n\nPhotograph: Marta Oake/AP\n\nReporting by Iris Holm; Editing by Ola Brandt\n\nOur Standards: The Thomson Reuters Trust Principles., opens new tab\n"
OF_PAGE = [
    {"text": "The ferry leaves the quay.", "credit": "Marta Oake/AP"},
    {"text": "Crowds on the quay", "credit": ""},
]
OF_LINES = [{"text": "The ferry leaves the quay", "credit": "Getty Images"}, {"text": "", "credit": "Marta Oake/AP"}]


@pytest.mark.parametrize(
    ("line", "text", "credit"),
    [
        ("The ferry leaves. Photograph: Marta Oake/AP", "The ferry leaves.", "Marta Oake/AP"),
        ("The ferry leaves Photograph: Marta Oake", "The ferry leaves", "Marta Oake"),
        ("The ferry leaves. (AP Photo/Marta Oake)", "The ferry leaves.", "AP Photo/Marta Oake"),
        ("The ferry leaves [Marta Oake/Reuters]", "The ferry leaves", "Marta Oake/Reuters"),
        ("The ferry leaves. Marta Oake / Getty Images", "The ferry leaves.", "Marta Oake / Getty Images"),
        ("The ferry leaves. © Marta Oake", "The ferry leaves.", "Marta Oake"),
        ("The ferry leaves. Photo by Marta Oake", "The ferry leaves.", "Marta Oake"),
        ("Le bac quitte le quai. Crédit photo : Marta Oake", "Le bac quitte le quai.", "Marta Oake"),
        ("Die Fähre legt ab. Foto: Marta Oake/dpa", "Die Fähre legt ab.", "Marta Oake/dpa"),
        ("Паром уходит. Фото: Марта Оук", "Паром уходит.", "Марта Оук"),
        ("渡轮离开码头。图片来源：新华社", "渡轮离开码头。图片来源：新华社", ""),
        ("Getty Images", "", "Getty Images"),
        ("Marta Oake/AP", "", "Marta Oake/AP"),
        ("Photograph: Marta Oake", "", "Marta Oake"),
        ("She won a prize for a photo by the sea", "She won a prize for a photo by the sea", ""),
        ("The AP building in New York at night", "The AP building in New York at night", ""),
        ("In this photo: the quay", "In this photo: the quay", ""),
        ("The ferry, seen by night", "The ferry, seen by night", ""),
        ("Andrew Roth/The Washington Post via Getty Images", "", "Andrew Roth/The Washington Post via Getty Images"),
        ("image copyright Reuters", "", "Reuters"),
        ("Photo:", "", ""),
        ("The ferry leaves. (Photo: Marta Oake)", "The ferry leaves.", "Marta Oake"),
        ("The ferry leaves. (Harwick Post)", "The ferry leaves.", "Harwick Post"),
        ("The crew (left) and the ferry (2021)", "The crew (left) and the ferry (2021)", ""),
    ],
)
def test_a_line_is_parted_into_caption_and_credit(line: str, text: str, credit: str) -> None:
    assert parted(line) == Caption(text, credit)


BBC = ["Image copyright", "Getty Images", "Image caption", "The ferry leaves the quay"]
OF_BBC = Caption("The ferry leaves the quay", "Getty Images")


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(BBC, [OF_BBC], id="a label between credit and caption"),
        pytest.param([*BBC, BBC[0], "Alamy", BBC[2], "A band"], [OF_BBC, Caption("A band", "Alamy")], id="two"),
        pytest.param(
            [*BBC[2:], *BBC[:2], BBC[2], "A band"],
            [Caption("The ferry leaves the quay"), Caption("A band", "Getty Images")],
            id="a credit behind a caption and its own label is that of the next caption",
        ),
        pytest.param(
            [*BBC[:2], ONE, *BBC[2:]], [Caption("", "Getty Images"), Caption(BBC[3])], id="a story between them"
        ),
    ],
)
def test_a_credit_finds_its_caption_below_a_label(lines: list[str], found: list[Caption]) -> None:
    text = "\n\n".join([ONE, *lines, TWO, "The band went home at ten."])
    (article,) = etl.Cleaner(captions=True).clean(text, publisher="BBC News").articles
    assert msgspec.json.decode(article.captions or "[]", type=list[Caption]) == found


Run = Callable[..., None]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "lines.txt").write_text(LINES)

    def run(*args: str) -> None:
        result = CliRunner().invoke(cli, [*args, "-q", "-f"] if args[0] == "clean" else args)
        assert result.exit_code == 0, result.output

    return run


def captions_in(record: dict[str, Any], shape: str) -> Any:
    """What a record of a shape says of captions, in the form of copydesk's own."""
    if shape == "schema.org":
        return [{"text": one["caption"], "credit": one["creditText"]} for one in record["image"]]
    return json.loads(record["metadata"]["captions"] if shape == "dolma" else record["captions"])


@pytest.mark.parametrize("suffix", ["jsonl", "parquet"])
@pytest.mark.parametrize("shape", SHAPES)
def test_captions_stand_in_every_shape_and_format_and_restore_balances(run: Run, shape: str, suffix: str) -> None:
    out = Path(f"out.{suffix}")
    run("clean", "page.html", "lines.txt", "--captions", "--shape", shape, "-o", str(out), "--dedup", "off")
    records = (
        pq.read_table(out).to_pylist() if suffix == "parquet" else [*map(json.loads, out.read_text().splitlines())]
    )
    assert [captions_in(record, shape) for record in records] == [OF_PAGE, OF_LINES]
    run("restore", str(out), "-o", "back")
    assert Path("back/lines.txt").read_text() == LINES


@pytest.mark.parametrize("shape", SHAPES)
def test_without_the_option_nothing_is_said_of_captions(run: Run, shape: str) -> None:
    run("clean", "page.html", "--shape", shape, "-o", "out.jsonl")
    said = Path("out.jsonl").read_text()
    assert "Crowds" not in said
    assert '"captions"' not in said


def test_an_article_without_pictures_has_an_empty_array(run: Run) -> None:
    Path("plain.txt").write_text(f"{ONE}\n\n{TWO}\n")
    run("clean", "plain.txt", "--captions", "-o", "out.jsonl")
    assert json.loads(Path("out.jsonl").read_text())["captions"] == "[]"


def test_records_with_captions_fit_the_schema_and_are_read_as_articles(run: Run) -> None:
    run("clean", "lines.txt", "--captions", "-o", "out.jsonl")
    schema = json.loads(CliRunner().invoke(cli, ["schema", "article"]).output)
    validate(json.loads(Path("out.jsonl").read_text()), schema)
    assert "captions" not in schema["$defs"]["Record"]["required"]
    run("check", "out.jsonl")


def test_from_python_too(tmp_path: Path) -> None:
    def found(result: etl.Result) -> list[list[dict[str, str]]]:
        return [json.loads(article.captions) for article in result.articles if article.captions is not msgspec.UNSET]

    cleaner = etl.Cleaner(captions=True)
    assert found(cleaner.clean(PAGE)) == [OF_PAGE]
    assert [found(one) for one in cleaner.clean_many([PAGE, LINES])] == [[OF_PAGE], [OF_LINES]]
    assert [found(one) for one in cleaner.clean_many([LINES], dedup="run")] == [[OF_LINES]]
    assert found(pickle.loads(pickle.dumps(cleaner)).clean(PAGE)) == [OF_PAGE]
    assert found(etl.Cleaner().clean(PAGE)) == []
    config = tmp_path / "copydesk.toml"
    config.write_text("[clean]\ncaptions = true\n")
    assert found(etl.Cleaner(config=config).clean(PAGE)) == [OF_PAGE]
    assert found(etl.Cleaner(config=config, captions=False).clean(PAGE)) == []
    with pytest.raises(TypeError, match="captions is True or False, not str"):
        etl.Cleaner(captions="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("wp-caption-text", OF_PAGE, id="a caption"),
        pytest.param("credit", OF_PAGE[1:], id="keeps: a credit may be that of the text"),
        pytest.param("slide-entry", OF_PAGE[1:], id="keeps: a slide"),
    ],
)
def test_a_box_is_called_a_caption(name: str, expected: list[dict[str, str]]) -> None:
    caption = f"<div class=side><div class={name}>"
    page = (
        PAGE.replace("<figcaption>", caption, 1)
        .replace("</figcaption>", "</div></div>", 1)
        .replace("<figure>", "<div>", 1)
    )
    (article,) = etl.Cleaner(captions=True).clean(page.replace("</figure>", "</div>", 1)).articles
    assert json.loads(str(article.captions)) == expected
