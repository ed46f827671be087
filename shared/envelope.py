"""The strict half of the door: bytes to CloudEvents 1.0 to facts, or a reason in Japanese."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

import msgspec

from shared.canonical import FIRST_DAY, LAST_DAY, canonical, canonical_fact, without
from shared.domain.base import Fact
from shared.domain.catalogue import FACTS, decode
from shared.domain.fact import Corrected
from shared.errors import Malformed, TooLarge, WrongMediaType
from shared.strictjson import escaped, strict_json

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
MAX_BYTES = 1 << 20
MAX_EVENTS = 1000

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """CloudEvents 1.0, JSON format; `time` is accepted and not kept: the log has its own."""

    specversion: Literal["1.0"]
    id: str
    source: str
    type: str
    data: msgspec.Raw
    subject: str | None = None
    time: datetime | None = None
    datacontenttype: Literal["application/json"] | None = None


class Proposal(msgspec.Struct, frozen=True, gc=False):
    """A fact that somebody wants admitted, with the exact bytes of its `data`."""

    id: UUID
    fact: Fact
    body: bytes
    pointer: str = ""
    """Where in the request it stood."""


ATTRIBUTES = frozenset(Envelope.__struct_fields__)
_one = msgspec.json.Decoder(Envelope)
_many = msgspec.json.Decoder(list[Envelope])


def proposal(event: UUID, fact: Fact, pointer: str = "") -> Proposal:
    """A fact from our own hand (a form, an import) at the same door; raises `Malformed`."""
    body = msgspec.json.encode(fact)
    return Proposal(event, _fact(body, f"{pointer}/data"), body, pointer)


def parse(log: str, content_type: str, body: bytes) -> list[Proposal]:
    """Read one CloudEvent or a batch; raises `Malformed`, `TooLarge`, `WrongMediaType`."""
    media_type, _, parameters = content_type.partition(";")
    media_type = media_type.strip().lower()
    if media_type not in {STRUCTURED, BATCH} or not _is_utf8(parameters):
        raise WrongMediaType
    if len(body) > MAX_BYTES:
        raise TooLarge
    if media_type == STRUCTURED:
        envelope = _decode(_one, body)
        return [_proposal(log, envelope, _around(body, [envelope]), "")]
    envelopes = _decode(_many, body)
    plain = _around(body, envelopes)
    if not envelopes:
        raise Malformed("記録が一つもありません。events を一つ以上送ってください")
    if len(envelopes) > MAX_EVENTS:
        raise TooLarge(f"一度に送れる記録は {MAX_EVENTS} 件までです。分けて送ってください")
    proposals = [
        _proposal(log, envelope, plain[n], f"/{n}") for n, envelope in enumerate(envelopes)
    ]
    seen: set[UUID] = set()
    for n, proposed in enumerate(proposals):
        if proposed.id in seen:
            raise Malformed("同じ id が二度使われています", pointer=f"/{n}/id")
        seen.add(proposed.id)
    return proposals


def _decode(decoder: "msgspec.json.Decoder[Any]", body: bytes) -> Any:  # noqa: ANN401 - its own type
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, RecursionError) as error:
        strict_json(body)  # which may have more to say
        if isinstance(error, msgspec.ValidationError):
            raise _malformed(error, "") from error
        raise Malformed from error


def _around(body: bytes, envelopes: Sequence[Envelope]) -> Any:  # noqa: ANN401 - any JSON value
    """The JSON around the data, read strictly; the data are looked at each for themselves."""
    data = [bytes(envelope.data) for envelope in envelopes]
    if not all(each.startswith(b"{") for each in data):
        return strict_json(body)
    around = without(body, data)
    found = canonical(around)
    return strict_json(around) if found is None else found


def _proposal(log: str, envelope: Envelope, plain: dict[str, Any], pointer: str) -> Proposal:
    if not plain.keys() <= ATTRIBUTES:
        for name in plain.keys() - ATTRIBUTES:
            raise Malformed(UNKNOWN, pointer=f"{pointer}/{escaped(name)}")
    if not UUID_FORM.fullmatch(envelope.id):
        raise Malformed(
            "id は小文字の UUID（できれば第7版）にしてください", pointer=f"{pointer}/id"
        )
    if envelope.source not in (f"/v1/logs/{log}", log):
        raise Malformed(
            f"source は送り先の台帳（/v1/logs/{log}）と同じにしてください",
            pointer=f"{pointer}/source",
        )
    body = bytes(envelope.data)
    fact = _fact(body, f"{pointer}/data")
    if envelope.type != fact.tag():
        raise Malformed(
            "type が data の type と違います。同じにしてください", pointer=f"{pointer}/type"
        )
    if envelope.subject is not None and envelope.subject != fact.subject:
        raise Malformed(
            f"subject は {fact.subject} のはずです。直すか、取り除いてください",
            pointer=f"{pointer}/subject",
        )
    return Proposal(msgspec.convert(envelope.id, UUID), fact, body, pointer)


def _fact(body: bytes, data: str) -> Fact:
    """The fact in a body; raises `Malformed`, its pointer below `data`."""
    return canonical_fact(body) or strict_fact(body, data)


def strict_fact(body: bytes, data: str) -> Fact:
    """The same the long way, which takes any spelling of JSON."""
    try:
        sent = strict_json(body)
    except Malformed as error:
        error.pointer = f"{data}{error.pointer}"
        raise
    if not isinstance(sent, dict):
        raise Malformed("data は項目の集まり（オブジェクト）にしてください", pointer=data)
    if not isinstance(sent.get("type"), str) or sent["type"] not in FACTS:
        raise Malformed(
            "記録の種類 type が正しくありません。/schema の一覧を見てください",
            pointer=f"{data}/type",
        )
    try:
        fact = decode(body)
    except msgspec.ValidationError as error:
        raise _malformed(error, data) from error
    _require_plain(sent, msgspec.to_builtins(fact), data)
    _require_near(fact, data)
    year = fact.fact.year if isinstance(fact, Corrected) else fact.year
    if year is not None and not FIRST_DAY.year <= year < LAST_DAY.year:
        raise Malformed(f"{FIRST_DAY} から {LAST_DAY} までのことにしてください", pointer=data)
    return fact


def _require_plain(sent: object, read: object, pointer: str) -> None:
    """Raise `Malformed` where the bytes say more than the fact, or say it in another form.

    What is stored for ever has one spelling: an id in capitals is the same id, but other bytes.
    """
    if isinstance(sent, dict) and isinstance(read, dict):
        for key, value in sent.items():
            inside = f"{pointer}/{escaped(key)}"
            if key not in read:
                raise Malformed(UNKNOWN, pointer=inside)
            _require_plain(value, read[key], inside)
    elif isinstance(sent, list) and isinstance(read, list | tuple):
        for n, (value, counterpart) in enumerate(zip(sent, read, strict=True)):
            _require_plain(value, counterpart, f"{pointer}/{n}")
    elif sent != read:
        raise Malformed(f"{read} と書いてください", pointer=pointer)


def _require_near(value: object, pointer: str) -> None:
    """Raise `Malformed` for a day in no fiscal year that anybody could ask about."""
    if isinstance(value, date) and not FIRST_DAY <= value <= LAST_DAY:
        raise Malformed(f"日付は {FIRST_DAY} から {LAST_DAY} までにしてください", pointer=pointer)
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            _require_near(getattr(value, name), f"{pointer}/{name}")
    elif isinstance(value, tuple):
        for n, item in enumerate(value):
            _require_near(item, f"{pointer}/{n}")


def _is_utf8(parameters: str) -> bool:
    """Whether no other character set is named; JSON is UTF-8 (RFC 8259, 8.1)."""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip(' "').lower() not in {"utf-8", "utf8"}:
            return False
    return True


UNKNOWN = "知らない項目です。書き間違いでなければ取り除いてください"
REASONS = (
    (r"missing required field `(.+?)`", "必要な項目 {0} がありません。書き加えてください"),
    (r"Invalid UUID", "ID は UUID の形で書いてください"),
    (r"Invalid RFC3339 encoded date$", "日付は 2025-10-20 の形で、実在する日を書いてください"),
    (r"Invalid RFC3339", "日時は 2025-10-20T09:00:00+09:00 の形で書いてください"),
    (r"Invalid enum value (.+)", "選べる値ではありません（{0}）"),
    (r"Invalid value (.+)", "選べる値ではありません（{0}）"),
    (r"`str` of length >= 1", "空のままです。書き込んでください"),
    (r"`str` of length <= (\d+)", "長すぎます。{0} 文字までにしてください"),
    (r"`str` matching regex", "書き方が決まった形と違います"),
    (r"`int` >= (-?\d+)", "数は {0} 以上にしてください"),
    (r"`int` <= (\d+)", "数は {0} 以下にしてください"),
    (r"`array` of length >= (\d+)", "{0} 個以上書いてください"),
    (r"`array` of length <= (\d+)", "{0} 個までにしてください"),
    (r"Expected `(.+?)`, got `(.+?)`", "型が違います（{0} のところに {1}）"),
)


def _malformed(error: msgspec.ValidationError, pointer: str) -> Malformed:
    """Say msgspec's English reason ("… - at `$.day`") in Japanese, with a JSON pointer."""
    reason, _, path = str(error).partition(" - at `")
    # "$.payments[0].yen"; "key` in `$.members" and "$.members[...]" do not say which key
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        pointer += f"/{name or index}"
    for pattern, message in REASONS:
        if found := re.search(pattern, reason):
            if "missing required" in pattern:
                pointer += f"/{found.group(1)}"
            return Malformed(message.format(*(g[:50] for g in found.groups())), pointer=pointer)
    return Malformed("内容を読み取れません。/schema の例と見比べてください", pointer=pointer)
