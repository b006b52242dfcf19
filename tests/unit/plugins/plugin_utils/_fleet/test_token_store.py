# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens that the processes of one run share, and nobody else."""

from __future__ import annotations

import os

import pytest

from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.token_store import TokenStore
from ansible_collections.tenantops.qlik.tests.unit.facts import RENEWED_TOKEN, TOKEN


def test_a_reference_gives_back_its_token_and_shows_nothing_of_it() -> None:
    store = TokenStore()
    first, second = store.keep(TOKEN), store.keep(RENEWED_TOKEN)
    assert (store.read(first), store.read(second)) == (TOKEN, RENEWED_TOKEN)
    assert TOKEN not in first + second


def test_a_token_of_one_forked_worker_is_read_by_another() -> None:
    store = TokenStore()
    receiving, sending = os.pipe()
    if os.fork() == 0:
        # As the workers of ansible-playbook: one task, and nothing comes back but its result.
        os.write(sending, store.keep(TOKEN).encode())
        os._exit(0)
    os.wait()
    assert store.read(os.read(receiving, 200).decode()) == TOKEN


def test_a_system_without_memory_files_is_served_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    store = TokenStore()
    assert store.read(store.keep(TOKEN)) == TOKEN


def test_a_reference_of_another_run_gives_nothing() -> None:
    other = TokenStore().keep(TOKEN)
    store = TokenStore()
    store.keep(RENEWED_TOKEN)
    assert store.read(other) is None


@pytest.mark.parametrize(
    "reference", [None, 7, "", "0", "0:5", "0:40:", "a:b:c", "-1:5:x", "0:999999999999:x", {"x": 1}, "²:1:x"]
)
def test_what_is_no_reference_gives_nothing(reference: object) -> None:
    store = TokenStore()
    store.keep(TOKEN)
    assert store.read(reference) is None
