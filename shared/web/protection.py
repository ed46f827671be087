"""Headers that every answer carries, a refusal too."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

HEADERS = {
    "Content-Security-Policy": NOTHING,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def policy(style_source: str) -> str:
    """The policy of a page that needs one style of ours and nothing else."""
    return f"{NOTHING}; style-src {style_source}"


async def protect(message: Message, _scope: Scope) -> None:
    """Add what the answer does not say itself."""
    if message["type"] == "http.response.start":
        headers = MutableScopeHeaders.from_message(message)
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
