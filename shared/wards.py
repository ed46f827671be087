"""The wards of the city and its holidays: data that another city replaces by its own files."""

import re
import unicodedata
from pathlib import Path
from typing import TypeVar

import msgspec

from shared.domain.calendar import Calendar
from shared.errors import BadSetting

DATA = Path(__file__).parent / "data"
COMMITTEE = "hanbai"
"""The committee meant where only a ward is named: 自主製品販売部会."""
T = TypeVar("T")
LOG_NAME = re.compile(r"([0-9]{6})-([a-z][a-z0-9]{1,30})")


class Municipality(msgspec.Struct, frozen=True):
    """`code` has six digits with its check digit; `alias` is what people type."""

    code: str
    name: str
    kana: str
    alias: str


class Wards(msgspec.Struct, frozen=True):
    """A city and its wards, in the city's usual order."""

    city: Municipality
    wards: tuple[Municipality, ...]

    def of_code(self, code: str) -> Municipality | None:
        """The ward (or the city itself) with this code."""
        return next((each for each in (*self.wards, self.city) if each.code == code), None)

    def of_name(self, name: str) -> Municipality | None:
        """The ward that people call so; 保土ヶ谷 finds 保土ケ谷."""
        wanted = _folded(name)
        return next((each for each in self.wards if _folded(each.name) == wanted), None)

    def name_of(self, code: str) -> str:
        """What the report prints for a code; the code itself where it is not of this city."""
        found = self.of_code(code)
        return code if found is None else found.name

    def log_name(self, text: str) -> str:
        """A log's name from its alias: `hodogaya`, `hodogaya-hanbai`; anything else as it is."""
        alias, _, committee = text.partition("-")
        for each in (*self.wards, self.city):
            if each.alias == alias:
                return f"{each.code}-{committee or COMMITTEE}"
        return text

    def label_of(self, log: str) -> str:
        """The ward of a log, for people."""
        found = LOG_NAME.fullmatch(log)
        return log if found is None else self.name_of(found.group(1))


def load_wards(path: Path | None) -> Wards:
    """Read the city's own file, or the one that comes with the product; raises `BadSetting`."""
    return _load(path or DATA / "wards.json", "ICHI_WARDS", Wards)


def load_calendar(path: Path | None) -> Calendar:
    """Read the city's own holidays, or those that come with the product; raises `BadSetting`."""
    return _load(path or DATA / "holidays.json", "ICHI_HOLIDAYS", Calendar)


def _load(path: Path, variable: str, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise BadSetting(variable, f"{path} を読み取れません（{error}）") from error


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).replace("ヶ", "ケ").strip()
