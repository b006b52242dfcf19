# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creating a tenant: the exact requests, the receipt at each step, and what is never sent."""

from __future__ import annotations

import errno
import json
import os
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base import files as files_module
from ansible_collections.tenantops.qlik.tests.unit import answers, faults
from ansible_collections.tenantops.qlik.tests.unit.checks import is_one_sentence_about, secrets_in
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import (
    ALIAS,
    CLIENT_ID,
    CLIENT_SECRET,
    HOSTNAME,
    LICENSE_KEY,
    ORG_CLIENT_ID,
    ORG_CLIENT_SECRET,
    REGION,
    TENANT_ID,
)
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.operate import operate
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    content_of,
    event,
    everything_below,
    failed,
    put,
    receipt,
    told,
    unborn,
)
from ansible_collections.tenantops.qlik.tests.unit.wire import PROBE, READ, TOKEN, Reply, Wire

CREATE, PATCH = "POST /api/v1/tenants", f"PATCH /api/v1/tenants/{TENANT_ID}"
ORIGIN = "live.eu.qlikcloud.com"
CREDENTIALS = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
LIST = {"org_client_id": ORG_CLIENT_ID, "org_client_secret": ORG_CLIENT_SECRET}
CONFIRMED = {**LIST, "confirm_hostname": HOSTNAME}
SET = answers.Reply(204)

CREATED = answers.as_json(201, {"id": TENANT_ID, "name": "t1", "hostnames": [HOSTNAME], "status": "active"})
PLAIN = answers.record(name="t1", hostnames=[HOSTNAME])
WITH_ALIAS = answers.record(name="t1")
LIVES = answers.UNKNOWN_CLIENT
LICENSE = answers.as_json(200, {"licenseKey": LICENSE_KEY, "status": "Ok"})

WANTED = ("intent", {"action": "create"})
MADE = ("created", {"http_status": 201})
FOUND = ("created", {"resolved": True})


def lost(effect: str = "unknown", **facts: t.Any) -> tuple[str, dict[str, t.Any]]:
    return ("failed", {"action": "create", "effect": effect, **facts})


def listed(number: int = 0, created: str = "2026-11-24T12:00:03.000Z", **more: t.Any) -> dict[str, t.Any]:
    """A tenant of the list; 0 is the new one."""
    hostname = HOSTNAME if number == 0 else f"fleet{number:04d}.eu.qlikcloud.com"
    return answers.listed(number, **{"createdAt": created, "hostnames": [hostname], **more})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "qlik-receipts" / "rehearsal.json"


@pytest.fixture(autouse=True)
def _usual(wire: Wire) -> None:
    """A tenant can be created, and lives."""
    wire.on(TOKEN, answers.token())
    wire.on(CREATE, CREATED)
    wire.on(PROBE, LIVES)


def create(run: Run, path: Path, **given: t.Any) -> dict[str, t.Any]:
    usual = {**CREDENTIALS, "region": REGION, "license_key": LICENSE_KEY, "receipt_path": str(path)}
    return operate("qlik_tenant_create", run, **{**usual, **given})


def pending(hours: float = 1) -> dict[str, t.Any]:
    return unborn(event("intent", ago(hours=hours), action="create"))


def cannot_write(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """From this write of the receipt on (1: the first) the file system is read-only."""
    monkeypatch.setattr(files_module, "os", FailingOs("replace", number, errno.EROFS, until_the_end=True))


def born(*events: dict[str, t.Any], **other: t.Any) -> dict[str, t.Any]:
    done = [event("intent", ago(hours=2), action="create"), event("created", ago(hours=2))]
    return receipt(*done, *events, **{"hostnames": [HOSTNAME], **other})


class TestNew:
    def test_one_request_creates_it_and_the_receipt_has_intent_and_outcome(
        self, run: Run, path: Path, wire: Wire
    ) -> None:
        result = create(run, path)
        assert result == {
            "failed": False,
            "changed": True,
            "id": TENANT_ID,
            "hostname": HOSTNAME,
            "hostnames": [HOSTNAME],
            "status": "active",
            "receipt": str(path),
        }
        # The probe has no credentials: a tenant that is not adjusted gets no bot user.
        assert wire.sequence == [TOKEN, CREATE, PROBE]
        assert wire.of(CREATE)[0].body == {"licenseKey": LICENSE_KEY}
        assert wire.of(CREATE)[0].url == "https://register.eu.qlikcloud.com/api/v1/tenants"
        assert "client_id" not in wire.of(PROBE)[0].body
        assert told(path) == [WANTED, MADE]
        kept = content_of(path)
        assert (kept["tenant_id"], kept["hostname"], kept["hostnames"]) == (TENANT_ID, HOSTNAME, [HOSTNAME])
        assert secrets_in(path.read_text(), result) == []

    def test_the_key_comes_from_a_live_tenant(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.tenant_token(), LIVES)
        wire.on(READ, LICENSE)
        assert create(run, path, license_key=None, license_from=ORIGIN)["changed"]
        assert wire.sequence == [PROBE, READ, TOKEN, CREATE, PROBE]
        assert [wire.of(PROBE)[0].url, wire.of(READ)[0].url] == [
            f"https://{ORIGIN}/oauth/token",
            f"https://{ORIGIN}/api/v1/licenses/overview",
        ]
        assert wire.of(CREATE)[0].body == {"licenseKey": LICENSE_KEY}

    @pytest.mark.parametrize("answer", [answers.error(404, "LICENSES-1"), answers.as_json(200, {"licenseKey": None})])
    def test_a_tenant_without_a_key_ends_it(self, run: Run, path: Path, wire: Wire, answer: Reply) -> None:
        wire.on(PROBE, answers.tenant_token())
        wire.on(READ, answer)
        result = create(run, path, license_key=None, license_from=ORIGIN)
        assert (result["failed"], result["changed"]) == (True, False)
        assert "license_from" in result["msg"]
        assert not wire.of(CREATE)
        assert not path.exists()

    def test_name_and_alias_are_set_after_it_and_shown(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES, answers.tenant_token())
        wire.on(READ, PLAIN, WITH_ALIAS)
        wire.on(PATCH, SET)
        result = create(run, path, alias="acme-old", name="Rehearsal")
        assert (result["changed"], result["hostnames"]) == (True, [HOSTNAME, ALIAS])
        assert wire.sequence == [PROBE, TOKEN, CREATE, PROBE, PROBE, READ, PATCH, PATCH, READ]
        assert [sent.body for sent in wire.of(PATCH)] == [
            [{"op": "replace", "path": "/name", "value": "Rehearsal"}],
            [{"op": "replace", "path": "/hostnames/1", "value": ALIAS}],
        ]
        assert all(sent.url == f"https://{HOSTNAME}/api/v1/tenants/{TENANT_ID}" for sent in wire.of(PATCH))
        assert told(path) == [WANTED, MADE, ("observed", {"status": "active"})]
        assert content_of(path)["hostnames"] == [HOSTNAME, ALIAS]

    def test_a_name_alone_is_set_too(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, LIVES, answers.tenant_token())
        wire.on(READ, PLAIN, answers.record(name="Rehearsal", hostnames=[HOSTNAME]))
        wire.on(PATCH, SET)
        assert create(run, path, name="Rehearsal")["changed"]
        assert [sent.body[0]["path"] for sent in wire.of(PATCH)] == ["/name"]

    def test_an_alias_that_is_refused_fails_and_the_tenant_is_kept(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES, answers.tenant_token())
        wire.on(READ, PLAIN)
        wire.on(PATCH, answers.FORBIDDEN)
        result = create(run, path, alias="acme-old")
        assert (result["failed"], result["changed"], result["id"]) == (True, True, TENANT_ID)
        assert "do not allow an alias" in result["msg"]
        assert told(path) == [WANTED, MADE]

    def test_an_alias_that_is_not_shown_afterwards_is_no_success(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES, answers.tenant_token())
        wire.on(READ, PLAIN)
        wire.on(PATCH, SET)
        result = create(run, path, alias="acme-old")
        assert (result["failed"], result["changed"], result["hostnames"]) == (True, True, [HOSTNAME])
        assert "does not show it yet" in result["msg"]
        assert told(path) == [WANTED, MADE]

    def test_a_new_tenant_that_does_not_answer_fails_and_is_kept(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST)
        result = create(run, path)
        assert (result["failed"], result["changed"], result["id"]) == (True, True, TENANT_ID)
        assert "within 60 s" in result["msg"]
        assert told(path) == [WANTED, MADE]


class TestAlias:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (LIVES, "its host answers as live (unauthorized)"),
            (answers.deactivated(), "its host answers as deactivated"),
            (answers.HTML, "it is not known whether it is free"),
            (answers.BAD_GATEWAY, "it is not known whether it is free"),
        ],
    )
    def test_one_that_answers_or_may_answer_sends_nothing(
        self, run: Run, path: Path, wire: Wire, answer: Reply, words: str
    ) -> None:
        wire.on(PROBE, answer)
        result = create(run, path, alias="acme-old", retries=0)
        assert (result["failed"], result["changed"]) == (True, False)
        assert words in result["msg"]
        assert set(wire.sequence) == {PROBE}
        assert not path.exists()

    def test_one_that_the_list_has_sends_nothing(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST)
        wire.on(READ, answers.page(answers.listed(status="disabled")))
        result = create(run, path, alias="acme-old", **LIST)
        assert f"tenant {TENANT_ID}, disabled" in result["msg"]
        assert not wire.of(CREATE)

    def test_a_list_that_wants_a_subscription_leaves_it_to_the_probe(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES, answers.tenant_token())
        refused = answers.error(400, "HTTP-400")
        wire.on(READ, refused, refused, PLAIN, WITH_ALIAS)
        wire.on(PATCH, SET)
        assert create(run, path, alias="acme-old", **LIST)["changed"]

    def test_a_list_that_is_refused_sends_nothing(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST)
        wire.on(READ, answers.FORBIDDEN)
        result = create(run, path, alias="acme-old", **LIST)
        assert (result["failed"], result["changed"]) == (True, False)
        assert not wire.of(CREATE)

    def test_that_of_a_deleted_tenant_is_free(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES, answers.tenant_token())
        wire.on(
            READ,
            answers.page(answers.listed(1, hostnames=["x.eu.qlikcloud.com", ALIAS], status="deleted")),
            PLAIN,
            WITH_ALIAS,
        )
        wire.on(PATCH, SET)
        assert create(run, path, alias="acme-old", **LIST)["changed"]


class TestRefused:
    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (answers.error(400, "TENANTS-21"), "check license_key"),
            (answers.error(403, "TENANTS-22"), "no more tenants"),
            (answers.error(403, "TENANTS-23"), "not valid"),
            (answers.FORBIDDEN, "tenants:create"),
        ],
    )
    def test_each_code_says_what_to_do_and_the_next_run_may_send(
        self, run: Run, path: Path, wire: Wire, answer: Reply, words: str
    ) -> None:
        wire.on(CREATE, answer, CREATED)
        result = create(run, path)
        assert (result["failed"], result["changed"], result["id"]) == (True, False, None)
        assert words in result["msg"]
        (fault,) = [facts for kind, facts in told(path) if kind == "failed"]
        assert (fault["effect"], fault["code"]) == ("none", result["code"])
        assert create(run, path)["changed"]
        assert len(wire.of(CREATE)) == 2

    def test_a_rate_limit_is_waited_for(self, run: Run, path: Path, wire: Wire, clock: FakeClock) -> None:
        wire.on(CREATE, answers.rate_limited("7"), CREATED)
        assert create(run, path)["changed"]
        assert 7 in clock.sleeps
        assert [kind for kind, _facts in told(path)] == ["intent", "failed", "intent", "created"]

    def test_what_could_not_be_sent_says_why_and_the_next_run_may_send(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(CREATE, faults.refused(), CREATED)
        result = create(run, path, retries=0)
        assert (result["failed"], result["changed"], result["id"]) == (True, False, None)
        assert "the connection was refused" in result["msg"]
        assert told(path) == [WANTED, lost("none")]
        assert create(run, path)["changed"]

    def test_what_was_not_sent_is_sent_again(self, run: Run, path: Path, wire: Wire) -> None:
        wire.on(CREATE, faults.refused(), CREATED)
        assert create(run, path)["changed"]
        assert [kind for kind, _facts in told(path)] == ["intent", "failed", "intent", "created"]


LOST = {
    "the connection broke": faults.cut(),
    "no answer in time": faults.read_timeout(),
    "a gateway failed": answers.BAD_GATEWAY,
    "the server failed": answers.error(500, "TENANTS-24"),
    "a page of something": answers.HTML,
    "a 201 without a tenant": answers.as_json(201, {}),
}


class TestLost:
    @pytest.mark.parametrize("case", LOST)
    def test_without_the_list_it_stops_and_no_run_sends_it_again(
        self, run: Run, path: Path, wire: Wire, case: str
    ) -> None:
        wire.on(CREATE, LOST[case])
        first = create(run, path)
        assert (first["failed"], first["changed"], first["id"]) == (True, True, None)
        second = create(run, path)
        assert (second["failed"], second["changed"]) == (True, False)
        for result in (first, second):
            assert "2026-11-24T12:00:00Z" in result["msg"]
            assert "QLIK_ORG_CLIENT_ID" in result["msg"]
        assert len(wire.of(CREATE)) == 1
        assert [kind for kind, _facts in told(path)] == ["intent", "failed"]

    @pytest.mark.parametrize("case", LOST)
    def test_the_only_new_tenant_of_the_list_is_it(self, run: Run, path: Path, wire: Wire, case: str) -> None:
        wire.on(CREATE, LOST[case])
        old = listed(1, created="2026-11-24T11:00:00.000Z")
        elsewhere = listed(2, hostnames=["fleet0002.us.qlikcloud.com"])
        named, gone = listed(3, hostnames=["fleet0003.eu.qlikcloud.com", ALIAS]), listed(4, status="deleted")
        wire.on(READ, answers.page(old, elsewhere, listed(), named, gone))
        result = create(run, path, **LIST)
        assert (result["failed"], result["changed"], result["id"]) == (False, True, TENANT_ID)
        assert len(wire.of(CREATE)) == 1
        assert told(path)[-1] == FOUND

    @pytest.mark.parametrize("case", LOST)
    def test_one_that_the_request_was_too_old_for_is_named_and_nothing_is_sent_to_it(
        self, run: Run, path: Path, wire: Wire, case: str
    ) -> None:
        wire.on(CREATE, LOST[case])
        wire.on(PROBE, answers.NOBODYS_HOST, answers.tenant_token())
        later = "2026-11-24T12:02:03.000Z"
        wire.on(READ, answers.page(), answers.page(listed(created=later)))
        result = create(run, path, alias="acme-old", name="Rehearsal", **LIST)
        assert (result["failed"], result["changed"], result["id"], result["hostname"]) == (True, True, None, None)
        for said in (
            f"1 tenant that may be the new one: {HOSTNAME} (id {TENANT_ID}, created {later})",
            str(path),
        ):
            assert said in result["msg"]
        assert "set confirm_hostname to its hostname" in result["msg"]
        assert not [sent for sent in wire.sent if HOSTNAME in sent.url]
        assert [kind for kind, _facts in told(path)] == ["intent", "failed"]

    @pytest.mark.parametrize("case", LOST)
    def test_what_a_person_confirmed_is_it(self, run: Run, path: Path, wire: Wire, case: str) -> None:
        wire.on(CREATE, LOST[case])
        assert create(run, path)["failed"]
        old = listed(1, created="2026-11-24T11:00:00.000Z")
        elsewhere = listed(2, hostnames=["fleet0002.us.qlikcloud.com"])
        named, gone = listed(3, hostnames=["fleet0003.eu.qlikcloud.com", ALIAS]), listed(4, status="deleted")
        wire.on(READ, answers.page(old, elsewhere, listed(), listed(5), named, gone))
        result = create(run, path, **CONFIRMED)
        assert (result["failed"], result["changed"], result["id"], result["hostname"]) == (
            False,
            True,
            TENANT_ID,
            HOSTNAME,
        )
        assert len(wire.of(CREATE)) == 1
        assert told(path)[-1] == FOUND

    def test_a_list_that_is_late_is_looked_at_again(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, pending())
        wire.on(READ, answers.page(), answers.page(), answers.page(listed()))
        assert create(run, path, **CONFIRMED)["id"] == TENANT_ID
        assert len(wire.of(READ)) == 3

    def test_a_list_that_max_wait_leaves_no_time_for_is_not_looked_at_again(
        self, run: Run, path: Path, wire: Wire
    ) -> None:
        put(path, pending())
        wire.on(READ, answers.page())
        result = create(run, path, max_wait=0, **LIST)
        assert (result["failed"], result["changed"], result["id"]) == (True, False, None)
        assert len(wire.of(READ)) == 1
        assert not wire.of(CREATE)

    @pytest.mark.parametrize(
        ("entries", "words"),
        [
            ((), "is not in the organization's list yet"),
            ((listed(1), listed(2)), f"confirm_hostname is {HOSTNAME}, which is not listed there"),
            ((listed(2, status="disabled"), {"id": 1}), "cannot be read"),
            ((listed(created="2026-11-24T09:00:00.000Z"),), "is not in the organization's list yet"),
        ],
    )
    def test_what_a_person_cannot_confirm_by_the_list_stops(
        self, run: Run, path: Path, wire: Wire, entries: tuple[t.Any, ...], words: str
    ) -> None:
        put(path, pending())
        wire.on(READ, answers.page(*entries))
        result = create(run, path, retries=1, **CONFIRMED)
        assert (result["failed"], result["changed"], result["id"]) == (True, False, None)
        assert words in result["msg"]
        assert not wire.of(CREATE)
        assert told(path, skip=1) == []

    def test_a_tenant_of_another_subscription_is_another_one(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, pending())
        origin = listed(2, created="2025-01-02T03:04:05.000Z", hostnames=[ORIGIN])
        wire.on(READ, answers.page(origin, listed(1, subscriptionId="sub-2"), listed()))
        given = {"license_key": None, "license_from": ORIGIN, **LIST}
        assert "1 tenant that may be the new one: acme" in create(run, path, **given)["msg"]
        assert create(run, path, **given, confirm_hostname="fleet0001.eu.qlikcloud.com")["id"] is None

    @pytest.mark.parametrize("refused", ["token", "list"])
    def test_a_list_that_is_not_shown_leaves_it_in_doubt(self, run: Run, path: Path, wire: Wire, refused: str) -> None:
        wire.on(CREATE, faults.cut())
        wire.on(TOKEN, answers.token(), answers.UNKNOWN_CLIENT if refused == "token" else answers.token())
        wire.on(READ, answers.FORBIDDEN)
        result = create(run, path, **LIST)
        assert (result["failed"], result["changed"], result["id"]) == (True, True, None)
        assert "could not be read" in result["msg"]
        assert "It is not sent again" in result["msg"]
        assert len(wire.of(CREATE)) == 1

    def test_a_tenant_that_has_a_receipt_is_another_one(self, run: Run, path: Path, wire: Wire) -> None:
        put(path.with_name("any-name.json"), born())
        put(path, pending())
        wire.on(READ, answers.page(listed(), listed(1)))
        assert create(run, path, **CONFIRMED)["id"] is None
        assert create(run, path, **LIST, confirm_hostname="fleet0001.eu.qlikcloud.com")["id"] == "id0001"

    def test_a_killed_run_is_resolved_by_the_next_one(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, pending())
        wire.on(READ, answers.page(listed(created="2026-11-24T11:00:01.000Z")))
        result = create(run, path, **CONFIRMED)
        assert (result["changed"], result["id"]) == (True, TENANT_ID)
        assert not wire.of(CREATE)
        assert told(path, skip=1) == [FOUND]

    def test_the_times_of_the_list_are_those_of_the_servers_clock(self, run: Run, path: Path, wire: Wire) -> None:
        # Our clock is an hour behind: what was created 10 minutes before the request seems to be newer than it.
        put(path, pending())
        wire.on(TOKEN, answers.token(), Reply(200, answers.token().body, {"Date": "Tue, 24 Nov 2026 13:00:00 GMT"}))
        older, ours = "2026-11-24T11:50:00.000Z", "2026-11-24T12:00:02.000Z"
        wire.on(TOKEN, Reply(200, answers.token().body, {"Date": "Tue, 24 Nov 2026 13:00:00 GMT"}))
        wire.on(READ, answers.page(listed(1, created=older), listed(created=ours)))
        assert create(run, path, **LIST)["id"] == TENANT_ID

    def test_what_may_still_take_effect_is_waited_for(self, run: Run, path: Path, wire: Wire, clock: FakeClock) -> None:
        put(path, pending(hours=0))
        wire.on(READ, answers.page(listed()))
        assert create(run, path, **CONFIRMED)["changed"]
        assert clock.sleeps[0] == 30

    def test_check_mode_finds_it_and_writes_nothing(self, run: Run, path: Path, wire: Wire) -> None:
        run.check_mode = True
        before = put(path, pending())
        wire.on(READ, answers.page(listed()))
        result = create(run, path, **CONFIRMED)
        assert (result["changed"], result["id"]) == (True, TENANT_ID)
        assert path.read_bytes() == before


class Killed(BaseException):
    """The process ends here."""


# What the tenants' hosts, and the reads, answer in a whole run; and in the next one, by the request at which the run was killed.
WHOLE = {
    TOKEN: [answers.token()],
    CREATE: [CREATED],
    PROBE: [answers.NOBODYS_HOST, LIVES, answers.tenant_token()],
    READ: [answers.page(), PLAIN, WITH_ALIAS],
    PATCH: [SET],
}
KNOWN = {PROBE: [answers.tenant_token()], READ: [PLAIN, PLAIN, WITH_ALIAS]}
NEXT = {
    TOKEN: {},
    CREATE: {PROBE: [LIVES, answers.tenant_token()], READ: [answers.page(listed()), PLAIN, WITH_ALIAS]},
    PROBE: KNOWN,
    READ: KNOWN,
    PATCH: KNOWN,
}


class TestKilled:
    """A run that is killed at any instant, and the next one: at most one tenant, and a receipt that has it or is in doubt."""

    @pytest.mark.parametrize("kind", WHOLE)
    def test_at_the_last_request_of_a_kind(self, run: Run, path: Path, wire: Wire, kind: str) -> None:
        for one, replies in WHOLE.items():
            wire.on(one, *replies[:-1], Killed() if one == kind else replies[-1])
        with pytest.raises(Killed):
            create(run, path, alias="acme-old", **LIST)
        for one, replies in {**WHOLE, **NEXT[kind]}.items():
            wire.on(one, *replies)
        confirmed = CONFIRMED if kind == CREATE else LIST
        result = create(run, path, alias="acme-old", **confirmed)
        assert (result["failed"], result["id"], result["hostnames"]) == (False, TENANT_ID, [HOSTNAME, ALIAS])
        assert len(wire.of(CREATE)) == 1
        assert [kind for kind, _facts in told(path)].count("created") == 1

    @pytest.mark.parametrize("step", [1, 2])
    @pytest.mark.parametrize("written", [False, True])
    def test_at_a_write(
        self, run: Run, path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch, step: int, *, written: bool
    ) -> None:
        real, count = os.replace, 0

        def replace(source: str, target: str) -> None:
            nonlocal count
            count += 1
            if count != step or written:
                real(source, target)
            if count == step:
                raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(os, "replace", replace)
            with pytest.raises(Killed):
                create(run, path, **LIST)
        sent = len(wire.of(CREATE))
        assert sent == step - 1
        # What was sent is in the list. Without a request it has nothing.
        wire.on(READ, *([PLAIN] if (step, written) == (2, True) else [answers.page(*[listed()] * sent)]))
        result = create(run, path, retries=0, **(CONFIRMED if sent else LIST))
        # An intent whose request was not sent cannot be told from one whose request was lost.
        stops = (step, written) == (1, True)
        assert result["failed"] is stops
        assert len(wire.of(CREATE)) == (0 if stops else 1)


class TestAgain:
    def test_a_tenant_that_lives_is_unchanged(self, run: Run, path: Path, wire: Wire) -> None:
        before = put(path, born())
        wire.on(READ, PLAIN)
        result = create(run, path)
        assert (result["failed"], result["changed"], result["id"], result["status"]) == (
            False,
            False,
            TENANT_ID,
            "active",
        )
        assert wire.sequence == [TOKEN, READ]
        assert path.read_bytes() == before

    def test_where_reads_are_refused_the_probe_says_it(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, answers.FORBIDDEN)
        assert create(run, path)["status"] == "active"
        wire.on(PROBE, answers.deactivated())
        result = create(run, path)
        assert (result["failed"], result["changed"], result["status"]) == (True, False, "disabled")

    @pytest.mark.parametrize(
        ("read", "status"), [(answers.record("disabled"), "disabled"), (answers.NO_SUCH_TENANT, None)]
    )
    def test_one_that_does_not_live_fails_and_says_its_status(
        self, run: Run, path: Path, wire: Wire, read: Reply, status: str | None
    ) -> None:
        put(path, born())
        wire.on(READ, read)
        wire.on(PROBE, answers.NOBODYS_HOST)
        result = create(run, path, alias="acme-old", name="Rehearsal")
        assert (result["failed"], result["changed"], result["status"]) == (True, False, status)
        assert result["hostname"] == HOSTNAME
        assert not [sent for sent in wire.sent if sent.method == "PATCH" or sent.kind == CREATE]

    def test_an_id_with_another_hostname_stops(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, answers.record(hostnames=["other.eu.qlikcloud.com"]))
        result = create(run, path, name="Rehearsal")
        assert (result["failed"], result["changed"]) == (True, False)
        assert "other.eu.qlikcloud.com" in result["msg"]
        assert wire.sequence == [TOKEN, READ]

    def test_what_is_not_set_yet_is_set(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, PLAIN, PLAIN, WITH_ALIAS)
        wire.on(PROBE, answers.tenant_token())
        wire.on(PATCH, SET)
        result = create(run, path, alias="acme-old", name="t1")
        assert (result["changed"], result["hostnames"]) == (True, [HOSTNAME, ALIAS])
        assert [sent.body[0]["path"] for sent in wire.of(PATCH)] == ["/hostnames/1"]

    def test_what_is_set_is_left_alone(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, WITH_ALIAS)
        wire.on(PROBE, answers.tenant_token())
        assert not create(run, path, alias="ACME-old", name="t1")["changed"]
        assert not wire.of(PATCH)

    def test_another_alias_is_not_replaced(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, WITH_ALIAS)
        wire.on(PROBE, answers.tenant_token())
        result = create(run, path, alias="rehearsal-1")
        assert (result["failed"], result["changed"]) == (True, False)
        assert ALIAS in result["msg"]
        assert not wire.of(PATCH)

    def test_check_mode_says_what_would_be_set(self, run: Run, path: Path, wire: Wire) -> None:
        run.check_mode = True
        put(path, born())
        wire.on(READ, PLAIN)
        wire.on(PROBE, answers.tenant_token())
        assert create(run, path, alias="rehearsal-1")["changed"]
        assert not wire.of(PATCH)

    @pytest.mark.parametrize(
        ("there", "words"),
        [
            (None, "no creation that is in doubt"),
            (
                unborn(event("intent", ago(hours=1), action="create"), failed(ago(hours=1), action="create")),
                "no creation",
            ),
            (born(), f"is that of tenant {HOSTNAME}"),
        ],
        ids=["no receipt", "refused", "created"],
    )
    def test_a_confirmation_that_fits_nothing_stops(
        self, run: Run, path: Path, wire: Wire, there: dict[str, t.Any] | None, words: str
    ) -> None:
        if there:
            put(path, there)
        result = create(run, path, **LIST, confirm_hostname="fleet0001.eu.qlikcloud.com")
        assert (result["failed"], result["changed"]) == (True, False)
        assert words in result["msg"]
        assert wire.sent == []

    def test_the_confirmation_of_the_tenant_of_the_receipt_is_right(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, born())
        wire.on(READ, PLAIN)
        assert not create(run, path, **CONFIRMED)["failed"]

    def test_a_refused_creation_may_be_tried_again(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, unborn(event("intent", ago(hours=1), action="create"), failed(ago(hours=1), action="create")))
        assert create(run, path)["changed"]
        assert len(wire.of(CREATE)) == 1


class TestReceipt:
    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (receipt(event("observed", status="active")), "which qlik_tenant_create did not create"),
            (unborn(), "names no tenant|did not create"),
            (
                unborn(event("intent", action="create"), event("deactivated")),
                "has no hostname, but has events other than the creation",
            ),
            ({**pending(), "region": "us"}, "region us"),
            (b"{", "is not JSON"),
        ],
    )
    def test_another_file_stops_it_and_stays_as_it_was(
        self, run: Run, path: Path, wire: Wire, content: t.Any, words: str
    ) -> None:
        before = put(path, content)
        result = create(run, path)
        assert result["failed"]
        assert any(word in result["msg"] for word in words.split("|"))
        assert wire.sent == []
        assert path.read_bytes() == before

    def test_one_that_cannot_be_written_stops_it(
        self, run: Run, path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path.parent.mkdir(mode=0o500)
        result = create(run, path)
        # Root may write everywhere.
        assert result["failed"] or result["changed"]
        assert len(wire.of(CREATE)) == (0 if result["failed"] else 1)

    def test_without_an_intent_nothing_is_sent(
        self, run: Run, path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cannot_write(monkeypatch, 1)
        result = create(run, path)
        assert (result["failed"], result["changed"]) == (True, False)
        assert "no tenant is created without a receipt" in result["msg"]
        assert wire.sequence == [TOKEN]

    def test_a_tenant_that_the_receipt_does_not_have_is_no_success(
        self, run: Run, path: Path, wire: Wire, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cannot_write(monkeypatch, 2)
        result = create(run, path)
        assert (result["failed"], result["changed"], result["id"]) == (True, True, TENANT_ID)
        assert "could not be written to its receipt" in result["msg"]
        assert told(path) == [WANTED]

    @pytest.mark.parametrize(
        ("answer", "words"),
        [
            (answers.rate_limited("7"), "failed, and no tenant was created"),
            (faults.cut(), "is not confirmed"),
        ],
        ids=["refused", "lost"],
    )
    def test_a_failure_that_the_receipt_does_not_have_ends_it(
        self, monkeypatch: pytest.MonkeyPatch, run: Run, path: Path, wire: Wire, *, answer: Reply, words: str
    ) -> None:
        cannot_write(monkeypatch, 2)
        wire.on(CREATE, answer)
        result = create(run, path, **LIST)
        assert (result["failed"], result["changed"], result["id"]) == (True, words == "is not confirmed", None)
        assert f"{words}. This could not be written to the receipt" in result["msg"]
        assert wire.sequence == [TOKEN, CREATE]

    def test_the_other_modules_say_that_the_creation_is_not_confirmed(self, run: Run, path: Path, wire: Wire) -> None:
        put(path, pending())
        tenant = {"tenant_id": TENANT_ID, "hostname": HOSTNAME, "receipt_path": str(path)}
        result = operate("qlik_tenant_deactivate", run, **CREDENTIALS, **tenant)
        assert "whose creation is not confirmed" in result["msg"]
        assert wire.sent == []


class TestCheckMode:
    def test_reads_no_key_and_sends_and_writes_nothing(self, run: Run, path: Path, wire: Wire, tmp_path: Path) -> None:
        run.check_mode = True
        wire.on(PROBE, answers.NOBODYS_HOST, LIVES)
        result = create(run, path, license_key=None, license_from=ORIGIN, alias="acme-old")
        assert (result["failed"], result["changed"], result["id"], result["hostname"]) == (False, True, None, None)
        assert (result["status"], result["hostnames"]) == ("active", [ALIAS])
        assert wire.sequence == [PROBE, PROBE]
        assert not any("client_id" in sent.body for sent in wire.of(PROBE))
        assert everything_below(tmp_path) == {}

    def test_without_an_alias_nothing_is_asked(self, run: Run, path: Path, wire: Wire) -> None:
        run.check_mode = True
        result = create(run, path)
        assert (result["failed"], result["changed"], result["hostnames"]) == (False, True, [])
        assert wire.sent == []

    def test_a_tenant_that_does_not_live_has_no_license(self, run: Run, path: Path, wire: Wire) -> None:
        run.check_mode = True
        wire.on(PROBE, answers.deactivated())
        assert "license_from" in create(run, path, license_key=None, license_from=ORIGIN)["msg"]


class TestOptions:
    @pytest.mark.parametrize(
        ("given", "option"),
        [
            ({"region": "e u"}, "region"),
            ({"license_key": None}, "license_key"),
            ({"license_from": ORIGIN}, "license_key"),
            ({"license_key": "short"}, "license_key"),
            ({"license_key": "two words of it"}, "license_key"),
            ({"license_key": None, "license_from": "live.us.qlikcloud.com"}, "license_from"),
            ({"license_key": None, "license_from": "register.eu.qlikcloud.com"}, "license_from"),
            ({"confirm_hostname": "acme.us.qlikcloud.com"}, "confirm_hostname"),
            ({"alias": "ab"}, "alias"),
            ({"alias": "rehearsal-1.eu.qlikcloud.com"}, "alias"),
            ({"alias": "register"}, "alias"),
            ({"name": " "}, "name"),
            ({"name": "two\nlines"}, "name"),
            ({"receipt_path": "folder/"}, "receipt_path"),
            ({"receipt_path": None}, "receipt_path"),
            ({"client_secret": None}, "client_secret"),
        ],
    )
    def test_what_is_wrong_is_said_in_one_sentence_and_nothing_is_sent(
        self, run: Run, path: Path, wire: Wire, given: dict[str, t.Any], option: str
    ) -> None:
        result = create(run, path, **given)
        assert is_one_sentence_about(result["msg"], option), result["msg"]
        assert wire.sent == []
        assert secrets_in(json.dumps(result)) == []

    @pytest.mark.parametrize(
        "wish", [{"alias": "acme-old"}, {"name": "Rehearsal"}, {"license_from": ORIGIN, "license_key": None}]
    )
    def test_what_takes_a_token_of_a_tenant_takes_credentials(
        self, run: Run, path: Path, wire: Wire, wish: dict[str, t.Any]
    ) -> None:
        given = {"client_id": None, "client_secret": None, "access_token": "a-given-token"}
        assert is_one_sentence_about(create(run, path, **given, **wish)["msg"], next(iter(wish)))
        assert wire.sent == []

    def test_a_token_alone_creates_a_tenant(self, run: Run, path: Path, wire: Wire) -> None:
        given = {"client_id": None, "client_secret": None, "access_token": "a-given-token"}
        assert create(run, path, **given)["changed"]
        assert wire.sequence == [CREATE, PROBE]
