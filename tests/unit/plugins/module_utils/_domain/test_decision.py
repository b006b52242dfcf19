# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the design, written out: every status, every state of the probe, with and without an id."""

from __future__ import annotations

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._domain.decision import (
    Decision,
    Verdict,
    decide_deactivation,
    decide_reactivation,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.tenant import Reading, Record, State
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, TENANT_ID

CHANGE, NO_OP, NOT_FOUND, STOP, PROBE = Verdict.CHANGE, Verdict.NO_OP, Verdict.NOT_FOUND, Verdict.STOP, Verdict.PROBE
EVERY_PROBE = (None, *State)

# The status that was read → the verdict, and the verdict with reset_purge_timer.
BY_STATUS = {
    "active": (CHANGE, CHANGE),
    "user-access-disabled": (CHANGE, CHANGE),
    "disabled": (NO_OP, CHANGE),
    "deactivated": (NO_OP, CHANGE),
    "deleted": (NOT_FOUND, NOT_FOUND),
    "suspended": (STOP, STOP),
    "purging": (STOP, STOP),
    "ACTIVE": (STOP, STOP),
    "active ": (STOP, STOP),
    "": (STOP, STOP),
}

# No record was read, the state of the probe → the verdict, with reset_purge_timer, and the status that is known then.
BY_PROBE = {
    Reading.REFUSED: {
        None: (PROBE, PROBE, None),
        State.ACTIVE: (CHANGE, CHANGE, "active"),
        State.UNAUTHORIZED: (CHANGE, CHANGE, "active"),
        State.DEACTIVATED: (NO_OP, CHANGE, "disabled"),
        State.NOT_FOUND: (NOT_FOUND, NOT_FOUND, None),
        State.UNREACHABLE: (STOP, STOP, None),
        State.UNKNOWN: (STOP, STOP, None),
    },
    Reading.NO_ID: {
        None: (PROBE, PROBE, None),
        State.ACTIVE: (STOP, STOP, None),
        State.UNAUTHORIZED: (STOP, STOP, None),
        State.DEACTIVATED: (NO_OP, STOP, "disabled"),
        State.NOT_FOUND: (NOT_FOUND, NOT_FOUND, None),
        State.UNREACHABLE: (STOP, STOP, None),
        State.UNKNOWN: (STOP, STOP, None),
    },
    Reading.ABSENT: dict.fromkeys(EVERY_PROBE, (NOT_FOUND, NOT_FOUND, None)),
}


def decide(
    read: Record | Reading, probed: State | None, hostname: str = HOSTNAME, *, reset_purge_timer: bool = False
) -> Decision:
    return decide_deactivation(read, probed, hostname, reset_purge_timer=reset_purge_timer)


@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize(("status", "verdicts"), BY_STATUS.items())
def test_a_status_that_was_read_decides_whatever_the_probe_says(
    status: str, verdicts: tuple[Verdict, Verdict], probed: State | None
) -> None:
    record = Record(TENANT_ID, status, (HOSTNAME, ALIAS))
    plain, with_reset = decide(record, probed), decide(record, probed, reset_purge_timer=True)
    assert (plain.verdict, with_reset.verdict) == verdicts
    assert plain.status == with_reset.status == status


@pytest.mark.parametrize(
    ("read", "probed", "verdict", "with_reset", "status"),
    [(read, probed, *expected) for read, table in BY_PROBE.items() for probed, expected in table.items()],
)
def test_where_no_record_was_read_the_probe_decides(
    read: Reading, probed: State | None, verdict: Verdict, with_reset: Verdict, status: str | None
) -> None:
    assert decide(read, probed).verdict is verdict
    assert decide(read, probed, reset_purge_timer=True).verdict is with_reset
    assert decide(read, probed).status == status


@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize("reset_purge_timer", [False, True])
def test_against_a_receipt_that_says_disabled_an_error_of_the_host_is_no_proof_of_life(
    probed: State | None, reset_purge_timer: bool
) -> None:
    decision = decide_deactivation(
        Reading.REFUSED, probed, HOSTNAME, reset_purge_timer=reset_purge_timer, was_disabled=True
    )
    usual = decide(Reading.REFUSED, probed, reset_purge_timer=reset_purge_timer)
    if probed is State.UNAUTHORIZED:
        assert (decision.verdict, decision.status) == (STOP, None)
        assert "only a token" in decision.reason
    else:
        assert decision == usual


@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize(("status", "verdicts"), BY_STATUS.items())
def test_a_record_is_proof_of_life_against_the_receipt(
    status: str, verdicts: tuple[Verdict, Verdict], probed: State | None
) -> None:
    record = Record(TENANT_ID, status, (HOSTNAME,))
    decision = decide_deactivation(record, probed, HOSTNAME, reset_purge_timer=False, was_disabled=True)
    assert decision.verdict is verdicts[0]


def test_the_table_is_complete() -> None:
    assert set(BY_PROBE) == set(Reading)
    for table in BY_PROBE.values():
        assert set(table) == set(EVERY_PROBE)


@pytest.mark.parametrize("reset_purge_timer", [False, True])
@pytest.mark.parametrize("status", BY_STATUS)
def test_a_tenant_with_other_hostnames_is_never_acted_on(status: str, reset_purge_timer: bool) -> None:
    record = Record(TENANT_ID, status, ("other.eu.qlikcloud.com", "another.eu.qlikcloud.com"))
    decision = decide(record, None, reset_purge_timer=reset_purge_timer)
    assert decision.verdict is STOP
    assert "other.eu.qlikcloud.com, another.eu.qlikcloud.com" in decision.reason
    assert HOSTNAME in decision.reason


@pytest.mark.parametrize("hostnames", [(HOSTNAME.upper(),), (ALIAS, "Acme.EU.QlikCloud.com")])
def test_hostnames_know_no_case(hostnames: tuple[str, ...]) -> None:
    assert decide(Record(TENANT_ID, "active", hostnames), None).verdict is CHANGE


def test_an_alias_is_one_of_the_hostnames() -> None:
    assert decide(Record(TENANT_ID, "active", (HOSTNAME, ALIAS)), None, ALIAS).verdict is CHANGE


@pytest.mark.parametrize("hostnames", [(f"{HOSTNAME}.evil.example",), (f"x{HOSTNAME}",), ("eu.qlikcloud.com",)])
def test_a_hostname_that_only_resembles_is_none_of_the_hostnames(hostnames: tuple[str, ...]) -> None:
    assert decide(Record(TENANT_ID, "active", hostnames), None).verdict is STOP


def test_a_record_that_does_not_show_hostnames_leaves_the_identity_to_the_server() -> None:
    assert decide(Record(TENANT_ID, "active", None), None).verdict is CHANGE


@pytest.mark.parametrize("status", ["active", "disabled"])
def test_a_record_with_an_empty_list_of_hostnames_is_not_that_of_the_hostname(status: str) -> None:
    decision = decide(Record(TENANT_ID, status, ()), None)
    assert (decision.verdict, HOSTNAME in decision.reason) == (STOP, True)


@pytest.mark.parametrize("status", [status for status, (verdict, _reset) in BY_STATUS.items() if verdict is STOP])
def test_a_stop_names_the_status(status: str) -> None:
    assert f"'{status}'" in decide(Record(TENANT_ID, status, (HOSTNAME,)), None).reason


@pytest.mark.parametrize("read", [Reading.REFUSED, Reading.NO_ID])
@pytest.mark.parametrize("probed", [State.NOT_FOUND, State.UNREACHABLE, State.UNKNOWN])
def test_whatever_is_not_acted_on_has_a_reason(read: Reading, probed: State) -> None:
    assert decide(read, probed).reason


# A tenant that is gone, whose purge is over by its receipt: what the register host says, and then what the probe says.
GONE = (Reading.ABSENT, Record(TENANT_ID, "deleted", (HOSTNAME,)), Record(TENANT_ID, "deleted", ()))


def decide_when_over(read: Record | Reading, probed: State | None, *, reset: bool = False) -> Decision:
    return decide_deactivation(read, probed, HOSTNAME, reset_purge_timer=reset, purge_is_over=True)


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("read", GONE)
def test_a_tenant_that_is_gone_and_whose_purge_is_over_is_probed_first(read: Record | Reading, reset: bool) -> None:
    assert decide_when_over(read, None, reset=reset).verdict is PROBE


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("read", GONE)
def test_it_is_purged_where_nobody_has_its_host(read: Record | Reading, reset: bool) -> None:
    assert decide_when_over(read, State.NOT_FOUND, reset=reset).verdict is Verdict.PURGED


@pytest.mark.parametrize("probed", [state for state in State if state is not State.NOT_FOUND])
@pytest.mark.parametrize("read", GONE)
def test_it_is_not_found_where_its_host_answers_or_may_answer_and_the_reason_names_the_answer(
    read: Record | Reading, probed: State
) -> None:
    decision = decide_when_over(read, probed)
    assert decision.verdict is NOT_FOUND
    assert probed.value in decision.reason


@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize("read", GONE)
def test_it_is_not_found_where_its_purge_is_not_known_to_be_over(read: Record | Reading, probed: State | None) -> None:
    assert decide(read, probed).verdict is NOT_FOUND


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize(
    "read",
    [
        Reading.REFUSED,
        Reading.NO_ID,
        *(Record(TENANT_ID, status, (HOSTNAME,)) for status in BY_STATUS if status != "deleted"),
        Record(TENANT_ID, "deleted", ("other.eu.qlikcloud.com",)),
    ],
)
def test_whatever_else_the_register_host_says_is_decided_as_without_a_receipt(
    read: Record | Reading, probed: State | None, reset: bool
) -> None:
    assert decide_when_over(read, probed, reset=reset) == decide(read, probed, reset_purge_timer=reset)


@pytest.mark.parametrize("probed", EVERY_PROBE)
@pytest.mark.parametrize("read", [Reading.ABSENT, Record(TENANT_ID, "deleted", (HOSTNAME,))])
def test_the_undo_of_a_tenant_that_is_gone_is_never_a_success(read: Record | Reading, probed: State | None) -> None:
    assert decide_reactivation(read, probed, HOSTNAME).verdict is NOT_FOUND
