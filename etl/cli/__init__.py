"""The command line: from options to an exit code.  Decisions are made in lower layers."""
