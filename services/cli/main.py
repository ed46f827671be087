"""`ichi`: every command, by what it is about."""

import click

from services.cli import facts, forms, logs, serving, tokens
from services.cli.common import Commands


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="ichi", prog_name="ichi")
def main() -> None:
    """市（いち）: 区の自主製品販売部会の記録と活動報告.

    はじめての方は「ichi demo」をお試しください。台帳は「141062-hanbai」のような名前か、
    「hodogaya」のような区の呼び名で指定します。
    """


for command in (
    serving.demo,
    serving.serve,
    serving.migrate,
    logs.log,
    forms.read,
    forms.import_,
    forms.report,
    facts.publish,
    facts.events,
    tokens.token,
    logs.rebuild,
    logs.verify,
):
    main.add_command(command)
