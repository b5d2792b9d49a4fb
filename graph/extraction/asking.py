"""One question to a language model at an OpenAI-compatible address: bounded in time and size, told in one line when it
fails."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

LARGEST = 1_000_000  # bytes of an answer
TRIES = 3
AGAIN = frozenset({408, 429, 500, 502, 503, 504})


class AskingError(RuntimeError):
    """A model that gave no usable answer; the message says why."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is asked. `url` is the base address (`https://…/v1`), `seconds` what one answer may take and
    `pause` the wait before another try. The key is never shown."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    seconds: float = 60.0
    pause: float = 2.0

    def __post_init__(self) -> None:
        """Raises AskingError for an address that is none."""
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise AskingError(f"{self.url}: not an http or https address of a model")


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: the key is for one address."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_OPENER = urllib.request.build_opener(_Stay)


def ask(endpoint: Endpoint, task: str, asked: str, schema: dict[str, Any]) -> str:
    """The text that the model answers with. An address that knows no schemas is asked for plain JSON.

    Raises AskingError after a few tries, or at once where another try would not help.
    """
    shape: dict[str, Any] = {
        "type": "json_schema",
        "json_schema": {"name": "claims", "strict": True, "schema": schema},
    }
    messages = [{"role": "system", "content": task}, {"role": "user", "content": asked}]
    body = {"model": endpoint.model, "temperature": 0, "messages": messages, "response_format": shape}
    for number in range(TRIES):
        try:
            return _content(_send(endpoint, body))
        except urllib.error.HTTPError as error:
            if error.code == 400 and body["response_format"] is shape:
                body["response_format"] = {"type": "json_object"}
                continue
            reason = f"the model's server answers {error.code}"
            if error.code not in AGAIN:
                raise AskingError(reason) from error
        except (OSError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", error)
            reason = f"the model's server cannot be asked: {' '.join(str(cause).split())[:120] or type(error).__name__}"
        if number + 1 < TRIES:
            time.sleep(endpoint.pause * 2**number)
    raise AskingError(reason)


def _send(endpoint: Endpoint, body: dict[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json", "User-Agent": "evplans"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    address = endpoint.url.rstrip("/") + "/chat/completions"
    request = urllib.request.Request(address, json.dumps(body).encode(), headers)  # noqa: S310
    deadline = time.monotonic() + endpoint.seconds
    chunks: list[bytes] = []
    with _OPENER.open(request, timeout=endpoint.seconds) as answer:
        while chunk := answer.read1(1 << 16):
            chunks.append(chunk)
            if sum(map(len, chunks)) > LARGEST:
                raise AskingError(f"the model's answer is longer than {LARGEST // 1_000_000} MB")
            if time.monotonic() > deadline:
                raise TimeoutError(f"no whole answer within {endpoint.seconds:g} seconds")
    return b"".join(chunks)


def _content(answer: bytes) -> str:
    """The message in an answer, without the fence that some models put around JSON."""
    try:
        choice = json.loads(answer)["choices"][0]
        text = choice["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
        raise AskingError("the model's answer is cut off or is not that of such a server") from error
    if choice.get("finish_reason") == "length" or not isinstance(text, str):
        raise AskingError("the model's answer is cut off")
    return text[text.find("{") : text.rfind("}") + 1]
