"""What a person thinks of what was done to a line, as JSON lines: `copydesk review` writes it, other tools may read it.

These are verdicts on lines that a person chose to look at: they name faults, and bound nothing.  A drawn sample, which
does, is CSV (`etl/check/verdicts.py`).
"""

from typing import Literal

from msgspec import Struct


class LineVerdict(Struct, frozen=True, kw_only=True):
    """A line of an article, from one character of its document to another, and whether its outcome was right.

    `rule` and `kind` are "" for a line that was kept; "wrong" then says that it is furniture.
    """

    schema: Literal["copydesk/verdict/1"] = "copydesk/verdict/1"
    article: str
    start: int
    end: int
    rule: str
    kind: str
    text: str
    verdict: Literal["right", "wrong", "unsure"]
