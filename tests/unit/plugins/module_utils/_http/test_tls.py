# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The deadline of a request: bytes that drip in do not hold it for ever."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._http import tls


class Dripping:
    """A socket that always has one more byte; ``timeouts`` are those that were set before a read."""

    def __init__(self) -> None:
        self.timeouts: list[float] = []

    def settimeout(self, seconds: float) -> None:
        self.timeouts.append(seconds)


@pytest.fixture
def monotonic(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, as a list with one number."""
    now = [100.0]
    monkeypatch.setattr(tls.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(tls.ssl.SSLSocket, "recv_into", lambda *args: 1)
    return now


@pytest.fixture
def socket(monkeypatch: pytest.MonkeyPatch) -> Dripping:
    """A socket of a request, without a connection."""
    dripping = Dripping()
    one = tls._DeadlineSocket.__new__(tls._DeadlineSocket)
    monkeypatch.setattr(tls._DeadlineSocket, "settimeout", lambda self, seconds: dripping.settimeout(seconds))
    dripping.read = one.recv_into  # type: ignore[attr-defined]
    return dripping


def test_each_read_has_what_is_left_of_the_time(socket: Dripping, monotonic: list[float]) -> None:
    tls.end_reads_after(30)
    for monotonic[0] in (100.0, 110.0, 129.0):
        assert socket.read(bytearray(1)) == 1  # type: ignore[attr-defined]
    assert socket.timeouts == [30, 20, 1]
    tls.end_reads_after(None)


def test_no_read_begins_after_the_deadline(socket: Dripping, monotonic: list[float]) -> None:
    tls.end_reads_after(30)
    monotonic[0] = 130.0
    with pytest.raises(TimeoutError):
        socket.read(bytearray(1))  # type: ignore[attr-defined]
    tls.end_reads_after(None)


def test_without_a_deadline_reads_are_left_alone(socket: Dripping, monotonic: list[float]) -> None:
    tls.end_reads_after(None)
    assert socket.read(bytearray(1)) == 1  # type: ignore[attr-defined]
    assert socket.timeouts == []


def test_a_folder_of_certificates_is_taken(tmp_path: object) -> None:
    assert tls.context_for(str(tmp_path)).sslsocket_class is tls._DeadlineSocket
