"""What the environment says, read once."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from shared.errors import BadSetting

NODE = re.compile(r"[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?")
LAST_PORT = 65535


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Each field is the variable `ICHI_<FIELD>`; without a database URL the server is our own."""

    data: Path = Path("var")
    database_url: str | None = None
    owner_url: str | None = None
    names_url: str | None = None
    names_owner_url: str | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    wards: Path | None = None
    holidays: Path | None = None
    node: str = "local"
    keys: Path = Path("var/keys")
    checkpoints: Path = Path("var/checkpoints")


def read_settings(environ: Mapping[str, str]) -> Settings:
    """Read every variable, an empty one as if unset.

    Raises `BadSetting`.
    """
    found = {
        field: value
        for field in Settings.__struct_fields__
        if (value := environ.get(variable(field), "").strip())
    }
    database_url = _url(found, "database_url")
    if database_url is None:
        for field in ("owner_url", "names_url", "names_owner_url"):
            if field in found:
                why = f"{variable(field)} を使うときは、これも必要です"
                raise BadSetting(variable("database_url"), why)
    data = Path(found.get("data", "var")).absolute()
    return Settings(
        data=data,
        database_url=database_url,
        owner_url=_url(found, "owner_url"),
        names_url=_url(found, "names_url"),
        names_owner_url=_url(found, "names_owner_url"),
        host=found.get("host", "127.0.0.1"),
        port=_port(found.get("port", "8000")),
        wards=_file(found, "wards"),
        holidays=_file(found, "holidays"),
        node=_node(found.get("node", "local")),
        keys=Path(found.get("keys", data / "keys")).absolute(),
        checkpoints=Path(found.get("checkpoints", data / "checkpoints")).absolute(),
    )


def variable(field: str) -> str:
    return f"ICHI_{field.upper()}"


def _url(found: Mapping[str, str], field: str) -> str | None:
    text = found.get(field)
    if text is None:
        return None
    example = "postgresql://利用者:合言葉@ホスト/データベース の形で書いてください"
    try:
        parts = urlsplit(text)
    except ValueError:
        raise BadSetting(variable(field), example) from None
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise BadSetting(variable(field), example)
    if not parts.username:
        raise BadSetting(variable(field), f"利用者の名前がありません。{example}")
    return text


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= LAST_PORT):
        raise BadSetting(variable("port"), f"1 から {LAST_PORT} までの数を書いてください")
    return int(text)


def _file(found: Mapping[str, str], field: str) -> Path | None:
    if field not in found:
        return None
    path = Path(found[field]).absolute()
    if not path.is_file():
        raise BadSetting(variable(field), f"ファイル {path} がありません")
    return path


def _node(text: str) -> str:
    if not NODE.fullmatch(text):
        raise BadSetting(variable("node"), "半角の英小文字と数字、. と - だけで書いてください")
    return text
