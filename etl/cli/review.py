"""`copydesk review`: the report served to one person, whose clicks write verdicts, exceptions and rules."""

import webbrowser
from contextlib import suppress
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import click
from msgspec import structs

from etl.cli import options
from etl.cli.command import GroupedCommand, option
from etl.cli.report import max_size_option, request_of
from etl.cli.terminal import say
from etl.cli.types import Count
from etl.errors import counted

TOKEN_BYTES = 24


@click.command(cls=GroupedCommand)
@options.articles_argument
@option(
    "Output", "--pack", type=click.Path(path_type=Path), required=True, metavar="DIR",
    help="The folder of your pack.  Only rules.toml, copydesk.toml, verdicts.jsonl and an existing verdicts.csv are "
    "written there.",
)  # fmt: skip
@options.audit_option
@options.seed_option
@max_size_option
@option("Server", "--port", type=Count(0, 65535), default=0, metavar="N", help="The port.  [default: a free one]")
@option("Server", "--open/--no-open", "opens", default=True, help="Open the page in the browser.  [default: open]")
def review(articles: Path, pack: Path, port: int, opens: bool, **chosen: Any) -> None:
    """Show a run in the browser, and write verdicts, exceptions and rules as you click.

    \b
    Examples:
      copydesk review clean.jsonl --pack mine/
      copydesk --config mine/copydesk.toml clean pages/ -r mine/ -o again.jsonl
      copydesk audit sample clean.audit.jsonl -o mine/verdicts.csv --no-judge

    Click on a removed line to mark the removal as wrong, or on a kept line to mark the line as furniture (text that
    is not part of the story).  If you draft a rule, the page shows at once what the rule would remove from the articles
    that are loaded.  The page is served only on 127.0.0.1, under an address with a secret token.  ^C ends the review.
    If the folder of --pack has a sample (verdicts.csv), the removals of the sample are shown first, and your verdicts
    are written into verdicts.csv.
    """
    from etl.report.pack_folder import PackFolder
    from etl.report.reading import run_files
    from etl.report.review import Review
    from etl.report.server import ReviewServer
    from etl.report.writing import make_report

    run = run_files(articles, chosen["audit"])
    folder = PackFolder(pack)
    request = structs.replace(
        request_of(run, chosen["max_size"], seed=chosen["seed"]), is_reviewed=True, drawn=frozenset(folder.drawn())
    )
    made = make_report(request)
    review_ = Review(made.articles, folder, request.until)
    with ReviewServer(made.page, review_, token_urlsafe(TOKEN_BYTES), port) as server, suppress(KeyboardInterrupt):
        say(f"{counted(len(made.articles), 'article')} at {server.address}\n^C ends the review")
        if opens:
            webbrowser.open(server.address)
        server.serve_forever()
