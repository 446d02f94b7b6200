"""Draft a rule in TOML for one line, which its author completes."""

import re
from collections.abc import Callable, Collection, Iterable
from difflib import SequenceMatcher
from itertools import chain, count

from msgspec import Struct

from etl.audit import place_in
from etl.document import Judged
from etl.errors import UsageError
from etl.fold import fold, label
from etl.markup.regions import PAGE_NAMES
from etl.model import Block
from etl.rule_tools.outcomes import BlockOutcome, outcomes
from etl.toml_text import toml_array, toml_string

# The most words of a line in the id of its rule.
MAX_ID_WORDS = 4
# The kind of a line by a word in it; the first one that is found.  The author should check it.
KIND_WORDS = {
    "player": ("playback", "video", "audio", "podcast"),
    "caption": ("caption", "pictured"),
    "credit": ("photo", "photograph", "image", "getty", "copyright", "reporting", "by"),
    "link": ("read", "more", "related", "watch", "see", "also", "continue"),
}


class Draft(Struct, frozen=True):
    """The data of a new rule: its lines, the nearest line that must stay, the places and publishers where it was seen.

    `element` is the path of its element, if the rule is to keep what the page model removes.
    """

    text: str
    keep: str
    sources: tuple[str, ...]
    publisher: str = ""
    element: str = ""


def propose(judged: Judged, line: int, element_of: Callable[[Block, int], str]) -> Draft:
    """Return a draft for the block on a line of a document.

    Raises UsageError if there is no block, or a rule matches it.  `element_of` returns the path of the element of a
    line in a block.
    """
    found = list(outcomes(judged))
    outcome = next((one for one in found if _holds(judged, one, line)), None)
    place = place_in(judged.document, line)
    if outcome is None:
        raise UsageError(place, "there is no text on this line", "Name a line with text.")
    publisher = outcome.article.publisher.id if outcome.article.publisher else ""
    is_outside = any(name in PAGE_NAMES for name in outcome.rules)
    if is_outside and (element := element_of(outcome.block, line - outcome.block.line)):
        text = judged.document.text.split("\n")[line - 1]
        return Draft(text, "", (place,), publisher, element)
    if outcome.rules:
        way_out = f"Name another line, or use --ignore {','.join(outcome.rules)}"
        raise UsageError(place, f"this line is already matched by {', '.join(outcome.rules)}", way_out)
    kept = [one.block.text for one in found if not one.rules and label(one.block.text) != label(outcome.block.text)]
    return Draft(outcome.block.text, nearest(outcome.block.text, kept), (place,), publisher)


def nearest(text: str, others: Iterable[str]) -> str:
    """Return the other text that is most similar to this one; the first of several; "" if there is none.

    >>> nearest("Read more", ["He left.", "Read more books, he said.", "They marched."])
    'Read more books, he said.'
    """
    matcher = SequenceMatcher(None, b=fold(text), autojunk=False)
    best, found = -1.0, ""
    for other in others:
        matcher.set_seq1(fold(other))
        # Both upper bounds are fast, and exclude most lines; the ratio takes quadratic time.
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best and (ratio := matcher.ratio()) > best:
            best, found = ratio, other
    return found


def header(pack: str) -> str:
    """Write the header of a new pack."""
    return f'[pack]\nid = {toml_string(pack)}\nversion = "0.1.0"\n\n'


def draft(drafted: Draft, name: str) -> str:
    """Write a rule in TOML, with that id."""
    lines = [
        "[[rule]]",
        f"id = {toml_string(name)}",
        f"title = {toml_string(' '.join(drafted.text.split()))}",
        *(_keeping(drafted) if drafted.element else _removing(drafted)),
        *([_scope(drafted.publisher)] if drafted.publisher else []),
        'why = "…"  # the reason, in one sentence',
        f"source = {toml_array(drafted.sources)}",
    ]
    return "\n".join(lines) + "\n"


def _scope(publisher: str) -> str:
    return f"scope.publisher = {toml_array([publisher])}  # without this line, the rule holds for all publishers"


def _removing(drafted: Draft) -> tuple[str, ...]:
    return (
        f"kind = {toml_string(_kind(drafted.text))}  # caption, credit, link, notice, player, structure or glitch",
        f"match.exact = {toml_array([drafted.text])}",
        f"drops = {toml_array([drafted.text])}",
        f"keeps = {toml_array([drafted.keep] if drafted.keep else [])}  # better: the most similar line of a story",
    )


def _keeping(drafted: Draft) -> tuple[str, ...]:
    selector = drafted.element.replace("/", " ")
    bare = re.sub(r"[.#][\w-]+", "", drafted.element)
    if bare == drafted.element:  # The element has no class and no id, so the counterexample is another element.
        bare = "aside" if bare == "nav" else "nav"
    return (
        'action = "keep"  # the page model removes the line',
        'kind = "structure"',
        f"match.css = {toml_array([selector])}  # better: the shortest that holds no furniture",
        f"keeps = {toml_array([f'<{drafted.element}>{drafted.text}'])}",
        f"drops = {toml_array([f'<{bare}>{drafted.text}'])}  # better: furniture of the same page",
    )


def free_id(text: str, taken: Collection[str]) -> str:
    """Return an id from the first words of a line, with a number if the id is taken.

    >>> free_id("Sign up for our newsletter: it’s free!", {"sign-up-for-our"})
    'sign-up-for-our-2'
    """
    name = "-".join(re.findall(r"\w+", fold(text))[:MAX_ID_WORDS]) or "line"
    numbered = (f"{name}-{number}" for number in count(2))
    return next(one for one in chain([name], numbered) if one not in taken)


def _holds(judged: Judged, outcome: BlockOutcome, line: int) -> bool:
    block = outcome.block
    return block.line <= line <= block.line + judged.document.text.count("\n", block.char_start, block.char_end)


def _kind(text: str) -> str:
    words = set(re.findall(r"\w+", fold(text)))
    return next((kind for kind, cues in KIND_WORDS.items() if not words.isdisjoint(cues)), "notice")
