"""What goes wrong on purpose.

IchiError
├── BadSetting            at start: a setting is missing or malformed
├── Malformed        400  cannot be read at all
├── NotSignedIn      401
├── NotYours         403  not the sender's to say or to see
├── NotFound         404
├── Conflict         409  contested: somebody else was first
│   └── Stale             the position expected is not the log's head
├── TooLarge         413
├── WrongMediaType   415
├── Invalid          422  can be read, and is refused
│   ├── ReusedId          the id is taken by other bytes
│   └── Refused           an admission rule of the domain says no
└── Unavailable      503  try again later
    └── Diverged          a log is not what was signed before
"""

from typing import ClassVar


class IchiError(Exception):
    """Knows its HTTP status and its message to people; raised bare wherever the class says it all.

    `pointer` is a JSON pointer (RFC 6901) into what was sent, "" for the whole of it. `retry_after`
    is in seconds; None where asking again changes nothing.
    """

    status: ClassVar[int] = 500
    retry_after: ClassVar[int | None] = None
    message: str = "処理できませんでした。時間をおいてもう一度お試しください"
    pointer: str = ""

    def __init__(self, message: str | None = None, *, pointer: str | None = None) -> None:
        """Take the class's own message and pointer unless others are given."""
        if message is not None:
            self.message = message
        if pointer is not None:
            self.pointer = pointer
        super().__init__(self.message)


class BadSetting(IchiError):
    """A setting of the environment cannot be used; fatal at start."""

    def __init__(self, name: str, why: str) -> None:
        """Name the variable and say what is wrong with it, in Japanese."""
        super().__init__(f"設定 {name} を確認してください: {why}")


class Malformed(IchiError):
    status = 400
    message = "送られた内容を読み取れません。JSON の書き方を確認してください"


class NotSignedIn(IchiError):
    status = 401
    message = "この台帳のトークンを Authorization ヘッダーに付けてください"


class NotYours(IchiError):
    status = 403
    message = "この記録をする権限がありません。管理者に役割の付与を依頼してください"


class NotFound(IchiError):
    status = 404
    message = "見つかりません。アドレスを確認してください"


class Conflict(IchiError):
    status = 409
    message = "ほかの人が先に記録しました。最新の内容を確認してから、もう一度お試しください"


class Stale(Conflict):
    def __init__(self, expected: int, head: int) -> None:
        """Both are positions of one log."""
        super().__init__(
            f"台帳は {head} 件目まで進んでいます（expected は {expected}）。"
            "最新の内容を確認してから、もう一度送ってください",
            pointer="/expected",
        )


class TooLarge(IchiError):
    status = 413
    message = "送られた内容が大きすぎます。分けて送ってください"


class WrongMediaType(IchiError):
    status = 415
    message = (
        "Content-Type は application/cloudevents+json か "
        "application/cloudevents-batch+json にしてください"
    )


class Invalid(IchiError):
    status = 422
    message = "内容を確認してください"


class ReusedId(Invalid):
    message = "この id は別の内容で記録済みです。新しい id を付けて送ってください"
    pointer = "/id"


class Refused(Invalid):
    """An admission rule refused a fact: it cannot be true, or names what is not there."""

    message = "この記録は受け付けられません"


class Unavailable(IchiError):
    status = 503
    retry_after: ClassVar[int | None] = 1
    message = "ただいま利用できません。しばらくしてからもう一度お試しください"


class Diverged(Unavailable):
    retry_after = None
    message = (
        "台帳が、署名付きの控えと食い違っています。"
        "運用担当者に確認（ichi verify）を依頼してください"
    )
