"""The environment is read once, and what is malformed is fatal at start."""

from pathlib import Path

import pytest

from shared.errors import BadSetting
from shared.settings import Settings, read_settings

APP = "postgresql://ichi_app@db/ichi"
NAMES = "postgresql://ichi_app@db/ichi_names"


def test_an_empty_environment_is_the_embedded_server_on_this_machine_only() -> None:
    settings = read_settings({})
    var = Path.cwd() / "var"
    assert settings == Settings(data=var, keys=var / "keys", checkpoints=var / "checkpoints")
    assert (settings.host, settings.port, settings.node) == ("127.0.0.1", 8000, "local")


def test_an_empty_variable_is_as_if_unset() -> None:
    assert read_settings({"ICHI_PORT": "", "ICHI_DATABASE_URL": " "}) == read_settings({})


def test_every_variable_arrives(tmp_path: Path) -> None:
    wards = tmp_path / "wards.csv"
    wards.touch()
    assert read_settings(
        {
            "ICHI_DATA": str(tmp_path),
            "ICHI_DATABASE_URL": APP,
            "ICHI_OWNER_URL": "postgresql://ichi_owner:x@db/ichi",
            "ICHI_NAMES_URL": NAMES,
            "ICHI_NAMES_OWNER_URL": "postgresql://ichi_owner:x@db/ichi_names",
            "ICHI_HOST": "::1",
            "ICHI_PORT": "80",
            "ICHI_WARDS": str(wards),
            "ICHI_HOLIDAYS": str(wards),
            "ICHI_NODE": "hodogaya-1.example.jp",
            "ICHI_KEYS": "/etc/ichi",
            "ICHI_CHECKPOINTS": "/mnt/elsewhere",
        }
    ) == Settings(
        data=tmp_path,
        database_url=APP,
        owner_url="postgresql://ichi_owner:x@db/ichi",
        names_url=NAMES,
        names_owner_url="postgresql://ichi_owner:x@db/ichi_names",
        host="::1",
        port=80,
        wards=wards,
        holidays=wards,
        node="hodogaya-1.example.jp",
        keys=Path("/etc/ichi"),
        checkpoints=Path("/mnt/elsewhere"),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ICHI_PORT", "http"),
        ("ICHI_PORT", "0"),
        ("ICHI_PORT", "65536"),
        ("ICHI_PORT", "８０００"),
        ("ICHI_DATABASE_URL", "mysql://ichi@db/ichi"),
        ("ICHI_DATABASE_URL", "postgresql://ichi@db"),
        ("ICHI_DATABASE_URL", "postgresql:///ichi"),
        ("ICHI_DATABASE_URL", "postgresql://ichi@[db/ichi"),
        ("ICHI_WARDS", "nowhere.csv"),
        ("ICHI_HOLIDAYS", "nowhere.csv"),
        ("ICHI_NODE", "保土ケ谷"),
        ("ICHI_NODE", "-a"),
    ],
)
def test_a_malformed_variable_is_named(name: str, text: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: text})


@pytest.mark.parametrize("name", ["ICHI_OWNER_URL", "ICHI_NAMES_URL", "ICHI_NAMES_OWNER_URL"])
def test_another_database_is_never_half_configured(name: str) -> None:
    with pytest.raises(BadSetting, match="ICHI_DATABASE_URL"):
        read_settings({name: NAMES})
