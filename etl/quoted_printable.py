"""Quoted-printable, an encoding of e-mail: lines are broken behind `=`, at 76 characters or a bit before."""

import re
from collections.abc import Sequence

# The number of breaks that prove quoted-printable, and the length of such a line, which is shorter if `=E2` does not
# fit.
MIN_SOFT_BREAKS = 2
_SOFT_BREAK = re.compile(r"^.{59,75}=\r?\n", re.MULTILINE)
_OTHER_SIGN = re.compile(r"=(?!\r?\n|[0-9A-F]{2})")


def is_quoted_printable(texts: Sequence[str]) -> bool:
    """Return whether all lines of some texts that end in `=` have the length of broken lines of e-mail.

    If an equals sign has another meaning, as in code and at the end of base64, the texts are not e-mail.

    >>> mail = f"{'a labou' * 10}=\\nr court{' and' * 16}=\\n so"
    >>> is_quoted_printable([mail]), is_quoted_printable(["a =\\n1", "b =\\n2"])
    (True, False)
    """
    signed = [text for text in texts if "=" in text]
    ends = sum(text.count("=\n") + text.count("=\r\n") for text in signed)
    if ends < MIN_SOFT_BREAKS:
        return False
    found = sum(len(_SOFT_BREAK.findall(text)) for text in signed)
    return found == ends and not any(map(_OTHER_SIGN.search, signed))
