# ruff: noqa: INP001 - a file to be taken elsewhere, not a module
"""Check a file of `ichi verify --export` with nothing but Python: verify_export.py FILE [VKEY].

VKEY is the node's key as it came from the node itself (`ichi key`); without it the file's own key
is believed. What is checked, and how it is written, stands in the README under "The bytes".
"""

import json
import sys
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from hashlib import sha256, sha512
from pathlib import Path
from uuid import UUID

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493  # the field and the group
D = -121665 * pow(121666, -1, P) % P
BASE = (4 * pow(5, -1, P) % P).to_bytes(32, "little")


class Bad(ValueError):
    """What is wrong, for people."""


def must(holds: object, why: str) -> None:
    if not holds:
        raise Bad(why)


def point_of(data: bytes) -> tuple:
    """A point of the curve from its 32 bytes: X, Y, Z and T = XY/Z."""
    y, odd = int.from_bytes(data, "little") % 2**255, data[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    must(y < P and x * x % P == square and (x or not odd), "署名が正しくありません")
    return (x if x % 2 == odd else P - x), y, 1, (x if x % 2 == odd else P - x) * y % P


def add(p: tuple, q: tuple) -> tuple:
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * D, 2 * p[2] * q[2]
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number: int, point: tuple) -> tuple:
    total = (0, 1, 1, 0)
    for bit in range(number.bit_length() - 1, -1, -1):
        total = add(total, total)
        total = add(total, point) if number >> bit & 1 else total
    return total


def is_signed(key: bytes, text: bytes, signature: bytes) -> bool:
    """Whether Ed25519 (RFC 8032) holds: S * base = R + hash * key."""
    s, hashed = int.from_bytes(signature[32:], "little"), sha512(signature[:32] + key + text)
    one = times(s, point_of(BASE))
    other = times(int.from_bytes(hashed.digest(), "little") % L, point_of(key))
    other = add(point_of(signature[:32]), other)
    same = not any((one[n] * other[2] - other[n] * one[2]) % P for n in (0, 1))
    return (len(key), len(signature)) == (32, 64) and s < L and same


def framed(*fields: bytes) -> bytes:
    return sha256(b"".join(len(field).to_bytes(4, "big") + field for field in fields)).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The Merkle tree of RFC 6962; an odd one out of a row waits for the row above."""
    row = [sha256(b"\0" + leaf).digest() for leaf in leaves]
    while len(row) > 1:
        pairs = zip(row[::2], row[1::2], strict=False)
        row = [sha256(b"\1" + a + b).digest() for a, b in pairs] + row[len(row) // 2 * 2 :]
    return row[0]


def entry_of(read: dict, log: str, before: bytes, position: int) -> tuple[bytes, bytes, dict]:
    """An entry's digest and hash, and what its line must be."""
    event, actor, time, data = (read[name] for name in ("id", "actor", "recorded_at", "data"))
    event, actor, salt = UUID(event), UUID(actor), bytes.fromhex(read["salt"])
    micros = time.to_bytes(8, "big", signed=True)
    digest = framed(salt, event.bytes, micros, actor.bytes, data.encode())
    must(digest.hex() == read["digest"], "記録が書き換えられています")
    hash_ = framed(before, log.encode(), position.to_bytes(8, "big"), digest)
    must(hash_.hex() == read["hash"], "前の記録とのつながりが合いません")
    hexadecimal = {"salt": salt.hex(), "digest": digest.hex(), "hash": hash_.hex()}
    line = {"position": position, "id": str(event), "recorded_at": time, "actor": str(actor)}
    return digest, hash_, line | hexadecimal | {"data": data}


def end_of(read: dict, log: str, digests: list[bytes], last: bytes) -> dict:
    """What the last line of a log must be, if the signature over what stands before it holds."""
    name, _, key = read["vkey"].split("+", 2)
    key = b64decode(key, validate=True)
    key_id = sha256(name.encode() + b"\n" + key).digest()[:4]
    root, chain = b64encode(root_of(digests)).decode(), b64encode(last).decode()
    text = f"{name}/logs/{log}\n{len(digests)}\n{root}\nchain {chain}\n"
    signature = b64decode(read["checkpoint"].rpartition(" ")[2].removesuffix("\n"), validate=True)
    sound = key[:1] == b"\1" and is_signed(key[1:], text.encode(), signature[4:])
    must(sound, "署名が、ここまでの記録のものではありません")
    note = f"{text}\n— {name} {b64encode(key_id + signature[4:]).decode()}\n"
    return {"checkpoint": note, "vkey": f"{name}+{key_id.hex()}+{b64encode(key).decode()}"}


def same(line: bytes, expected: dict) -> None:
    text = json.dumps(expected, ensure_ascii=False, separators=(",", ":"))
    must(line == text.encode() + b"\n", "行の書き方が違います")


def check(lines: Iterable[bytes], vkey: str | None) -> Iterator[str]:
    """Say of each log that it is sound; raises `Bad` at the first line that is not."""
    number, logs, log, digests, last = 0, [], None, [], b""
    try:
        for line in lines:
            number += 1
            read = json.loads(line)
            if log is None:
                same(line, {"ichi": 1, "log": read["log"]})
                must(read["log"] not in logs, "同じ台帳が二度あります")
                log, digests, last = read["log"], [], bytes(32)
            elif "checkpoint" in read:
                must(vkey in (None, read["vkey"]), "鍵が違います")
                same(line, end_of(read, log, digests, last))
                yield f"{log}: {len(digests)}件すべて確かめました（鍵 {read['vkey']}）"
                logs, log = [*logs, log], None
            else:
                digest, hash_, expected = entry_of(read, log, last, len(digests) + 1)
                same(line, expected)
                last = hash_
                digests.append(digest)
        must(logs and log is None, "途中で終わっています")
    except Exception as error:
        why = error if isinstance(error, Bad) else "読み取れません"
        at = f"{number}行目（{log} の {len(digests) + 1}件目）"
        raise Bad(f"{at}が正しくありません。{why}") from error


if __name__ == "__main__":
    try:
        with Path(sys.argv[1]).open("rb") as file:
            for verdict in check(file, *sys.argv[2:] or [None]):
                print(verdict)  # noqa: T201
    except (Bad, IndexError, OSError) as error:
        sys.exit(str(error))
