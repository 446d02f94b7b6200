"""Pages as the systems of news sites write them: WordPress and its themes, Ghost, Drupal, Joomla, TYPO3, Bitrix, portals of tables.

The markup is what the templates of each system give; stories, comments and furniture are our own.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from msgspec import Struct

from etl.cleaner import Cleaner

PAGES = Path(__file__).parent / "cases" / "pages"


class Expected(Struct, frozen=True):
    """What must come of a page: facts of its article, lines that stay, in their order, and lines that go."""

    name: str
    facts: dict[str, str]
    stays: tuple[str, ...]
    goes: tuple[str, ...]


def expected() -> Iterator[Expected]:
    text = (PAGES / "expected.txt").read_text(encoding="utf-8")
    for part in text.split("\n## ")[1:]:
        name, *lines = part.strip().splitlines()
        said: dict[str, list[str]] = {"=": [], "+": [], "-": []}
        for line in lines:
            said[line[0]].append(line[2:])
        facts = dict(fact.split(": ", 1) for fact in said["="])
        yield Expected(name, facts, tuple(said["+"]), tuple(said["-"]))


@cache
def cleaner() -> Cleaner:
    return Cleaner()


def in_words(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("page", [pytest.param(page, id=page.name) for page in expected()])
def test_a_page_of_a_system_is_read(page: Expected) -> None:
    html = (PAGES / f"{page.name}.html").read_text(encoding="utf-8")
    (article,) = cleaner().clean(html, kind="html").articles
    text = in_words(article.text)
    places = [text.find(in_words(line)) for line in page.stays]
    assert [line for line, place in zip(page.stays, places, strict=True) if place < 0] == []
    assert places == sorted(places)
    assert [line for line in page.goes if in_words(line) in text] == []
    facts = {name: str(getattr(article, name)) for name in page.facts}
    assert facts | {"created": facts["created"][:10]} == page.facts
