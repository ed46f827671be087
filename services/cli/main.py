"""`ichi`: every command, by what it is about; a command's module is imported when it is called."""

from importlib import import_module

import click

from services.cli.common import Commands

COMMANDS = {
    "demo": "serving:demo",
    "serve": "serving:serve",
    "migrate": "serving:migrate",
    "log": "logs:log",
    "read": "forms:read",
    "import": "forms:import_",
    "report": "forms:report",
    "publish": "facts:publish",
    "events": "facts:events",
    "token": "tokens:token",
    "freshness": "logs:freshness",
    "rebuild": "logs:rebuild",
    "verify": "verifying:verify",
    "key": "verifying:key",
}


class Ichi(Commands):
    """The commands in the order of first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's own signature
        """Every command's name."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of this name; None where there is none."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(f"services.cli.{module}"), name)
        return command


@click.group(cls=Ichi, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ichi", prog_name="ichi")
def main() -> None:
    """市（いち）: 区の自主製品販売部会の記録と活動報告。

    はじめての方は「ichi demo」をお試しください。台帳は「141062-hanbai」のような名前か、
    「hodogaya」のような区の呼び名で指定します。
    """
