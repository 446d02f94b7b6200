"""Links among the lines taken for story: lists of other stories, menus, cards that lead to another page."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import accumulate, islice, takewhile

from etl.fold import ends_sentence
from etl.markup.elements import BIT
from etl.markup.layout import Layout, Line
from etl.markup.naming import RELATED

# Boxes around a line that may be called a list; characters of a link to a story, links of a list: more is an index.
LIST_LEVELS, MIN_LINK, MAX_LINKS = 4, 12, 12
# Lines of a cell that is a menu; characters of a sentence that makes it none.
MIN_COLUMN, MIN_SENTENCE = 3, 60
# Share of the characters that are linked, in a line that is a link and little else.
MOSTLY = 0.7
# What parts the links of a menu in one line, and the characters of each.
BARS, MAX_BUTTON = str.maketrans("·•", "||"), 40
# Boxes of the items of lists and tables.
CELLS = frozenset(("li", "td", "th", "dt", "dd"))
# Lines and characters of a card, and boxes around a line that may be one.
CARD_LINES, CARD_CHARS, CARD_LEVELS = 5, 300, 4
# The least probability, in thousandths, of a line that is surely story, and of one that the model keeps; what is less
# likely was put back for some other reason.
SURE, KEPT = 600, 300
# Boxes for what a link in a paragraph or heading of the story does not stand in.
PARTS_OF_PAGE = frozenset(("div", "section", "aside", "nav"))


def related(layout: Layout) -> Callable[[Layout, int], bool]:
    """Return what tells whether a line stands in a box that is called a list of other stories, and has two links."""
    of_box = [0] * (len(layout.boxes) + 1)
    for line in layout.lines:
        of_box[line.box + 1] += line.linked >= MIN_LINK
    until = list(accumulate(of_box))  # the links in all boxes before each

    def is_related(_: Layout, line: int) -> bool:
        around = islice(layout.path(layout.lines[line].box), LIST_LEVELS)
        named = next((place for place in around if RELATED.search(layout.keys[layout.boxes[place].key][1])), -1)
        return named >= 0 and until[layout.ends[named]] - until[named] > 1

    return is_related


def column(layout: Layout, story: Collection[int]) -> Callable[[Layout, int], bool]:
    """Return what tells whether a line stands in a menu: a cell of links, or one without prose beside the story's."""
    cells = [place for place, box in enumerate(layout.boxes) if box.name == "td"]
    if not cells:
        return lambda *_: False
    chars, linked, lines, links, prose, told = ([0] * (len(layout.boxes) + 1) for _ in range(6))
    for place, line in enumerate(layout.lines):
        is_told = place in story and not line.linked and len(line.text) >= MIN_SENTENCE and ends_sentence(line.text)
        for sums, value in (
            (chars, len(line.text)),
            (linked, line.linked),
            (lines, 1),
            (links, line.linked > MOSTLY * len(line.text)),
            (prose, is_told),
            (told, len(line.text) if is_told else 0),
        ):
            sums[line.box + 1] += value
    until = [list(accumulate(sums)) for sums in (chars, linked, lines, links, prose, told)]
    rows = {
        layout.boxes[cell].parent
        for cell in cells
        if 2 * (until[-1][layout.ends[cell]] - until[-1][cell]) > max(until[-1][-1], 1)
    }

    def is_menu(box: int) -> bool:
        all_chars, in_links, count, of_links, sentences, _ = (sums[layout.ends[box]] - sums[box] for sums in until)
        is_linked = of_links >= MIN_COLUMN and (in_links >= MOSTLY * all_chars or 2 * of_links > count)
        return is_linked or (layout.boxes[box].parent in rows and count >= MIN_COLUMN and not sentences)

    menus = set(filter(is_menu, cells))
    if not menus:
        return lambda *_: False
    is_inside = layout.inside(menus)
    return lambda _, line: is_inside[layout.lines[line].box]


def is_link_alone(layout: Layout, line: int) -> bool:
    """Return whether a line is but a link in brackets, "[ How locks work ]", links of hashtags, or a menu in bars."""
    text, linked = layout.lines[line].text, layout.lines[line].linked
    if linked <= MOSTLY * len(text):
        return False
    buttons = text.translate(BARS).split("|")
    is_menu = len(buttons) > 1 and all(0 < len(button.strip()) <= MAX_BUTTON for button in buttons)
    return is_menu or text[0] + text[-1] == "[]" or all(one[0] == "#" for one in text.split())


def links_at_end(layout: Layout, story: Sequence[int], _: Mapping[int, int]) -> set[int]:
    """Return the end of a story that is but a list or table of links, with its heading and days or counts."""
    tail = set(takewhile(lambda place: _may_be_listed(layout, layout.lines[place]), reversed(story)))
    links = sum(layout.lines[place].linked >= MIN_LINK for place in tail)
    return tail if 1 < links <= MAX_LINKS else set()


def _may_be_listed(layout: Layout, line: Line) -> bool:
    """Return whether a line is a heading, a button, or a cell or item with little but a link."""
    box = layout.boxes[line.box]
    is_little = line.linked >= MOSTLY * len(line.text) or len(line.text) < MIN_LINK
    return bool(box.parts & (BIT["heading"] | BIT["button"])) or (box.name in CELLS and is_little)


def buttons(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the buttons, of which the model is not sure, that unfold nothing: no line of the story is right below."""
    found: set[int] = set()
    kept = set(story)
    for line in reversed(story):
        is_button = layout.boxes[layout.lines[line].box].parts & BIT["button"]
        if is_button and line + 1 not in kept and _is_doubted(likely, line):
            found.add(line)
            kept.remove(line)
    return found


def links_apart(layout: Layout, story: Collection[int], likely: Mapping[int, int]) -> set[int]:
    """Return the links that stand in a part of the page with no text of the story, if the model is sure of none."""
    links = [line for line in story if layout.lines[line].linked > MOSTLY * len(layout.lines[line].text)]
    if not any(_is_doubted(likely, line) for line in links):
        return set()
    holding = layout.around(set(story).difference(links))
    apart: list[int] = []  # for each box the outermost around it without text of the story; -1 if it holds some
    for place, box in enumerate(layout.boxes):
        above = apart[box.parent] if place else -1
        apart.append(-1 if place in holding else place if above < 0 else above)
    inside: dict[int, set[int]] = defaultdict(set)
    for line in links:
        root = apart[layout.lines[line].box]
        if root >= 0 and layout.boxes[root].name in PARTS_OF_PAGE:
            inside[root].add(line)
    unsure = (lines for lines in inside.values() if all(_may_lead_away(layout, line, likely) for line in lines))
    return {line for lines in unsure if len(lines) <= MAX_LINKS for line in lines}


def _may_lead_away(layout: Layout, line: int, likely: Mapping[int, int]) -> bool:
    """Return whether the model keeps a link, and is not sure; no sentence is one."""
    text = layout.lines[line].text
    return _is_doubted(likely, line) and not (len(text) >= MIN_SENTENCE and ends_sentence(text))


def _is_doubted(likely: Mapping[int, int], line: int) -> bool:
    return KEPT <= likely.get(line, SURE) < SURE


def cards(layout: Layout, story: Sequence[int], likely: Mapping[int, int]) -> set[int]:
    """Return the lines of cards at the end: small boxes beside one another that begin or end in a link or a button.

    They are called the same, and the model is sure of none of their lines, and of none below, though it keeps them.
    """
    keys: dict[int, set[int]] = defaultdict(set)  # those of cards, by the box around these
    for line in takewhile(lambda line: _is_doubted(likely, line), reversed(story)):
        for place in islice(layout.path(layout.lines[line].box), CARD_LEVELS):
            box = layout.boxes[place]
            if layout.keys[box.key][1] and _is_card(layout, layout.lines_in(place, line, CARD_LINES)):
                keys[box.parent].add(box.key)
    if not keys:
        return set()
    sure = layout.counts(line for line in story if not _is_doubted(likely, line))
    found: set[int] = set()
    for parent, wanted in keys.items():
        beside: dict[int, list[int]] = defaultdict(list)
        for place in layout.children(parent):
            if layout.boxes[place].key in wanted:
                beside[layout.boxes[place].key].append(place)
        for places in beside.values():
            if len(places) > 1 and not any(sure[place] for place in places):
                found.update(places)
    is_inside = layout.inside(found)
    return {line for line in story if is_inside[layout.lines[line].box]}


def _is_card(layout: Layout, lines: range) -> bool:
    """Return whether lines are a linked heading, or a link or button at the end, and some text."""
    if not 1 < len(lines) <= CARD_LINES:
        return False
    is_action = [_is_action(layout, layout.lines[line]) for line in lines]
    begins = any(is_action[at] and len(layout.lines[lines[at]].text) >= MIN_LINK for at in (0, 1))
    ends = is_action[-1] and len(layout.lines[lines[-1]].text) <= MAX_BUTTON
    texts = (layout.lines[line].text for line, is_one in zip(lines, is_action, strict=True) if not is_one)
    return (begins or ends) and 0 < sum(map(len, texts)) <= CARD_CHARS


def _is_action(layout: Layout, line: Line) -> bool:
    """Return whether a line is a link or a button."""
    return line.linked > MOSTLY * len(line.text) or bool(layout.boxes[line.box].parts & BIT["button"])
