"""What tests share: the sample, and the main path with few words."""

import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import settings
from msgspec import Struct

from etl.cleaner import Cleaner
from etl.cli.main import main
from etl.document import Judged, Ruleset, judge, parse
from etl.formats import Reading, find, read, shares
from etl.formats import Result as FormatResult
from etl.model import Article, Block, Document, Kind, Metadata, Publisher, Raw, Removal
from etl.packs import Selection, compile_rules
from etl.processes import ENDING_SIGNALS

# Machines are noisy, and no test here is about seconds.
settings.register_profile("copydesk", deadline=None)
settings.load_profile("copydesk")

# Most of the time of all tests: they start processes, kill them, fill disks, or try thousands of texts.
SLOW = frozenset(
    {"test_check", "test_classifier_sweeps", "test_cli_habits", "test_dedup", "test_engines", "test_files_of_others"}
    | {"test_formats", "test_guarantees"}
    | {"test_index", "test_limits", "test_linear_time", "test_lint", "test_packs_hostile", "test_resume"}
    | {"test_rules_engine", "test_rules_tools", "test_run", "test_shipped"}
)

SAMPLES = Path(__file__).parent.parent / "samples"
GOLDEN = Path(__file__).parent / "golden"


def pytest_configure() -> None:
    """Let ^C end what tests start: in the background (`tox &` in a script) a shell has it ignored, and children too."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Import no slow module for `pytest -m "not slow"`."""
    return True if config.option.markexpr == "not slow" and collection_path.stem in SLOW else None


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Mark the tests of slow modules: `pytest -m "not slow"` is done in a minute."""
    for item in items:
        if item.path.stem in SLOW:
            item.add_marker(pytest.mark.slow)


def raw_of(text: str, kind: Kind = "text", metadata: Metadata = Metadata(), path: str = "a.txt") -> Raw:
    """Return a text as a raw document."""
    return Raw(path, text, sha256(text.encode("utf-8", "surrogatepass")).hexdigest(), kind, metadata=metadata)


def edited(text: str, kind: Kind = "text", metadata: Metadata = Metadata(), path: str = "a.txt") -> Judged:
    """Parse and judge a text with the built-in packs."""
    return judged(raw_of(text, kind, metadata, path), compile_rules(Selection()))


def judged(raw: Raw, rules: Ruleset) -> Judged:
    """Parse and judge one raw document."""
    return judge([parse(raw, rules)], rules)[0]


Story = tuple[Article, Document]


def story(
    *texts: str, publisher: Publisher | None = None, tags: Mapping[int, str] | None = None, kind: Kind = "text"
) -> Story:
    """Return an article of such blocks, and its document."""
    return of_blocks(
        [Block(at, at + 1, 0, 0, text, (tags or {}).get(at, "")) for at, text in enumerate(texts)], kind, publisher
    )


def of_blocks(
    blocks: Sequence[Block], kind: Kind = "text", publisher: Publisher | None = None, frame: Sequence[Removal] = ()
) -> Story:
    """Return an article that has all blocks of its document."""
    document = Document(
        path="a.txt", record="", row=1, kind=kind, sha256="", encoding="utf-8", text="", gap="\n\n", blocks=tuple(blocks),
        repairs=((),) * len(blocks), metadata=Metadata(), extra="{}",
    )  # fmt: skip
    return Article(0, Metadata(), publisher, 0, len(blocks), tuple(frame)), document


def results(path: Path, reading: Reading = Reading(), size: int = 1 << 20) -> list[FormatResult]:
    """Return the raw documents and rejects of the files that a path stands for."""
    sources = find([str(path)], reading).sources
    return [one for source in sources for share in shares(source, reading, size) for one in read(share, reading)]


def write(path: Path, text: str) -> Path:
    """Write a file, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


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
        handlers = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
        with pytest.raises(SystemExit) as exited:
            main()
        for number, handler in handlers.items():  # a command leaves those of a process that is about to end
            signal.signal(number, handler)
        sys.stdout.flush()
        out, err = capfd.readouterr()
        return Result(int(exited.value.code or 0), out, err)

    return run_


@pytest.fixture(scope="session")
def cleaner() -> Cleaner:
    return Cleaner()


@pytest.fixture
def sample() -> Path:
    return SAMPLES / "another-belarus.txt"


@pytest.fixture
def golden() -> Callable[[str], str]:
    return lambda name: (GOLDEN / name).read_text(encoding="utf-8")
