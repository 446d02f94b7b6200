"""Stories of lists, steps, tables and questions: paragraphs of a real story set as those of guides and recipes are.

A sample of news has few of them, and a model that has seen lists of links only takes every list for one.  The words
stay those of the story and in order, so that the labels are still right.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Any

from lxml.html import builder

Element = Any

# Names as sites give them to such parts; most have none.
NAMES = ("", "", "", "", "steps", "list", "instructions", "ingredients", "facts", "table", "key-points", "qa", "row")
# A paragraph is cut at these into items of a list.
_CLAUSE = re.compile(r"(?<=[,;:])\s+|(?<=[.!?])\s+")
# Paragraphs that follow one another that become one structure.
MIN_RUN, MAX_RUN = 2, 8


def restructured(root: Element, paragraphs: Sequence[Element], pick: Random) -> bool:
    """Set some paragraphs of a story as a list, steps, a table or questions; return whether there are any to set."""
    runs = [run for run in _runs([part for part in paragraphs if part.tag == "p"]) if len(run) >= MIN_RUN]
    if not runs:
        return False
    for run in pick.sample(runs, k=min(len(runs), 2)):
        start = pick.randrange(len(run) - MIN_RUN + 1)
        chosen = run[start : start + pick.randint(MIN_RUN, MAX_RUN)]
        made = pick.choice(STRUCTURES)(["".join(part.itertext()).strip() for part in chosen], pick)
        if name := pick.choice(NAMES):
            made.set("class", name)
        chosen[0].addprevious(made)
        for part in chosen:
            part.getparent().remove(part)
    return True


def _runs(paragraphs: Sequence[Element]) -> list[list[Element]]:
    """Return paragraphs in runs of next siblings."""
    runs = [[part] for part in paragraphs[:1]]
    for above, part in pairwise(paragraphs):
        if above.getnext() is part:
            runs[-1].append(part)
        else:
            runs.append([part])
    return runs


def _list(texts: Sequence[str], pick: Random) -> Element:
    tag = pick.choice((builder.UL, builder.OL))
    return tag(*(builder.LI(builder.P(text) if pick.random() < 0.2 else text) for text in texts))


def _items(texts: Sequence[str], pick: Random) -> Element:
    """Short items: ingredients, features, teams."""
    tag, item = pick.choice(((builder.UL, builder.LI), (builder.UL, builder.LI), (builder.DIV, builder.DIV)))
    return tag(*(item(piece) for text in texts for piece in _pieces(text)))


def _steps(texts: Sequence[str], pick: Random) -> Element:
    name = pick.choice(("", "step", "step-text", "instruction"))
    return builder.DIV(*(builder.DIV({"class": name} if name else {}, text) for text in texts))


def _table(texts: Sequence[str], pick: Random) -> Element:
    width = pick.choice((1, 2, 3))
    cells = [piece for text in texts for piece in (_pieces(text) if pick.random() < 0.6 else [text])]
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    return builder.TABLE(*(builder.TR(*(builder.TD(cell) for cell in row)) for row in rows))


def _questions(texts: Sequence[str], pick: Random) -> Element:
    """Subheads, or terms, with a text below each: the first clause heads the rest."""
    heading, body = pick.choice(((builder.DT, builder.DD), (builder.H3, builder.P), (builder.H4, builder.DIV)))
    parts: list[Element] = []
    for text in texts:
        first, *rest = _pieces(text)
        parts += [heading(first), body(" ".join(rest))] if rest and len(first) < 90 else [body(text)]
    return (builder.DL if heading is builder.DT else builder.DIV)(*parts)


def _pieces(text: str) -> list[str]:
    return [piece for piece in _CLAUSE.split(text) if piece.strip()] or [text]


STRUCTURES: tuple[Callable[[Sequence[str], Random], Element], ...] = (_list, _list, _items, _steps, _table, _questions)
