"""Lines that the model removes and that belong to the story: items of lists, paragraphs in wrappers, callouts.

Also the paragraphs of a page if the model keeps hardly more than a lead.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache, partial
from itertools import islice, pairwise, takewhile

from etl.markup.elements import BIT, ROOTS, WHOLES
from etl.markup.features.texts import letters_of
from etl.markup.layout import Layout
from etl.markup.naming import PICTURES, TITLES

# The least probability, in thousandths, of an item of a list, and of a line in a wrapper like those of the story.
MIN_ITEM, MIN_ALIKE = 90, 40
# The same of a sentence within the story, in a box among its paragraphs, of two beside one another, in a quotation or
# a box without links and pictures, its characters, and the number of boxes around it in which paragraphs are looked
# for.
MIN_ENCLOSED, MIN_OF_TWO, MIN_QUOTED, ENCLOSED_CHARS, ENCLOSED_LEVELS = 200, 120, 100, 30, 6
# The same of the sentences of a section right below the story: of one of them, and of each.
MIN_SECTION, MIN_OF_SECTION = 150, 90
# Quotations that are looked for in the story; no page has more, and to look for each takes n².
MAX_QUOTED = 500
# Lines of the story that must be in boxes like that of a line, so that the line is put back.
ALIKE = 3
# Share of the characters that are linked, in a line that is a link and little else; such a sentence of a story has at
# least so many characters.
MOSTLY, LINKED_SENTENCE = 0.5, 60
# Characters.  If less of a page is kept, its paragraphs become the story if there are so many, with so many characters.
MIN_KEPT, MIN_TEXT, MIN_PARAGRAPHS = 140, 140, 3
# Parts of a page in which a story is not looked for.
ELSEWHERE = sum(
    BIT[part]
    for part in (
        *("aside", "footer", "nav", "figure", "figcaption", "form", "button", "label", "dialog", "hidden", "comments"),
        "table",
    )
)
PICTURED = BIT["figure"] | BIT["figcaption"]
# How a question ends.
QUESTION = ("?", "？", "؟")
# Characters of an item of a list below a colon, on average.
MIN_TOLD = 24
# What may be the label above a box of the story.
TOLD_BELOW = BIT["heading"] | BIT["button"]
LISTS, HEADINGS = frozenset(("ul", "ol")), frozenset(("h2", "h3", "h4"))
# Elements that a name may make a heading; the most lines of a section.
TITLED, MAX_SECTION = frozenset(("p", "div")), 60
# "1", "#1", "1. The mill": a number of an item, in one of so many boxes around it.
_NUMBER, NUMBER_LEVELS = re.compile(r"#?(\d{1,3})(?:[.):]?$|[.):] ?\S)"), 3
# Rows of a table that is set in boxes, cells of each, and characters of a cell.
MIN_ROWS, MAX_ROWS, MIN_CELLS, MAX_CELLS, MAX_CELL = 3, 60, 2, 6, 120


def items(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return the items of lists of which the story has more than half, or that stand between two parts of it.

    Or in one box with a list that is story, with the heading above them: "Cons" below "Pros".  Or right below a line of
    the story in a box called like one beside it with a list that is story: the answers to each question of a quiz.
    """
    around = [0] * len(layout.boxes)
    for place, box in enumerate(layout.boxes):
        around[place] = place if box.name in LISTS else around[box.parent] if place else 0
    parents = [layout.boxes[line.box].parent for line in layout.lines]
    by_list: dict[int, list[int]] = defaultdict(list)
    last: dict[int, int] = {}  # line of the story in a box
    for line in sorted(likely):
        if around[layout.lines[line].box]:
            by_list[around[layout.lines[line].box]].append(line)
        if line in story:
            last[parents[line]] = line
    found: set[int] = set()
    told = {layout.boxes[place].parent for place, lines in by_list.items() if all(line in story for line in lines)}
    alike_told = {
        (layout.boxes[box].parent, layout.boxes[box].key) for box in told if layout.keys[layout.boxes[box].key][1]
    }
    end = max(story, default=-1)
    for place, lines in by_list.items():
        missing = [line for line in lines if line not in story]
        if (label := _label_of(layout, lines, story)) >= 0:
            found.update((*lines, label))
        if not missing or any(layout.lines[line].linked or layout.lines[line].pictures for line in lines):
            continue
        above, parent = lines[0] - 1, layout.boxes[place].parent
        is_most = 2 * len(missing) < len(lines) + (above in story)
        is_between = len(lines) > 1 and above in story and parents[above] == parent and last.get(parent, -1) > lines[-1]
        is_beside = parent in told and lines[-1] < end
        is_alike = above in story and (layout.boxes[parent].parent, layout.boxes[parent].key) in alike_told
        if is_most or ((is_between or is_beside or is_alike) and max(likely[line] for line in missing) >= MIN_ITEM):
            found.update(missing)
            if is_beside and layout.boxes[layout.lines[above].box].name in HEADINGS and not layout.lines[above].linked:
                found.add(above)
    return found


def _label_of(layout: Layout, items: Sequence[int], story: Collection[int]) -> int:
    """Return the line directly above a list that ends in a colon, if both are within the story; -1 if there is none.

    The items are sentences or have some words, and may have links.
    """
    label = items[0] - 1
    is_within = not {label, label - 1}.isdisjoint(story) and items[-1] + 1 in story
    if not is_within or not layout.lines[label].text.endswith((":", "：")) or layout.lines[label].linked:
        return -1
    chars = linked = 0
    for line in items:
        one = layout.lines[line]
        if one.pictures or one.linked > MOSTLY * len(one.text):
            return -1
        chars, linked = chars + len(one.text), linked + one.linked
    return label if chars >= MIN_TOLD * len(items) and linked < MOSTLY * chars else -1


def alike(layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]) -> set[int]:
    """Return lines between or directly below lines of the story in boxes with the same names, row by row.

    A <p> may be in a named box instead, but then not below the story, where notes and biographies are.  It counts if it
    is the only text below a heading of the story, and then two such lines are enough.
    """
    rows: dict[tuple[int, ...], list[int]] = defaultdict(list)
    counts = layout.counts(range(len(layout.lines)))
    told: dict[int, set[bool]] = defaultdict(set)  # whether lines of the story right in a box are headings
    for own in (layout.boxes[layout.lines[line].box] for line in story):
        told[own.parent].add(own.name in HEADINGS)
    for line in sorted(likely):
        own = layout.boxes[layout.lines[line].box]
        row = layout.boxes[own.parent]
        while row.parent and counts[row.parent] == 1:
            row = layout.boxes[row.parent]
        if layout.keys[own.key][1] and own.parent:
            rows[row.parent, own.key].append(line)
        elif own.name == "p" and layout.keys[row.key][1]:
            rows[(row.key,)].append(line)
    found: set[int] = set()
    for row_of, lines in rows.items():
        kept = [place for place, line in enumerate(lines) if line in story]
        parents = {line: layout.boxes[layout.lines[line].box].parent for line in lines if len(kept) > 1}
        below = [line for line, parent in parents.items() if told.get(parent) == {True}]
        for line in (*(lines[kept[0] : kept[-1] + len(row_of)] if len(kept) >= ALIKE else ()), *below):
            one = layout.lines[line]
            is_linked = one.linked > MOSTLY * len(one.text)
            is_told = is_sentence[line] and len(one.text) >= LINKED_SENTENCE if is_linked else True
            if line not in story and is_told and not one.pictures and likely[line] >= MIN_ALIKE:
                found.add(line)
    return found


def in_one_box(
    layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]
) -> set[int]:
    """Return the sentences directly above a sentence of the story in the same box, separated by <br>: a short post."""
    found: set[int] = set()
    box = -1  # of the line of the story that stands right below
    for line in range(max(story, default=-1), -1, -1):
        one = layout.lines[line]
        is_one = one.box == box and is_sentence[line] and not one.linked and likely.get(line, 0) >= MIN_ITEM
        if is_one and line not in story:
            found.add(line)
        box = one.box if line in story or is_one else -1
    return found


def posts(layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]) -> set[int]:
    """Return the sentences of posts like those that are all of the story: of a channel, of a timeline.

    Posts are adjacent boxes with the same names.  More than half of them must contain story.  In the other posts,
    sentences must be in boxes with the same names as sentences of the story.
    """
    if not story:
        return set()
    counts = layout.counts(story)
    around = layout.path(layout.lines[min(story)].box)
    common = next(place for place in around if counts[place] == len(story))
    holding = [place for place in layout.children(common) if counts[place]]
    keys = {layout.boxes[place].key for place in holding}
    is_all = sum(counts[place] for place in holding) == len(story)
    if not is_all or len(keys) > 1 or not layout.keys[(key := keys.pop())][1]:
        return set()
    others = {place for place in layout.children(common) if layout.boxes[place].key == key} - set(holding)
    if not 0 < len(others) < len(holding):
        return set()
    told, is_other = {layout.boxes[layout.lines[line].box].key for line in story}, layout.inside(others)
    return {
        line
        for line, one in enumerate(layout.lines)
        if likely.get(line, 0) >= MIN_ALIKE and is_sentence[line] and not one.linked
        if layout.boxes[one.box].key in told and is_other[one.box]
    }


def enclosed(
    layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]
) -> set[int]:
    """Return sentences between the first and the last line of the story, in a box among its paragraphs: a callout.

    A quotation may stand in a box of its own, if the story does not say the same.  Of two long sentences beside one
    another, and of one in a box without links and pictures, the model may be less sure.
    """
    holding = Counter(layout.boxes[layout.lines[line].box].parent for line in story)
    found: set[int] = set()
    quoted: list[int] = []
    is_bare = cache(partial(_is_bare, layout))  # a box may hold thousands of lines
    for line in range(min(story, default=0), max(story, default=0)):
        one = layout.lines[line]
        is_one = is_sentence[line] and not one.linked and not one.pictures and len(one.text) >= ENCLOSED_CHARS
        if line in story or not is_one or likely.get(line, 0) < MIN_QUOTED:
            continue
        around = [*islice(layout.path(one.box), 1, 1 + ENCLOSED_LEVELS)]
        is_caption = any(
            PICTURES.search(layout.keys[layout.boxes[place].key][1]) for place in around if not holding[place]
        )
        inner = [*takewhile(lambda place: not holding[place], around)]
        if inner and _is_plain(layout, inner[-1], line) and is_bare(inner[-1]):
            least = MIN_QUOTED
        else:
            least = MIN_OF_TWO if _has_like(layout, line, story, is_sentence) else MIN_ENCLOSED
        if likely[line] >= least and not is_caption and max(holding[place] for place in around) >= ALIKE:
            found.add(line)
        elif layout.boxes[one.box].parts & BIT["blockquote"]:
            quoted.append(line)
    if quoted:
        told = "".join(letters_of([layout.lines[line].text for line in sorted(story)]))
        said = dict(zip(quoted, letters_of([layout.lines[line].text for line in quoted]), strict=True))
        found.update(line for place, line in enumerate(said) if place >= MAX_QUOTED or said[line] not in told)
    return found


def _is_plain(layout: Layout, box: int, line: int) -> bool:
    """Return whether a long sentence is in a box, and near it in the box are neither links nor pictures."""
    lines = layout.lines_in(box, line, MAX_SECTION)
    is_long = len(layout.lines[line].text) >= LINKED_SENTENCE
    return is_long and not any(layout.lines[place].linked or layout.lines[place].pictures for place in lines)


def _is_bare(layout: Layout, box: int) -> bool:
    """Return whether a box has no part that is furniture elsewhere, such as a button; an aside counts as none."""
    parts = layout.boxes[layout.boxes[box].parent].parts
    return not any(one.parts & ELSEWHERE & ~BIT["aside"] & ~parts for one in layout.boxes[box : layout.ends[box]])


def _has_like(layout: Layout, line: int, story: Collection[int], is_sentence: Sequence[bool]) -> bool:
    """Return whether two long sentences without links stand beside one another in a box, neither taken for story."""
    parent = layout.boxes[layout.lines[line].box].parent

    def is_one(place: int) -> bool:
        one = layout.lines[place]
        is_told = is_sentence[place] and place not in story and len(one.text) >= LINKED_SENTENCE and not one.linked
        return is_told and layout.boxes[one.box].parent == parent

    return is_one(line) and (is_one(line - 1) or is_one(line + 1))


def section(layout: Layout, story: Collection[int], likely: Mapping[int, int], is_sentence: Sequence[bool]) -> set[int]:
    """Return the lines of a box right below the story and beside a box with it: sentences alone, and their headings."""
    below = max(story, default=-1) + 1
    if not story or below == len(layout.lines):
        return set()
    counts = layout.counts(story)
    path = [*takewhile(lambda place: not counts[place], layout.path(layout.lines[below].box))]
    if not path or not layout.boxes[path[-1]].parent or counts[layout.boxes[path[-1]].parent] < ALIKE:
        return set()
    around = layout.boxes[layout.boxes[path[-1]].parent]
    if around.name in ROOTS:
        return set()
    lines = layout.lines_in(path[-1], below, MAX_SECTION)
    told = [line for line in lines if layout.boxes[layout.lines[line].box].name not in HEADINGS]
    is_other = any(
        layout.lines[line].linked
        or layout.lines[line].pictures
        or layout.boxes[layout.lines[line].box].parts & ELSEWHERE & ~around.parts
        for line in lines
    )
    is_prose = all(is_sentence[line] and len(layout.lines[line].text) >= LINKED_SENTENCE for line in told)
    chances = [likely.get(line, 0) for line in told]
    is_one = not is_other and is_prose and len(told) > 1
    return set(lines) if is_one and max(chances) >= MIN_SECTION and min(chances) >= MIN_OF_SECTION else set()


def headed(layout: Layout, story: Collection[int], headlines: Collection[int]) -> set[int]:
    """Return the headings, by element or by name, of boxes within the story whose other lines are all story."""
    found: set[int] = set()
    for line in sorted(story)[1:]:
        title = line - 1
        if title in story or title in headlines or layout.lines[title].linked:
            continue
        own = layout.boxes[layout.lines[title].box]
        is_title = own.parts & TOLD_BELOW or (own.name in TITLED and TITLES.search(layout.keys[own.key][1]))
        around = own.parent
        if is_title and layout.ends[around] <= layout.lines[line].box:  # a heading in a wrapper
            around = layout.boxes[around].parent
        if (
            not is_title
            or own.name == "h1"
            or own.parts & ELSEWHERE & ~TOLD_BELOW
            or layout.boxes[around].name in WHOLES
        ):
            continue
        lines = layout.lines_in(around, title, MAX_SECTION)
        told = [len(layout.lines[one].text) for one in lines[1:] if one in story]
        is_whole = title == lines[0] and len(told) == len(lines) - 1 < MAX_SECTION
        if is_whole and max(told, default=0) >= ENCLOSED_CHARS:
            found.add(title)
    return found


def numbered(
    layout: Layout, story: Collection[int], headlines: Collection[int], is_sentence: Sequence[bool]
) -> set[int]:
    """Return the headings and sentences of adjacent boxes that are numbered: a list that is told item by item.

    Each has a number, one more or less than the last, and a heading without a link.  Three or more stand in a box with
    story, or with the headline.
    """
    rows: dict[tuple[int, int], dict[int, int]] = defaultdict(dict)  # numbers of boxes
    for one in layout.lines:
        if not one.linked and (match := _NUMBER.match(one.text)):
            for place in islice(layout.path(one.box), NUMBER_LEVELS):
                rows[layout.boxes[place].parent, layout.boxes[place].key].setdefault(place, int(match[1]))
    around = layout.around({*story, *headlines}) if rows else set()
    lists = [list(row) for (parent, _), row in rows.items() if parent in around and _are_in_order([*row.values()])]
    items = {place for places in lists for place in places}
    holding: list[int] = []  # the item around each box, 0 for none
    for place, box in enumerate(layout.boxes if items else ()):
        holding.append(place if place in items else holding[box.parent] if place else 0)
    told: dict[int, set[int]] = defaultdict(set)
    titled = set[int]()
    for line, one in enumerate(layout.lines if items else ()):
        parts = layout.boxes[one.box].parts
        if holding[one.box] and not (one.linked or parts & ELSEWHERE):
            if parts & BIT["heading"]:
                titled.add(holding[one.box])
            if parts & BIT["heading"] or is_sentence[line]:
                told[holding[one.box]].add(line)
    whole = (places for places in lists if titled.issuperset(places))
    return {line for places in whole for place in places for line in told[place]}


def _are_in_order(numbers: Sequence[int]) -> bool:
    return len(numbers) >= ALIKE and {after - before for before, after in pairwise(numbers)} in ({1}, {-1})


def tabular(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return the lines of boxes that are the rows of a table, or its cards, right between two lines of the story.

    Three or more boxes with the same names stand beside one another.  Each has as many lines, two or more, and most
    have a figure.  None has a link, a picture or a button.
    """
    told = sorted(story)
    found: set[int] = set()
    for above, below in pairwise(told):
        if not MIN_ROWS * MIN_CELLS < below - above <= MAX_ROWS * MAX_CELLS:
            continue
        lines = range(above + 1, below)
        around = layout.boxes[layout.lines[above].box].parent
        if around != layout.boxes[layout.lines[below].box].parent or not all(
            map(partial(_is_cell, layout, likely), lines)
        ):
            continue
        by_row = _rows_of(layout, lines, around)
        keys, counts = {layout.boxes[row].key for row in by_row}, {len(cells) for cells in by_row.values()}
        is_named = len(keys) == 1 and layout.keys[next(iter(keys))][1] != ""
        is_table = is_named and len(by_row) >= MIN_ROWS and len(counts) == 1 and MIN_CELLS <= max(counts) <= MAX_CELLS
        if is_table and 2 * sum(_has_figure(layout, cells) for cells in by_row.values()) > len(by_row):
            found.update(lines)
    return found


def _is_cell(layout: Layout, likely: Mapping[int, int], line: int) -> bool:
    """Return whether a short line may stand in a row of a table."""
    one = layout.lines[line]
    is_other = one.linked or one.pictures or layout.boxes[one.box].parts & ELSEWHERE or line not in likely
    return not is_other and len(one.text) <= MAX_CELL


def _rows_of(layout: Layout, lines: Sequence[int], around: int) -> dict[int, list[int]]:
    """Return lines by the box of each right in a box, or right in the only box there; {} if one stands in none."""
    paths = {line: [place for place in layout.path(layout.lines[line].box) if around < place] for line in lines}
    depth = 1 if len({path[-1] for path in paths.values() if path}) > 1 else 2
    if min(map(len, paths.values())) < depth:
        return {}
    found: dict[int, list[int]] = defaultdict(list)
    for line, path in paths.items():
        found[path[-depth]].append(line)
    return found


def _has_figure(layout: Layout, lines: Collection[int]) -> bool:
    return any(map(str.isdigit, "".join(layout.lines[line].text for line in lines)))


def whole(layout: Layout, story: Collection[int], headlines: Collection[int], is_sentence: Sequence[bool]) -> set[int]:
    """Return the paragraphs and subheads of a page of which almost nothing is kept, else its captions.

    Paragraphs are in boxes with the same attributes, in the <article> or <main> of the headline, and not among links to
    other stories.  The captions of a gallery are its story if they are sentences.
    """
    if not headlines:
        return set()
    around = layout.path(layout.lines[min(headlines)].box)
    article = max((box for box in around if layout.boxes[box].name in ("article", "main")), default=0)
    if not article:
        return set()
    inside = [line for line, one in enumerate(layout.lines) if article <= one.box < layout.ends[article]]
    if sum(len(layout.lines[line].text) for line in inside if line in story) >= MIN_KEPT:
        return set()
    paragraphs: dict[int, list[int]] = defaultdict(list)
    links: Counter[int] = Counter()
    captions: set[int] = set()
    for line in inside:
        box = layout.boxes[layout.lines[line].box]
        key = layout.boxes[box.parent].key
        if layout.lines[line].linked:
            links.update((box.key, key))
        elif box.name == "p" and not box.parts & ELSEWHERE:
            paragraphs[key].append(line)
        elif box.parts & BIT["figcaption"] and not box.parts & ELSEWHERE & ~PICTURED and is_sentence[line]:
            captions.update([line] if len(layout.lines[line].text) >= LINKED_SENTENCE else ())
    key, lines = max(paragraphs.items(), key=lambda one: len(one[1]), default=(0, []))
    told = [line for line in lines if is_sentence[line]]
    is_story = max(MIN_PARAGRAPHS, 3 * links[key]) <= len(told) > len(lines) / 2
    if not is_story or sum(len(layout.lines[line].text) for line in told) < MIN_TEXT:
        return captions if len(captions) >= MIN_PARAGRAPHS else set()
    subheads = {
        line
        for line in inside
        if lines[0] < line < lines[-1] and layout.boxes[layout.lines[line].box].name in HEADINGS
        if layout.boxes[layout.boxes[layout.lines[line].box].parent].key == key and not layout.lines[line].linked
    }
    return {*lines, *subheads}
