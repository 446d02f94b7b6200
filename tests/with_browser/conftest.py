"""A real browser, and runs for it to show.  `tox -e browser` runs the tests of this folder."""

import json
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, expect, sync_playwright

from etl.cli.main import main

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# Milliseconds.  A machine that does something else as well is slow.
MAX_WAIT = 20_000
PLACES = ("Harwick", "Skerra", "Oldmere", "Pennock", "Tarn", "Vell", "Lindholm", "Corran", "Elling", "Garrow")
PEOPLE = ("Marta Oake", "Jon Brill", "Ana Sorrel", "Peter Vann", "Lise Holm", "Tomas Reed", "Ida Farrow", "Karl Moss")
THINGS = ("ferry", "bridge", "school", "library", "market", "harbour", "railway", "hospital", "theatre", "museum")
VERBS = ("closed", "reopened", "expanded", "sold", "repaired", "rebuilt", "moved", "flooded")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SITES = ("Harwick Post", "Skerra Times", "The Oldmere Herald", "Coast & County", "Tarn Observer")
PROSE = (
    "Residents of {place} learned on {day} that the {thing} will be {verb} after {number} years.",
    "{person}, who has worked at the {thing} for {number} years, said that nobody in {place} had expected the news.",
    "The county estimates the cost at {number} million crowns, of which {place} will pay a third and the state the rest.",
    "“We have waited for this since {day},” said {person}, “and the {thing} has waited longer than any of us.”",
    "A survey of {number} households found that most of {place} uses the {thing} at least once a week.",
    "Not everyone agrees: {person} of the traders’ association in {place} fears that {number} shops will lose customers.",
)
FURNITURE = (
    "Read more: What the {thing} means for {place}",
    "Image caption\n\n{person} at the {thing} in {place}",
    "Advertisement",
    "Sign up for our newsletter",
    "Media playback is unsupported on your device",
    "READ MORE: {place} council and the {thing}",
)


def stories(count: int) -> Iterator[dict[str, str]]:
    """Yield made-up news: prose with furniture in it, and some paragraphs of earlier stories."""
    rng = random.Random(19)
    earlier: list[str] = []

    def filled(pattern: str) -> str:
        return pattern.format(
            place=rng.choice(PLACES), person=rng.choice(PEOPLE), thing=rng.choice(THINGS), verb=rng.choice(VERBS),
            day=rng.choice(DAYS), number=rng.randint(2, 900),
        )  # fmt: skip

    for number in range(count):
        blocks = []
        for _ in range(rng.choice((3, 5, 8))):
            blocks.append(f"{filled(rng.choice(PROSE))} {filled(rng.choice(PROSE))}")
            if rng.random() < 0.4:
                blocks.append(filled(rng.choice(FURNITURE)))
        if earlier and rng.random() < 0.1:
            blocks.insert(1, f"{rng.choice(earlier)} Nobody objected.")
        earlier = [*earlier[-99:], blocks[0]]
        headline = filled("{place} {thing} {verb}") + f", part {number}"
        yield {"id": f"n{number}", "title": headline, "text": "\n\n".join(blocks), "site_name": rng.choice(SITES)}


Command = Callable[..., None]


@pytest.fixture(scope="session")
def copydesk() -> Command:
    """Run a command line, which must succeed."""

    def run(*words: object) -> None:
        before, sys.argv = sys.argv, ["copydesk", *map(str, words)]
        try:
            with pytest.raises(SystemExit) as exited:
                main()
        finally:
            sys.argv = before
        assert not exited.value.code, words

    return run


@pytest.fixture(scope="session")
def run_of_2000(copydesk: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The articles of a run of 2,000 stories."""
    folder = tmp_path_factory.mktemp("news")
    (folder / "in.jsonl").write_text("".join(json.dumps(one) + "\n" for one in stories(2_000)), encoding="utf-8")
    copydesk("clean", folder / "in.jsonl", "-o", folder / "clean.jsonl", "-q")
    return folder / "clean.jsonl"


@pytest.fixture(scope="session")
def large_report(copydesk: Command, run_of_2000: Path) -> str:
    """The address of the report of 2,000 articles."""
    page = run_of_2000.with_name("report.html")
    copydesk("report", run_of_2000, "-o", page)
    return page.as_uri()


@pytest.fixture(scope="session")
def sample_run(copydesk: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The articles of the sample."""
    articles = tmp_path_factory.mktemp("sample") / "clean.jsonl"
    copydesk("clean", Path(__file__).parent.parent.parent / "samples/another-belarus.txt", "-o", articles, "-q")
    return articles


@pytest.fixture(scope="session")
def sample_report(copydesk: Command, sample_run: Path) -> str:
    """The address of the report of the sample."""
    copydesk("report", sample_run, "-o", sample_run.with_name("report.html"))
    return sample_run.with_name("report.html").as_uri()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.fail("these tests need a browser, and there is none: apt-get install chromium", pytrace=False)
    expect.set_options(timeout=MAX_WAIT)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []  # Chromium refuses its sandbox to root
        browser = playwright.chromium.launch(executable_path=found, args=arguments)
        yield browser
        browser.close()


Open = Callable[..., Page]


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Open addresses; at the end no page has complained, opened a dialog, or asked for anything but itself."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_(address: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **options})
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        contexts.append(context)
        page = context.new_page()
        origin = address.split("?")[0].rsplit("/", 1)[0]

        def asked(request: Request) -> None:
            if not request.url.startswith(origin):
                faults.append(request.url)

        def opened(dialog: Dialog) -> None:
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", opened)
        page.on("request", asked)
        page.goto(address)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core."""
    return files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
