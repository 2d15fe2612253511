"""Click in two languages: commands, options and arguments with help in the language in use.

Help texts are written in English at the command; the Chinese ones stand in `batch/texts/zh/`. Click's own help and
error texts know no Chinese and measure Chinese characters as one cell, so both are written here.
"""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from batch.cli.option_faults import together
from batch.cli.views.text_width import cells, pad, wrap
from payengine.errors import UsageError
from payengine.suggest import hint, question
from payengine.texts import in_quotes, joined, say

if TYPE_CHECKING:
    WordType = click.ParamType[str]
    NumberType = click.ParamType[int]
else:  # not generic in older versions of click
    WordType = NumberType = click.ParamType

WIDEST = 100  # columns of a help text


class Argument(click.Argument):
    """A positional argument with a help text, which click has only from 8.5."""

    def __init__(self, param_decls: Sequence[str], *, about: str, **attributes: Any) -> None:
        super().__init__(param_decls, **attributes)
        self.about = about


class Choice(WordType):
    """An option's type: one of a few words."""

    name = "word"

    def __init__(self, *words: str) -> None:
        self.words = words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value in self.words:
            return str(value)
        self.fail(
            say("{value} is none of {known}", value=in_quotes(value), known=joined(self.words))
            + hint(str(value), self.words),
            param,
            ctx,
        )


class WholeNumber(NumberType):
    """An option's type: a whole number from `least` to `most`, also as 1_000_000 or 1,000,000."""

    name = "number"

    def __init__(self, least: int = 0, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        digits = str(value).replace(",", "").replace("_", "")
        if not (digits.isascii() and digits.isdecimal()) or int(digits) < self.least:
            self.fail(
                say("{value} is not a whole number of at least {least}", value=in_quotes(value), least=self.least),
                param,
                ctx,
            )
        if self.most is not None and int(digits) > self.most:
            self.fail(say("{value} is more than {most}", value=in_quotes(value), most=self.most), param, ctx)
        return int(digits)


class _BilingualHelp:
    """Help in the language in use, for commands and groups."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(help_text(ctx))


def help_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate with `--help`; click's own writes UTF-8 to every terminal."""

    def show(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value and not ctx.resilient_parsing:
            print(ctx.get_help())
            ctx.exit()

    return click.option(
        "-h",
        "--help",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help="Show this message and exit.",
    )(function)


class Command(_BilingualHelp, click.Command):
    """A command that reports too many words on the line in the language in use."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True
        given = list(args)
        try:
            rest = super().parse_args(ctx, args)
        except (click.BadParameter, click.MissingParameter) as error:
            raise together(self._faults(ctx, given) or [localized(error)], _see_help(ctx)) from error
        if ctx.args and not ctx.resilient_parsing:
            raise UsageError(say("too many words: {words}", words=" ".join(ctx.args)), remedy=_see_help(ctx))
        return rest

    def _faults(self, ctx: click.Context, args: list[str]) -> list[UsageError]:
        """Read the line again for every missing or wrong value; click stops at the first."""
        given, rest, order = self.make_parser(ctx).parse_args(args=args)
        found = []
        for parameter in click.core.iter_params_for_processing(order, self.get_params(ctx)):
            try:
                _, rest = parameter.handle_parse_result(ctx, given, rest)
            except (click.BadParameter, click.MissingParameter) as error:
                found.append(localized(error))
        several = [UsageError(one.what, one.problems) for one in found]  # one way to the help for all of them
        return several if len(several) > 1 else found


class Group(_BilingualHelp, click.Group):
    """A group of commands, each in a module that is imported when the command is used.

    `where` maps a command's name to ("module:name", one line of help), in the order in which help lists them.
    """

    def __init__(self, *args: Any, where: dict[str, tuple[str, str]] | None = None, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.where = where or {}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.where, *(name for name in self.commands if name not in self.where)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in self.where:
            from importlib import import_module

            module, _, name = self.where[cmd_name][0].partition(":")
            self.add_command(getattr(import_module(module), name), cmd_name)
        return super().get_command(ctx, cmd_name)

    def about(self, ctx: click.Context, name: str) -> str:
        """Give one line on a command, without importing it."""
        if name in self.where:
            return say(self.where[name][1])
        return say(paragraphs(self.commands[name])[0])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in (known := self.list_commands(ctx)):
            raise UsageError(
                say("there is no command {name}", name=args[0]),
                remedy=question(args[0], known) or _see_help(ctx),
            )
        return super().resolve_command(ctx, args)


def argument(name: str, about: str, **attributes: Any) -> Callable[[Any], Any]:
    """Decorate with a positional argument and its help text."""
    return click.argument(name, cls=Argument, about=about, **attributes)


def help_text(ctx: click.Context) -> str:
    """Write the help of a command: usage, description, arguments, options, commands."""
    command = ctx.command
    width = min(WIDEST, shutil.get_terminal_size().columns - 1)
    pieces = " ".join(command.collect_usage_pieces(ctx))
    lines = [say("Usage: {command} {words}", command=ctx.command_path, words=pieces), ""]
    for paragraph in paragraphs(command):
        lines += [*(f"  {line}" for line in wrap(say(paragraph), width - 2)), ""]
    parameters = command.get_params(ctx)
    arguments = [
        (parameter.make_metavar(ctx), say(parameter.about))
        for parameter in parameters
        if isinstance(parameter, Argument)
    ]
    options = []
    for parameter in parameters:
        record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
        if record is not None and isinstance(parameter, click.Option):
            options.append((record[0], say(parameter.help or "")))
    commands: list[tuple[str, str]] = []
    if isinstance(command, Group):
        commands = [(name, command.about(ctx, name)) for name in command.list_commands(ctx)]
    for title, rows in ((say("Arguments:"), arguments), (say("Options:"), options), (say("Commands:"), commands)):
        if rows:
            lines += [title, *_columns(rows, width), ""]
    return "\n".join(lines)


def paragraphs(command: click.Command) -> list[str]:
    """Split a command's help into paragraphs, each on one line, as translations know them."""
    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(command.help or "").split("\n\n")]


def _columns(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    rows = list(rows)
    first = min(max(cells(name) for name, _ in rows), 30)
    lines = []
    for name, about in rows:
        wrapped = wrap(about, max(width - first - 4, 20))
        if cells(name) > first:
            lines.append(f"  {name}")
            name = ""
        lines += [f"  {pad(name if index == 0 else '', first)}  {line}".rstrip() for index, line in enumerate(wrapped)]
    return lines


def _see_help(ctx: click.Context) -> str:
    return say("See {command} --help.", command=ctx.command_path)


def localized(error: click.UsageError) -> UsageError:
    """Translate a usage error of click; add the nearest name or the way to the help."""
    remedy = _see_help(error.ctx) if error.ctx is not None else ""
    if isinstance(error, click.NoSuchOption):
        remedy = question(error.option_name, error.possibilities or ()) or remedy
        return UsageError(say("there is no option {name}", name=error.option_name), remedy=remedy)
    if isinstance(error, click.MissingParameter):
        return UsageError(say("{name} is missing", name=_name(error.param, error.ctx)), remedy=remedy)
    if isinstance(error, click.BadParameter):
        return UsageError(say("{name}: {text}", name=_name(error.param, error.ctx), text=error.message), remedy=remedy)
    if isinstance(error, click.BadOptionUsage):
        return UsageError(say("{name} needs a value, or other ones", name=error.option_name), remedy=remedy)
    return UsageError(error.format_message(), remedy=remedy)


def _name(parameter: click.Parameter | None, ctx: click.Context | None) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    if parameter is None:
        return ""
    return parameter.make_metavar(ctx) if ctx is not None else parameter.human_readable_name.upper()
