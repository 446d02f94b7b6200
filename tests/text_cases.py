"""Cases on judgement of text: `tests/cases/text/*.txt` as values, and what is wrong with the articles made of them.

A case is a header and lines.  The header is `#### id | key=value …` with lay=blank (blocks parted by blank lines, the
default), line, flat (one line), glued (no space), raw (as it stands), wrap:N (and wrapnb, wrapindent, wrapcjk, wrapcrlf,
wrapquote), and what is expected: status=a|b, articles=N, headline="a"|"b", publisher.  A line begins with its sort:

    +  stays, whole, in one block     -  goes     ?  should go, and does not yet     .  is not judged
    @en 1-5   paragraphs of stories.txt, which stay         = key: value   expected of the record
    ~ damaged => mended                    {  a record of JSON lines, in which "@en 1-5" is a text
"""

import json
import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from etl.cleaner import Result

CASES = Path(__file__).parent / "cases" / "text"


class Case(Struct, frozen=True):
    """A text, how it is read, and what must come of it."""

    id: str
    text: str
    kind: str
    stays: tuple[str, ...]
    goes: tuple[str, ...]
    expected: dict[str, list[str]]

    @property
    def record(self) -> dict[str, Any]:
        """The record of a case of JSON lines."""
        found: dict[str, Any] = json.loads(self.text)
        return found


class Line(Struct, frozen=True):
    sort: str
    text: str


def stories() -> dict[str, list[str]]:
    """Return paragraphs by language."""
    text = (CASES / "stories.txt").read_text(encoding="utf-8").split("\n\n", 1)[1]
    return {name: paragraphs for name, *paragraphs in (part.strip().split("\n") for part in text.split("\n\n"))}


def cases() -> Iterator[Case]:
    """Yield all cases, in the order of files."""
    told = stories()
    for path in sorted(CASES.glob("[0-9]*.txt")):
        for part in path.read_text(encoding="utf-8").split("\n#### ")[1:]:
            header, _, body = part.partition("\n")
            name, _, options = header.partition(" | ")
            yield _case(f"{path.stem[:2]}/{name.strip()}", options, body.rstrip("\n").split("\n"), told)


def faults(case: Case, result: Result) -> list[str]:
    """Return what is wrong, each as one line: `lost`, `left` or the key that is not as expected."""
    blocks = [flat(block) for article in result.articles for block in re.split(r"\n[^\S\n]*\n", article.text)]
    body = "\n".join(blocks)
    found = [f"lost {text}" for text in case.stays if not any(flat(text) in block for block in blocks)]
    for text in case.stays:
        body = body.replace(flat(text), "\0")
    rest = [part.strip() for block in body.split("\n") for part in block.split("\0")]
    found += [f"left {text}" for text in case.goes if _is_left(flat(text), rest)]
    return found + [f"{key}: {got}" for key, got in _unexpected(case, result, blocks)]


def flat(text: str) -> str:
    """Return a text with single spaces."""
    return re.sub(r"[\s\u200b]+", " ", text).strip()


def _is_left(text: str, rest: Sequence[str]) -> bool:
    return any(text == part or (len(text) > 12 and text in part) for part in rest)


def _unexpected(case: Case, result: Result, blocks: Sequence[str]) -> Iterator[tuple[str, str]]:
    for key, wanted in case.expected.items():
        if key == "status":
            got, is_right = str(result.status), result.status in wanted
        elif key == "articles":
            got, is_right = str(len(result.articles)), [str(len(result.articles))] == wanted
        elif key == "count":
            text, _, count = wanted[0].rpartition(": ")
            got = str(sum(block.count(flat(text)) for block in blocks))
            is_right = got == count
        else:
            values = [str(getattr(article, key)) for article in result.articles]
            got, is_right = repr(values), values == wanted
        if not is_right:
            yield key, got


def _case(name: str, options: str, body: Sequence[str], told: dict[str, list[str]]) -> Case:
    given = dict(re.findall(r'(\w+)=((?:"[^"]*"\|?)+|\S+)', options))
    layout = given.pop("lay", "blank")
    expected = {key: [part.strip('"') for part in value.split("|")] for key, value in given.items()}
    lines = [line for text in body for line in _lines(text, told)]
    for key, _, value in (line.text.partition(": ") for line in lines if line.sort == "="):
        name_, value_ = (
            ("count", f"{key.removeprefix('count ')}: {value}") if key.startswith("count ") else (key, value)
        )
        expected[name_] = [value_]
    return Case(
        name, _laid_out([line for line in lines if line.sort not in "=>"], layout),
        "jsonl" if any(line.sort == "{" for line in lines) else "text",
        tuple(line.text for line in lines if line.sort in "+>"), tuple(line.text for line in lines if line.sort == "-"),
        expected,
    )  # fmt: skip


def _lines(text: str, told: dict[str, list[str]]) -> Iterator[Line]:
    sort, rest = text[:1], text[2:]
    if sort == "@":
        yield from (Line("+", paragraph) for paragraph in _paragraphs(text, told))
    elif sort == "~":
        damaged, _, mended = rest.partition(" => ")
        yield from (Line(".", damaged), Line(">", mended))
    elif sort == "{":
        yield Line("{", re.sub(r"@\w+ [\d-]+", lambda at: _json("\n\n".join(_paragraphs(at[0], told))), text))
    else:
        yield Line(sort or " ", rest)


def _json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _paragraphs(text: str, told: dict[str, list[str]]) -> list[str]:
    language, _, span = text[1:].partition(" ")
    first, _, last = span.strip().partition("-")
    return told[language][int(first) - 1 : int(last or first)]


def _laid_out(lines: Sequence[Line], layout: str) -> str:
    texts = [line.text for line in lines]
    if layout in ("raw", "line"):
        return "\n".join(texts)
    texts = [text for text in texts if text]
    if layout in ("flat", "glued"):
        return (" " if layout == "flat" else "").join(texts)
    if layout.startswith("wrap"):
        return _wrapped(texts, *layout.removeprefix("wrap").split(":"))
    return "\n\n".join(texts)


def _wrapped(texts: Sequence[str], how: str, width: str) -> str:
    columns = int(width)
    if how == "cjk":
        return "\n\n".join("\n".join(re.findall(f".{{1,{columns}}}", text)) for text in texts)
    indent = "    " if how == "indent" else ""
    parts = [textwrap.fill(text, columns, initial_indent=indent, break_on_hyphens=False) for text in texts]
    if how == "quote":
        return "\n>\n".join(textwrap.indent(part, "> ") for part in parts)
    text = ("\n" if how in ("nb", "indent") else "\n\n").join(parts)
    return text.replace("\n", "\r\n") if how == "crlf" else text
