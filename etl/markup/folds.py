"""Text within a story that a click unfolds: answers below questions, items below buttons, tabs, chapters."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from etl.markup.elements import BIT, ROOTS
from etl.markup.entries import first_name, shape_of
from etl.markup.layout import MIN_STORY, Layout
from etl.markup.put_back import ELSEWHERE, HEADINGS, MOSTLY, QUESTION

# Elements that a click may unfold, and the boxes that a button unfolds.
LABELS, PANELS = sum(BIT[part] for part in ("button", "details", "heading")), frozenset(("div", "section", "dd"))
# Boxes around a folded answer, of which one holds story; the same of items that buttons unfold, and the most lines of
# such an item that are examined.
NEAR, NEAR_FOLDED, MAX_ITEM = 5, 3, 30


def unfolded(layout: Layout, story: Collection[int], is_sentence: Sequence[bool]) -> set[int]:
    """Return folded sentences within the story: below a question or button of the story, or in a tab.

    A tab, or the next page, is a box with the same name as an adjacent box with story.  The adjacent box may be in a
    box of its own: a chapter below its heading.  A button right below the story ("Read on") unfolds the rest of it.
    Boxes that do not begin with a sentence are left out, and so are boxes with other lines than sentences and items.
    Two questions or more may also be beside or below the story: they are put back with their answers.
    """
    end = max(story, default=0)
    around = layout.around(story)
    holding = {_named_place(layout, box) for box in around}
    holding_rows = {_named_row(layout, box) for box in around if first_name(layout, layout.boxes[box].parent)}
    found: set[int] = set()
    asked: dict[tuple[str, frozenset[str]], set[int]] = defaultdict(set)  # questions and answers, by the names of boxes
    for place, lines in _hidden(layout, is_sentence):
        above = lines[0] - 1
        box = layout.boxes[place]
        is_alike = _named_row(layout, place) in holding_rows
        if first_name(layout, place) and (is_alike or _named_place(layout, place) in holding):
            found.update(lines)
            is_headed = is_alike and above >= 0 and layout.boxes[layout.lines[above].box].parent == box.parent
            if is_headed and layout.boxes[layout.lines[above].box].name in HEADINGS:
                found.add(above)
        elif above in story and above + 1 < end and _is_label(layout, above):
            found.update(line for line in lines if line < end)
        elif above - 1 in story and _goes_on(layout, above, place, lines):
            found.update(lines)
        if above >= 0 and layout.lines[above].text.endswith(QUESTION) and _is_near(layout, place, around):
            asked[box.name, shape_of(layout, place)].update((above, *lines))
    for lines_of in asked.values():
        if sum(layout.lines[line].text.endswith(QUESTION) for line in lines_of) > 1:
            found |= lines_of
    return found - set(story)


def _goes_on(layout: Layout, button: int, place: int, lines: Sequence[int]) -> bool:
    """Return whether a button between the story and a hidden box unfolds the rest of the story: beside both, prose."""
    label = layout.lines[button].box
    above = layout.lines[button - 1].box
    around = layout.boxes[place].parent
    is_beside = layout.boxes[label].parent == around and around in layout.path(above)
    is_button = layout.boxes[label].parts & BIT["button"] and not layout.lines[button].linked
    return bool(is_button) and is_beside and len(lines) > 1 and layout.have_chars(lines, MIN_STORY)


def _hidden(layout: Layout, is_sentence: Sequence[bool]) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield the outermost hidden boxes with their lines, if all these are sentences or items, and the first is one."""
    outermost = layout.outermost(BIT["hidden"])
    inside: dict[int, list[int]] = defaultdict(list)
    for line, one in enumerate(layout.lines):
        if outermost[one.box]:
            inside[outermost[one.box]].append(line)
    for place, lines in inside.items():
        is_told = not any(layout.lines[line].linked or layout.lines[line].pictures for line in lines)
        is_text = all(is_sentence[line] or layout.boxes[layout.lines[line].box].name == "li" for line in lines)
        if is_told and is_text and is_sentence[lines[0]]:
            yield place, lines


def _named_place(layout: Layout, box: int) -> tuple[int, str, str]:
    """Return what boxes beside one another with the same name have in common."""
    return layout.boxes[box].parent, layout.boxes[box].name, first_name(layout, box)


def _named_row(layout: Layout, box: int) -> tuple[tuple[int, str, str], str, str]:
    """Return what such boxes have in common if each is in a box of its own."""
    return _named_place(layout, layout.boxes[box].parent), layout.boxes[box].name, first_name(layout, box)


def folded(layout: Layout, story: Collection[int], is_sentence: Sequence[bool]) -> set[int]:
    """Return adjacent buttons within the article, with the text that each unfolds, if most of it is sentences.

    A button (it may be in a heading) is the first box of an item, or is directly above the box that it unfolds.  Two
    items or more have the same parent; one within the story is enough if it asks a question.  An item with a picture or
    a link alone is a teaser; then no item is returned.
    """
    items: dict[int, list[range]] = defaultdict(list)  # lines of items, the button first, by the box around them
    for line, one in enumerate(layout.lines[:-1]):
        label, own = layout.lines[line].box, layout.boxes[one.box]
        if not own.parts & BIT["button"] or one.linked:
            continue
        if layout.boxes[own.parent].name in HEADINGS:
            label = own.parent
        around = layout.boxes[label].parent
        below = layout.lines[line + 1].box
        panel = next((place for place in layout.path(below) if layout.boxes[place].parent == around), 0)
        if layout.boxes[panel].name not in PANELS or layout.boxes[panel].parts & BIT["button"]:
            continue
        lines = layout.lines_in(panel, line + 1, MAX_ITEM)
        is_item = around + 1 == label and layout.ends[panel] == layout.ends[around]
        items[layout.boxes[around].parent if is_item else around].append(range(line, lines[-1] + 1))
    found: set[int] = set()
    if not items or not story:
        return found
    holding, first = layout.around(story), layout.boxes[layout.lines[min(story)].box].parts
    whole_part = first & BIT["main"] or first & BIT["article"]
    for place, ranges in items.items():
        inside = [line for lines in ranges for line in lines[1:]]
        chars = sum(len(layout.lines[line].text) for line in inside)
        prose = sum(len(layout.lines[line].text) for line in inside if is_sentence[line])
        asks = layout.lines[ranges[0][0]].text.endswith(QUESTION)
        is_one = asks and min(story) < inside[0] <= inside[-1] < max(story)
        is_there = (
            (len(ranges) > 1 or is_one)
            and not whole_part & ~layout.boxes[place].parts
            and _is_within(layout, place, holding)
        )
        if is_there and 2 * prose > chars and not _lead_away(layout, inside):
            found.update(line for lines in ranges for line in lines)
    return found - set(story)


def _is_within(layout: Layout, place: int, holding: Collection[int]) -> bool:
    """Return whether a box, or one of the two around it, holds story, and is not the page or another part."""
    near = next((box for box in islice(layout.path(place), NEAR_FOLDED) if box in holding), 0)
    is_part = layout.boxes[place].parts & ~layout.boxes[near].parts & ELSEWHERE & ~BIT["hidden"]
    return layout.boxes[near].name not in ROOTS and not is_part


def _lead_away(layout: Layout, lines: Sequence[int]) -> bool:
    """Return whether some lines have a picture, a button or a link that stands alone."""
    return any(
        one.pictures or one.linked > MOSTLY * len(one.text) or layout.boxes[one.box].parts & BIT["button"]
        for one in (layout.lines[line] for line in lines)
    )


def _is_near(layout: Layout, place: int, around: Collection[int]) -> bool:
    """Return whether a box, or a slightly larger one around it, is beside the story, and in no other part."""
    near = next((box for box in islice(layout.path(place), NEAR) if box in around), 0)
    return near > 0 and not layout.boxes[place].parts & ~layout.boxes[near].parts & ELSEWHERE & ~BIT["hidden"]


def _is_label(layout: Layout, line: int) -> bool:
    """Return whether a line is a question, or an element that unfolds the text below it."""
    box = layout.boxes[layout.lines[line].box]
    return box.name == "dt" or bool(box.parts & LABELS) or layout.lines[line].text.endswith(QUESTION)
