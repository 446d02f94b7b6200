"""What tests share: the sample, and the main path with few words."""

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings

from etl.edit import Edited, edit
from etl.model import Facts, Kind, Raw
from etl.packs import Selection, desk

# Machines are noisy, and no test here is about time.
settings.register_profile("copydesk", deadline=None)
settings.load_profile("copydesk")

SAMPLES = Path(__file__).parent.parent / "samples"
GOLDEN = Path(__file__).parent / "golden"


def edited(text: str, kind: Kind = "text", facts: Facts = Facts(), path: str = "a.txt") -> Edited:
    """Edit a text with the built-in packs."""
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return edit(Raw(path, text, digest, kind, facts=facts), desk(Selection()))


@pytest.fixture
def sample() -> Path:
    return SAMPLES / "another-belarus.txt"


@pytest.fixture
def golden() -> Callable[[str], str]:
    return lambda name: (GOLDEN / name).read_text(encoding="utf-8")
