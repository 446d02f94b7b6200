"""The lines of a page with all columns that the first pass asks for."""

from collections.abc import Sequence

import numpy as np
from msgspec import Struct

from etl.array_types import F64, I64
from etl.markup.clues import Said
from etl.markup.features.boxes import BoxTree, box_columns, container_columns, kin_columns, part_columns
from etl.markup.features.columns import Columns, Measured
from etl.markup.features.neighbours import neighbour_columns, section_columns
from etl.markup.features.places import headline_columns, key_columns, setting_columns
from etl.markup.features.sources import source_columns
from etl.markup.features.texts import letters_of, read_texts
from etl.markup.layout import Layout
from etl.markup.page_model import Weights

# Characters.  A line of few links is prose when it ends as a sentence from so many on, in some sign from so many on, or
# is longer still.
PROSE_ENDED, PROSE_SIGNED, PROSE_ANY = 30, 80, 140
# Linked characters in a hundred; more are teasers.
PROSE_LINKED = 35


class Page(Struct, frozen=True, eq=False):
    """The lines of a layout as the model looks at them, and sums over its boxes.  Made by `page_of`."""

    tree: BoxTree
    kin: I64
    chars: I64
    columns: Columns

    def matrix(self, names: Sequence[str], rows: I64 | slice = slice(None)) -> F64:
        """Return the columns of these names side by side, of all lines or of some."""
        table: F64 = np.array([self.columns[name] for name in names], dtype=np.float64)
        return table[:, rows].T


def page_of(layout: Layout, said: Said, weights: Weights) -> Page:
    """Return the lines of a layout with their columns, all of LINE_FEATURES.  There is at least one line."""
    places = [place for place, line in enumerate(layout.lines) if not layout.boxes[line.box].control]
    lines = [layout.lines[place] for place in places]
    tree = BoxTree(layout, lines)
    texts = read_texts([line.text for line in lines], weights.words)
    columns = texts.columns | setting_columns(lines, places, texts.length, said)
    measured = _measured(columns, texts.length)
    kin = tree.kin()
    columns |= key_columns(layout.keys, tree, weights.near, weights.far)
    columns |= part_columns(layout.boxes, tree, measured)
    columns |= box_columns(layout.boxes, tree, measured)
    columns |= kin_columns(kin, measured)
    columns |= container_columns(tree, measured)
    title, description = letters_of([said.title, said.description])
    columns |= headline_columns(layout, lines, texts, tree, measured, title)
    columns |= neighbour_columns(lines, measured)
    columns |= source_columns(texts, measured, said.body, description)
    columns |= section_columns(columns, measured)
    return Page(tree, kin, measured.chars, columns)


def _measured(columns: Columns, length: I64) -> Measured:
    chars, ending = columns["chars"].astype(np.int64), columns["ending"]
    linked = np.minimum(columns["linked-chars"].astype(np.int64), length) * chars // length
    is_ended = (ending == 1) | (ending == 2)
    is_prose = (100 * linked < PROSE_LINKED * chars) & (
        (is_ended & (chars >= PROSE_ENDED)) | ((ending > 0) & (chars >= PROSE_SIGNED)) | (chars >= PROSE_ANY)
    )
    prose = np.where(is_prose, chars, 0)
    return Measured(chars, linked, prose, max(1, int(prose.sum())))
