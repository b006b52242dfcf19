# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ASGI application: a request comes in, is perhaps hit by a fault, is answered by the cloud, and is logged."""

from __future__ import annotations

import asyncio
import datetime
import http
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from simulator import answers, clock, faults
from simulator.answers import Answer
from simulator.cloud import Cloud
from simulator.connection import Connection
from simulator.misbehaviour import Misbehaviour
from simulator.recorder import Recorder, body_of
from simulator.request import Request
from simulator.scenario import Fault

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LARGEST_BODY = 1 << 20
_NOTHING = Misbehaviour()


class Application:
    def __init__(
        self, cloud: Cloud, fault_list: faults.Faults, recorder: Recorder, *, latency: float, clock_skew: float
    ) -> None:
        self._cloud = cloud
        self._faults = fault_list
        self._recorder = recorder
        self._latency = latency
        self._date = clock.DateHeader(clock_skew)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection: Connection = scope["state"]["connection"]
        try:
            await self._exchange(scope, receive, send, connection)
        except asyncio.CancelledError:
            if not connection.closing:
                raise
            # The simulator ends while a request waits out a delay: nobody is there to be told.

    async def _exchange(self, scope: Scope, receive: Receive, send: Send, connection: Connection) -> None:
        at = clock.now()
        request = await _read(scope, receive, connection)
        if request is None:
            return
        fault = self._faults.for_request(request, self._cloud.tenant(request))
        do = fault.do if fault else _NOTHING
        if self._latency:
            await asyncio.sleep(self._latency)
        if do.delay and do.when == "before":
            await asyncio.sleep(do.delay)
        answer = self._answer(request, do)
        # Logged before a delay that follows the effect, so that a watcher of the log sees the effect while it lasts.
        self._record(at, request, connection, answer, fault)
        if do.delay and do.when == "after":
            await asyncio.sleep(do.delay)
        if do.drop is not None:
            connection.abort(reset=do.reset)
            await _gone(receive)
        elif do.half or do.content_length is not None:
            await self._send_wrongly(answer, do, request, connection, receive)
        else:
            await self._send(answer, do, connection, send)

    def _answer(self, request: Request, do: Misbehaviour) -> Answer:
        """The answer to send, after the tenant was changed where it is to be."""
        if do.revoke_token:
            self._cloud.tokens.revoke(request.bearer)
        if do.drop == "before":
            return Answer(0)
        if len(request.body) > _LARGEST_BODY:
            return answers.too_large()
        if do.has_answer:
            answer = faults.canned(do)
            answer.effective = do.effect and self._cloud.answer(request).effective
        else:
            answer = self._cloud.answer(request)
        if do is not _NOTHING:
            faults.spoil(answer, do)
        return answer

    def _record(
        self, at: datetime.datetime, request: Request, connection: Connection, answer: Answer, fault: Fault | None
    ) -> None:
        self._recorder.write(
            at=at,
            host=request.headers.get("host", "").lower().removesuffix(":443"),
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=body_of(request),
            status=None if fault and fault.do.drop else answer.status,
            tier=self._cloud.tier(request),
            effective=answer.effective,
            fault=fault.name if fault else None,
            connection=connection.number,
            tls=connection.host,
        )

    def _headers(self, answer: Answer, length: int) -> list[tuple[bytes, bytes]]:
        headers = {"content-length": str(length)}
        if answer.content_type is not None:
            headers["content-type"] = answer.content_type
        headers.update({name.lower(): value for name, value in answer.headers.items()})
        encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        if "date" not in headers:
            encoded.append((b"date", self._date()))
        return encoded

    async def _send(self, answer: Answer, do: Misbehaviour, connection: Connection, send: Send) -> None:
        headers = self._headers(answer, len(answer.content))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        if do.drip is not None:
            for place in range(len(answer.content)):
                await asyncio.sleep(do.drip)
                if connection.closing:
                    return
                await send({"type": "http.response.body", "body": answer.content[place : place + 1], "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await send({"type": "http.response.body", "body": answer.content, "more_body": False})

    async def _send_wrongly(
        self, answer: Answer, do: Misbehaviour, request: Request, connection: Connection, receive: Receive
    ) -> None:
        """Half of the body and then the end of the connection, or a length that is not the body's."""
        length = len(answer.content)
        if isinstance(do.content_length, int):
            announced = max(0, length + do.content_length)
        elif do.content_length is not None:
            announced = length + 100
        else:
            announced = length
        content = b"" if request.method == "HEAD" else answer.content
        if do.half:
            content = content[: length // 2]
        head = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}".encode("ascii")]
        head.extend(name + b": " + value for name, value in self._headers(answer, announced))
        connection.write(b"\r\n".join(head) + b"\r\n\r\n" + content)
        connection.abort(reset=do.reset)
        await _gone(receive)


def _reason(status: int) -> str:
    try:
        return http.HTTPStatus(status).phrase
    except ValueError:
        return ""


async def _read(scope: Scope, receive: Receive, connection: Connection) -> Request | None:
    """The whole request; None where the client went away in the middle of it."""
    parts = []
    more = True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            return None
        parts.append(event.get("body", b""))
        more = event.get("more_body", False)
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Request(
        host=connection.host,
        method=scope["method"],
        # As sent: a "%2F" is no separator here, and shows in the log as what it is.
        path=scope["raw_path"].decode("ascii"),
        query_string=scope["query_string"].decode("latin-1"),
        headers=headers,
        body=b"".join(parts),
    )


async def _gone(receive: Receive) -> None:
    """Waits until the HTTP implementation knows that the connection is no more: it would answer 500 else."""
    while (await receive())["type"] != "http.disconnect":
        pass
