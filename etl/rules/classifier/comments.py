"""Marks of readers' comments: lines above or below the text of a reader."""

import re

# Words.  A longer block is the text of a comment.
MAX_WORDS = 14
# "Bob. Just Bob. says:", "November 19, 2019 at 6:44 am", "2 days ago", "vor 3 Stunden", "Rating: 25 Votes", "Reply".
_MARK = re.compile(
    r"\b(?:says|said|wrote|schrieb|sagt|a écrit|dice|пишет|yazdı):$|\d:\d\d(?::\d\d)? ?[ap]\.?m\b|\bago$|^reply$"
    r"|\bvotes?$|\d (?:points?|likes?)$|^(?:vor|hace|il y a) \d+ \w+$"
    r"|^(?:antworten|répondre|responder|ответить|yanıtla|odpovědět)$|\bназад$|\bönce$|^před \d+ \w+$|前$|전$"
)
# A cheap test: words at the beginning or end of a mark, or a figure with a colon.  Most blocks have none.
_ENDS = ("ago", "reply", "vote", "votes", "point", "points", "like", "likes", ":", "назад", "önce", "前", "전",
         "antworten", "répondre", "responder", "ответить", "yanıtla", "odpovědět")  # fmt: skip
_STARTS = ("vor ", "hace ", "il y a ", "před ")
# The rules that match such marks.
RULES = "/comments-"


def is_mark(folded: str) -> bool:
    """Return true if a block, folded, is such a mark."""
    if len(folded) > MAX_WORDS * 12:
        return False
    may_be = folded.endswith(_ENDS) or folded.startswith(_STARTS) or ":" in folded
    return may_be and _MARK.search(folded) is not None and len(folded.split()) <= MAX_WORDS
