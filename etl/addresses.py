"""Addresses of articles: the host, and the original address of a copy in the Wayback Machine."""

import re
from urllib.parse import urlsplit

_ARCHIVED = re.compile(r"https?://web\.archive\.org/web/\d{4,14}(?:[a-z]{2}_)?/(?=https?://)")


def original(url: str) -> str:
    """Return the original address of a copy in the Wayback Machine; any other address unchanged.

    >>> original("https://web.archive.org/web/20220724231339/https://www.example.org/a"), original("https://example.org")
    ('https://www.example.org/a', 'https://example.org')
    """
    return _ARCHIVED.sub("", url, count=1)


def host(url: str) -> str:
    """Return the host of an address, in lower case; "" if it has none.

    >>> host("https://www.Example.org/a"), host("http://[broken")
    ('www.example.org', '')
    """
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
