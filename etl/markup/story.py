"""The lines of a page that are its story: those that the model keeps, corrected by the context of lines.

Put back are subheads between two parts of the story, the headings of the columns of its tables, its lead below the
headline, its last line in a box like those above it, the ingredients, steps and answers that the page itself gives as
data, and what `entries` tells of pages with several stories.  Taken out are asides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from msgspec import Struct

from etl.fold import count_words
from etl.markup.asides import asides, headings_alone
from etl.markup.clues import Said
from etl.markup.elements import BIT, ROOTS
from etl.markup.entries import entries
from etl.markup.features.sources import shares_in
from etl.markup.features.texts import words_of
from etl.markup.folds import folded, unfolded
from etl.markup.layout import Layout, Line
from etl.markup.naming import DEKS, INTROS
from etl.markup.page_model import PageModel
from etl.markup.prediction import Prediction, kept, predict
from etl.markup.put_back import (
    QUESTION,
    alike,
    enclosed,
    headed,
    in_one_box,
    items,
    numbered,
    posts,
    section,
    tabular,
    whole,
)
from etl.markup.shown import Span

# Elements of headings, and the least probability, in thousandths, of a heading between two parts of the story.
SUBHEADS, MIN_SUBHEAD = frozenset(("h2", "h3", "h4", "h5", "h6", "summary", "dt")), 80
# The least probability, in thousandths, of a line that is surely story.
SURE = 600
# The least probability, in thousandths, of the lead below a headline, and of the last line below the story; bytes of a
# lead, and lines between the headline and the lead.
MIN_LEAD, MIN_LAST, LEAD_BYTES, LEAD_LINES = 120, 150, 40, 10
# Lines above a story without a headline in which its lead may be, above a picture, and boxes around both.
NEAR_LINES, NEAR_LEVELS = 3, 3
# The same for folded paragraphs, and for a sentence that repeats the headline.
MIN_FOLDED, MIN_SAID = 100, 300
# Words of a second headline.
MIN_DEK_WORDS = 4
# Characters of the value of an attribute that may name its element a lead.
MAX_DATA = 40
# The length of a lead that repeats the headline, as a multiple of the headline, and its least probability.
MIN_MORE, MIN_MORE_LIKELY = 2, 500
# Parts of a page without a lead.
NO_LEAD = sum(
    BIT[part] for part in ("figcaption", "figure", "nav", "footer", "form", "dialog", "button", "li", "heading")
)
# The share of a line's runs of four words that must be in the data of the page, and the fewest characters of the line.
DECLARED, DECLARED_CHARS = 0.8, 25


class Judged(Struct, frozen=True):
    """The lines of a layout that are story, those with its headline, and the model's prediction of its rows.

    `rows` are the rows of the prediction by line: lines of controls have none.  `times` are those of entries.
    """

    kept: tuple[bool, ...]
    headlines: frozenset[int] = frozenset()
    prediction: Prediction | None = None
    rows: Mapping[int, int] = MappingProxyType({})
    times: frozenset[int] = frozenset()

    def span(self) -> Span:
        """Return the place of the story: from its headline, if it is above, to its last line."""
        story = [place for place, is_kept in enumerate(self.kept) if is_kept] or [0]
        above = [place for place in self.headlines if place <= story[0]]
        return Span(max(above, default=story[0]), story[-1])


def judge(layout: Layout, said: Said, model: PageModel | None) -> Judged:
    """Judge the lines of a page.

    Without a model, or on a page too long for it, all lines except controls are story.
    """
    prediction = predict(layout, said, model) if model else None
    if prediction and model:
        return judged(layout, said, model, prediction)
    return Judged(tuple(not layout.boxes[line.box].control for line in layout.lines))


def judged(layout: Layout, said: Said, model: PageModel, prediction: Prediction) -> Judged:
    """Return which lines are story by a prediction."""
    places = [place for place, line in enumerate(layout.lines) if not layout.boxes[line.box].control]
    story = {places[row] for row in kept(prediction, model).tolist()}
    story |= _declared(layout, said, places)
    likely = dict(zip(places, prediction.probabilities().tolist(), strict=True))
    story |= _subheads(layout, story, likely) | _columns(layout, story)
    headlines = frozenset(places[row] for row in prediction.page.columns["is-headline"].nonzero()[0].tolist())
    is_sentence = _sentences(prediction, places, len(layout.lines))
    story |= _lead(layout, story, headlines, likely, is_sentence) | _last(layout, story, likely, is_sentence)
    first = min(headlines, default=0)
    below = headlines - {first}
    story |= {line for line in below if is_sentence[line] and _is_text(layout, line, story, likely)}
    story |= {line for line in below if is_sentence[line] and _says_more(layout, line, first, likely)}
    story |= _folded_away(layout, story, likely, is_sentence)
    found = entries(layout, story, is_sentence, said.is_live)
    story |= found.lines - headlines
    story |= whole(layout, story, headlines, is_sentence)
    story |= items(layout, story, likely) | alike(layout, story, likely, is_sentence)
    story |= enclosed(layout, story, likely, is_sentence) | posts(layout, story, likely, is_sentence)
    story |= unfolded(layout, story, is_sentence) | in_one_box(layout, story, likely, is_sentence)
    story |= folded(layout, story, is_sentence) | tabular(layout, story, likely)
    story |= numbered(layout, story, headlines, is_sentence)
    story |= section(layout, story, likely, is_sentence)
    story |= headed(layout, story, headlines)
    story -= asides(layout, said, story, headlines, likely)
    story -= headings_alone(layout, story, story - found.lines)
    return Judged(
        tuple(place in story for place in range(len(layout.lines))),
        headlines,
        prediction,
        {place: row for row, place in enumerate(places)},
        found.times & story,
    )


def _sentences(prediction: Prediction, places: Sequence[int], count: int) -> list[bool]:
    """Return which lines end like a sentence; those of controls do not count."""
    ends = [False] * count
    for place, ending in zip(places, prediction.page.columns["ending"].tolist(), strict=True):
        ends[place] = ending in (1, 2)
    return ends


def _declared(layout: Layout, said: Said, places: Sequence[int]) -> set[int]:
    """Return the lines that the page's JSON-LD has as ingredients, steps or answers, and the short ones among them.

    A line with the same text as a short entry ("salt") counts only between the first and the last certain line.
    """
    if not said.parts:
        return set()
    words = words_of([layout.lines[place].text for place in places])
    shares = shares_in(words, "\n".join(said.parts))
    sure = [row for row, share in enumerate(shares) if share >= DECLARED and len(words[row]) >= DECLARED_CHARS]
    short = {part.replace(" ", "") for part in words_of(said.parts)}
    among = range(sure[0], sure[-1] + 1) if sure else range(0)
    return {places[row] for row in {*sure, *(row for row in among if words[row].replace(" ", "") in short)}}


def _subheads(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return headings that the model removes although story is directly above and below them.

    One below which the model is sure of no line heads what follows the story, such as comments.
    A link in brackets behind a heading, as encyclopedias have it ("[edit]"), does not count.
    """
    lines = [line for line in sorted(likely) if line in story or not _is_bracketed_link(layout.lines[line])]
    told = max((line for line in story if likely[line] >= SURE), default=-1)
    return {
        place
        for above, place, below in zip(lines, lines[1:], lines[2:], strict=False)
        if place not in story and above in story and below in story and likely[place] >= MIN_SUBHEAD and place < told
        if _is_subhead(layout, layout.lines[place])
    }


def _is_subhead(layout: Layout, line: Line) -> bool:
    """Return whether a line without links is a heading by its element, or a question in bold."""
    is_question = line.bold == len(line.text) and line.text.endswith(QUESTION)
    return not line.linked and (is_question or layout.boxes[line.box].name in SUBHEADS)


def _is_bracketed_link(line: Line) -> bool:
    """Return whether a line is mostly links in brackets: "[edit]", "[Bearbeiten | Quelltext bearbeiten]"."""
    return line.text[:1] + line.text[-1:] == "[]" and 2 * line.linked > len(line.text)


def _nearest(layout: Layout, names: Collection[str]) -> list[int]:
    """Return the nearest box with one of these names for each box: itself, or one around it; 0 for none."""
    nearest = list[int]()
    for place, box in enumerate(layout.boxes):
        nearest.append(place if box.name in names else nearest[box.parent] if place else 0)
    return nearest


def _columns(layout: Layout, story: Collection[int]) -> set[int]:
    """Return the headings of columns and rows of tables if most other cells are story."""
    if all(box.name != "th" for box in layout.boxes):
        return set()
    cell_around, table_around = _nearest(layout, ("td", "th")), _nearest(layout, ("table",))
    headings: dict[int, set[int]] = {}
    cells: dict[int, list[bool]] = {}
    for place, line in enumerate(layout.lines):
        if not layout.boxes[line.box].parts & BIT["table"]:
            continue
        cell = cell_around[line.box]
        table = table_around[cell]
        if layout.boxes[cell].name == "th":
            if not line.linked and not layout.boxes[line.box].control:
                headings.setdefault(table, set()).add(place)
        else:
            cells.setdefault(table, []).append(place in story)
    return {
        place
        for table, lines in headings.items()
        if 2 * sum(cells.get(table, ())) > len(cells.get(table, ()))
        for place in lines
    }


def _lead(
    layout: Layout,
    story: Collection[int],
    headlines: Collection[int],
    likely: Mapping[int, int],
    is_sentence: Sequence[bool],
) -> set[int]:
    """Return a second headline, and sentences between headline and story that the model takes for a teaser: a lead."""
    if not story:
        return set()
    first, boxes = min(story), layout.boxes
    intro = first - 1
    if first and likely.get(intro, 0) >= MIN_LEAD and _is_called_intro(layout, intro):
        return {intro}
    unlike = ~boxes[layout.lines[first].box].parts & BIT["hidden"]
    headline = max((place for place in headlines if place < first), default=-1)
    top = headline + 1 if headline >= 0 else _top(layout, first)
    return {
        place
        for place in range(top, min(first, top - 1 + LEAD_LINES))
        if likely.get(place, 0) >= MIN_LEAD
        if _is_dek(layout, place) or (is_sentence[place] and _may_be_lead(layout, layout.lines[place]))
        if not boxes[layout.lines[place].box].parts & unlike
    }


def _top(layout: Layout, first: int) -> int:
    """Return the first line in which a story without a headline may begin: close above another, in one box with it."""
    around = islice(layout.path(layout.lines[first].box), 1, 1 + NEAR_LEVELS)
    box = min((place for place in around if layout.boxes[place].name not in ROOTS), default=0)
    return max(layout.lines_in(box, first, NEAR_LINES).start, first - NEAR_LINES) if box else first


def _is_dek(layout: Layout, line: int) -> bool:
    """Return whether a line below the headline is a second headline by the name of its box, and no label."""
    one, own = layout.lines[line], layout.boxes[layout.lines[line].box]
    is_other = one.linked or own.parts & NO_LEAD & ~BIT["heading"]
    return not is_other and bool(DEKS.search(layout.keys[own.key][1])) and count_words(one.text) >= MIN_DEK_WORDS


def _is_called_intro(layout: Layout, line: int) -> bool:
    """Return whether the box of a line has a name for leads.

    Such a lead may be beside a picture, or below no headline.
    """
    box = layout.boxes[layout.lines[line].box]
    is_other = box.parts & NO_LEAD or layout.lines[line].linked or len(layout.lines[line].text.encode()) < LEAD_BYTES
    around = (box, layout.boxes[box.parent])
    names = (" ".join((layout.keys[one.key][1], *_of_data(one.attributes or {}))) for one in around)
    return not is_other and any(INTROS.search(name) for name in names)


def _of_data(attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield the values of attributes such as data-name."""
    return (value for name, value in attributes.items() if name.startswith("data-") and len(value) <= MAX_DATA)


def _is_text(layout: Layout, line: int, story: Collection[int], likely: Mapping[int, int]) -> bool:
    """Return whether a sentence with the words of the headline is within the story, and is no heading."""
    is_within = line - 1 in story and line + 1 in story
    is_heading = layout.boxes[layout.lines[line].box].parts & BIT["heading"]
    return is_within and not is_heading and likely.get(line, 0) >= MIN_SAID


def _says_more(layout: Layout, line: int, headline: int, likely: Mapping[int, int]) -> bool:
    """Return whether a paragraph has the words of the headline, and twice as many others: a lead that repeats it."""
    is_long = len(layout.lines[line].text) >= MIN_MORE * len(layout.lines[headline].text)
    is_plain = not layout.boxes[layout.lines[line].box].parts & NO_LEAD and not layout.lines[line].linked
    return is_long and is_plain and likely.get(line, 0) >= MIN_MORE_LIKELY


def _may_be_lead(layout: Layout, line: Line) -> bool:
    box = layout.boxes[line.box]
    is_other = box.parts & NO_LEAD or line.pictures or "caption" in layout.keys[box.key][1].lower()
    return not is_other and not line.linked and len(line.text.encode()) >= LEAD_BYTES


def _last(layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]) -> set[int]:
    """Return the sentence directly below the story, if two lines of the story are in boxes with the same names."""
    last = max(story, default=-1) + 1
    if not last or is_sentence[last : last + 1] != [True] or layout.lines[last].linked:
        return set()
    place = _row(layout, last)
    alike = sum(_row(layout, line) == place for line in story)
    return {last} if place[-1] and alike > 1 and likely.get(last, 0) >= MIN_LAST else set()


def _row(layout: Layout, line: int) -> tuple[int, str, int, str]:
    """Return the grandparent of a line's box, element and first class of the parent, and the names of the box."""
    own = layout.boxes[layout.lines[line].box]
    row = layout.boxes[own.parent]
    return row.parent, f"{row.name} {layout.keys[row.key][1].partition(' ')[0]}", own.key, layout.keys[own.key][1]


def _folded_away(
    layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]
) -> set[int]:
    """Return the paragraphs of hidden boxes right below a part of the story, in its own box: "Read on" unfolds them."""
    found: set[int] = set()
    holding = {layout.boxes[place].parent for place in layout.around(story)}
    last, outermost = -1, layout.outermost(BIT["hidden"])
    for line in sorted(likely):
        box = outermost[layout.lines[line].box]
        if line in story or line <= last or not box or line - 1 not in story or layout.boxes[box].parent not in holding:
            continue
        last = line
        while last + 1 < len(layout.lines) and box <= layout.lines[last + 1].box < layout.ends[box]:
            last += 1
        inside = [place for place in range(line, last + 1) if place in likely]
        prose = [place for place in inside if is_sentence[place] and _may_be_lead(layout, layout.lines[place])]
        all_chars = sum(len(layout.lines[place].text) for place in inside)
        is_prose = 2 * sum(len(layout.lines[place].text) for place in prose) > all_chars
        if len(prose) > 1 and is_prose and max(likely[place] for place in prose) >= MIN_FOLDED:
            found.update(place for place in inside if is_sentence[place])
    return found
