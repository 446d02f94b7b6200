"""Types of option values: conversion, and completion in the shell."""

from typing import Any

import click
from click.shell_completion import CompletionItem

from etl.errors import PackError
from etl.reasons import REASONS


class Count(click.IntRange):
    """A whole number of a range."""

    name = "whole number"


class Number(click.FloatRange):
    """A number of a range; `nan`, which is neither below nor above any, is refused."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number.  Raises click.BadParameter."""
        number = super().convert(value, param, ctx)
        if number != number:
            self.fail(f"{value} is not a number", param, ctx)
        return number


class Encoding(click.ParamType):  # type: ignore[type-arg]  # generic since Click 8.4
    """A label of an encoding, as pages and Python use it; "" means that it is detected."""

    name = "encoding"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the label.  Raises click.BadParameter."""
        from etl.decode import given_codec, known_labels
        from etl.packs.locations import did_you_mean

        if value and not (str(value).isascii() and given_codec(value)):
            way_out = did_you_mean(value, known_labels()) or "Write a name such as utf-8 or windows-1252."
            self.fail(f"there is no encoding '{value}'.  {way_out}", param, ctx)
        return str(value)


class RuleNames(click.ParamType):  # type: ignore[type-arg]  # as above
    """Ids of rules, packs, or patterns of ids, with commas between them."""

    name = "rules"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the rules and packs that the last of several names may become."""
        before, comma, last = incomplete.rpartition(",")
        return [CompletionItem(before + comma + name) for name in _names(ctx) if name.startswith(last)]


def _names(ctx: click.Context) -> list[str]:
    from etl.packs import Selection, load_rules

    try:
        rules = load_rules(Selection(packs=ctx.params.get("rules") or ()))
    except PackError:  # a pack that is being written may be invalid
        rules = load_rules(Selection())
    names = {one.name for one in rules} | set(REASONS)
    return sorted({name.partition("/")[0] for name in names} | names)


class PackId(click.ParamType):  # type: ignore[type-arg]  # as above
    """The id of a new pack; "" for none."""

    name = "pack"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the id.  Raises click.BadParameter."""
        import msgspec

        from etl.rules.language import Id

        try:
            return msgspec.convert(value, Id) if value else ""
        except msgspec.ValidationError:
            way_out = "Write lower-case words with dashes between them, such as my-pack."
            self.fail(f"'{value}' is not the id of a pack.  {way_out}", param, ctx)


class CheckName(click.ParamType):  # type: ignore[type-arg]  # as above
    """The id of a check, or a pattern of ids.  The code that uses it checks it."""

    name = "check"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the checks that a name may become."""
        from etl.check.checks import CHECKS

        return [CompletionItem(check) for check in CHECKS if check.startswith(incomplete)]


class File(click.Path):
    """A file, for completion.  The code that uses it checks it."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path as it is."""
        return value


class Folder(File):
    """A folder of this machine, for completion.  The code that uses it checks the rest."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path as it is.  Raises click.BadParameter for an address: a folder "s3:" would be made here."""
        from etl.formats.stores import has_scheme

        if has_scheme(str(value)):
            self.fail(f"'{value}' is an address.  Give a folder of this machine.", param, ctx)
        return value


class Output(click.Path):
    """An output.  An option in its place ("-o -f") is refused, because a file with such a name is hard to remove."""

    def __init__(self) -> None:
        super().__init__(readable=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path.  Raises click.BadParameter."""
        if str(value).startswith("-") and value != "-":
            self.fail(f"'{value}' looks like an option.  For a file of this name, write ./{value}", param, ctx)
        return super().convert(value, param, ctx)


class Target(Output):
    """A file or folder to write; "-" or no name means standard output."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path, or "" for standard output.  Raises click.BadParameter."""
        path = super().convert(value, param, ctx)
        return "" if path == "-" else path


class Place(click.Path):
    """FILE:LINE; for a file of records, FILE:ROW:LINE or FILE:ID:LINE."""

    name = "place"
