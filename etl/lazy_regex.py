"""Regexes of modules, compiled at their first use: most runs use only a few of them.

Of the 0.5 s that a run of one line took, to compile all of them took 0.06 s.
"""

import re
from typing import AnyStr, Generic, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Lazy(Generic[AnyStr]):
    """A regex that is compiled when one of its methods is first used."""

    def __init__(self, source: AnyStr, flags: int) -> None:
        self.pattern: AnyStr = source
        self._flags = flags

    def __getattr__(self, name: str) -> object:
        compiled = re.compile(self.pattern, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazy(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """Return a regex like that of `re.compile`, which is compiled at its first use.

    >>> lazy("b+").findall("abba, b")
    ['bb', 'b']
    """
    return cast("re.Pattern[AnyStr]", _Lazy(source, flags))  # it has all methods and attributes of one
