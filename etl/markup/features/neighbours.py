"""The lines above and below a line, its copies, and the section that it stands in."""

from collections.abc import Sequence

import numpy as np

from etl.markup.features.columns import Columns, Measured, around, shifted
from etl.markup.layout import Line

# Characters of the longest heading, and the share of bold that makes a line one.
HEADING_CHARS, HEADING_BOLD = 80, 0.8
# Characters.  Only shorter lines are buttons.
BUTTON_CHARS = 40
# Lines since the last heading, and copies, bylines and times: more are not told apart.
MAX_SINCE, MAX_COPIES, MAX_SIGNED = 200, 20, 50


def neighbour_columns(lines: Sequence[Line], measured: Measured) -> Columns:
    """Return prose and links of the lines above and below, and how often a line stands on the page."""
    share = measured.linked / measured.chars
    columns: Columns = {}
    for step in (-2, -1, 1, 2):
        columns[f"prose{step:+d}"] = shifted(measured.prose, step, 0)
        columns[f"linked{step:+d}"] = shifted(share, step, -1)
    columns["chars-1"], columns["chars+1"] = shifted(measured.chars, -1, 0), shifted(measured.chars, 1, 0)
    columns["density-around"] = around(measured.prose, 4) / around(measured.chars, 4)
    seen: dict[str, int] = {}
    before = []
    for line in lines:
        before.append(seen.get(line.text, 0))
        seen[line.text] = before[-1] + 1
    columns["copies-before"] = np.array(before)
    columns["copies"] = np.array([seen[line.text] - 1 for line in lines])
    return columns


def section_columns(columns: Columns, measured: Measured) -> Columns:
    """Return what heads the section that a line stands in, and how many bylines and times stand around it."""
    places = np.arange(len(measured.chars))
    is_heading = ((columns["in-heading"] > 0) | ((columns["ending"] == 0) & (columns["bold"] > HEADING_BOLD))) & (
        measured.chars < HEADING_CHARS
    )
    last = np.maximum.accumulate(np.where(is_heading, places, -1))
    has_heading = last >= 0
    below = columns["from-headline"] > 0
    dates, bylines = columns["date"] * below, columns["byline"] * below
    buttons = np.where(measured.chars < BUTTON_CHARS, np.minimum(columns["copies"], MAX_COPIES), 0)
    near = [buttons, *(shifted(buttons, step, 0) for step in (-3, -2, -1, 1, 2, 3))]
    return {
        "copies-near": np.max(near, axis=0),
        "heading-lexicon": np.where(has_heading, columns["lexicon"][last], 0),
        "heading-key": np.where(has_heading, columns["key-near"][last], 0),
        "since-heading": np.where(has_heading, np.minimum(places - last, MAX_SINCE), MAX_SINCE),
        "dates-before": np.minimum(MAX_SIGNED, np.cumsum(dates) - dates),
        "dates-near": around(columns["date"].astype(np.int64), 3),
        "bylines-before": np.minimum(MAX_SIGNED, np.cumsum(bylines) - bylines),
    }
