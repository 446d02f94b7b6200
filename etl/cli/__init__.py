"""The command line: options in, exit code out; every decision is made elsewhere."""

from etl.cli.main import main

__all__ = ["main"]
