"""The command line: from options to an exit code.  Decisions are made in lower layers."""

from etl.cli.main import main

__all__ = ["main"]
