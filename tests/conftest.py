"""What tests share: the sample, and the main path with few words."""

import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from msgspec import Struct

from etl.cli import main
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


class Result(Struct):
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run_(*words: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["copydesk", *map(str, words)])
        with pytest.raises(SystemExit) as exited:
            main()
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Result(int(exited.value.code or 0), out, err)

    return run_


@pytest.fixture
def sample() -> Path:
    return SAMPLES / "another-belarus.txt"


@pytest.fixture
def golden() -> Callable[[str], str]:
    return lambda name: (GOLDEN / name).read_text(encoding="utf-8")
