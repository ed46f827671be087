"""The command line on a database of its own."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from services.cli.main import main
from shared.postgres import Urls

Ichi = Callable[..., Result]


@pytest.fixture
def ichi(urls: Urls, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Ichi:
    """Run `ichi` with these arguments; the databases are the test's."""
    monkeypatch.setenv("ICHI_DATA", str(tmp_path / "data"))
    for name, url in {
        "ICHI_DATABASE_URL": urls.application,
        "ICHI_OWNER_URL": urls.owner,
        "ICHI_NAMES_URL": urls.names,
        "ICHI_NAMES_OWNER_URL": urls.names_owner,
    }.items():
        assert url is not None
        monkeypatch.setenv(name, url)

    def run(*arguments: str, stdin: bytes | None = None, code: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments), input=stdin)
        assert result.exit_code == code, result.output + str(result.exception)
        assert "Traceback" not in result.output
        return result

    return run


@pytest.fixture
def opened(ichi: Ichi) -> Ichi:
    """The same, with 保土ケ谷区's log open."""
    ichi("log", "create", "hodogaya")
    return ichi
