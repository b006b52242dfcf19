# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of a receipt: replaced as a whole or not at all, its owner's alone, and never one that is somebody else's."""

from __future__ import annotations

import errno
import json
import os
import socket
import stat
import typing as t
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base import files as files_module
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import NOTHING_SAID, Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.commands import Author, Target
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts import store as store_module
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.events import DISABLED, LIVE, ReceiptState
from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.store import (
    Journal,
    NotWritten,
    receipt_state_in,
)
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import ALIAS, HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    TARGET,
    ago,
    content_of,
    event,
    everything_below,
    failed,
    intent,
    put,
    receipt,
    told,
)

SIGHT = {"status": "disabled"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the receipt is, or is to be."""
    return tmp_path / "receipts" / f"{HOSTNAME}.json"


def journal_of(path: Path, clock: FakeClock, *, writes: bool = True) -> Journal:
    return Journal(str(path), Author("the-run"), clock, writes=writes)


def opened(path: Path, clock: FakeClock, target: Target = TARGET, *, writes: bool = True) -> Journal:
    journal = journal_of(path, clock, writes=writes)
    journal.open(target)
    journal.name(target.tenant_id, (HOSTNAME, ALIAS))
    return journal


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_the_first_event_makes_the_file_and_its_folder_and_they_are_their_owners_alone(
    path: Path, clock: FakeClock
) -> None:
    before = os.umask(0)
    try:
        opened(path, clock).record("observed", SIGHT)
    finally:
        os.umask(before)
    assert (mode_of(path), mode_of(path.parent)) == (0o600, 0o700)
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_an_event_says_what_when_who_and_in_which_run(path: Path, clock: FakeClock) -> None:
    journal = Journal(str(path), Author("the-run", approved_by="eve", ticket="OPS-7"), clock)
    journal.open(TARGET)
    journal.name(TENANT_ID, (HOSTNAME, ALIAS))
    journal.record("observed", {**SIGHT, "http_status": None})
    (written,) = content_of(path)["events"]
    assert written["by"] == {"user": written["by"]["user"], "host": socket.gethostname()}
    assert written["by"]["user"]
    del written["by"]
    assert written == {
        "event": "observed",
        "at": "2026-11-24T12:00:00Z",
        "run": "the-run",
        "approved_by": "eve",
        "ticket": "OPS-7",
        "status": "disabled",
    }


def test_a_receipt_names_its_tenant(path: Path, clock: FakeClock) -> None:
    opened(path, clock).record("observed", SIGHT)
    found = content_of(path)
    del found["events"]
    assert found == {key: value for key, value in receipt().items() if key != "events"}


def test_a_user_without_an_account_is_named_by_its_number(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As in a container of a platform that gives each project numbers of its own.
    monkeypatch.setattr(store_module.os, "geteuid", lambda: 4_123_456)
    opened(path, clock).record("observed", SIGHT)
    assert content_of(path)["events"][0]["by"]["user"] == "4123456"


def test_what_was_there_stays_and_events_are_added(path: Path, clock: FakeClock) -> None:
    earlier = {**event("deactivated", ago(days=2)), "noted": {"by hand": [1, None, "\ud800"]}}
    put(path, receipt(earlier, comment="kept", hostnames=["was.eu.qlikcloud.com"]))
    opened(path, clock).record("observed", SIGHT)
    found = json.loads(path.read_bytes())
    assert found["comment"] == "kept"
    assert found["events"][0] == earlier
    assert [one["event"] for one in found["events"]] == ["deactivated", "observed"]
    assert found["hostnames"] == [HOSTNAME, ALIAS]


def test_hostnames_that_nobody_shows_any_more_stay(path: Path, clock: FakeClock) -> None:
    put(path, receipt())
    journal = journal_of(path, clock)
    journal.open(TARGET)
    journal.name(None, ())
    journal.record("observed", SIGHT)
    found = content_of(path)
    assert (found["tenant_id"], found["hostnames"]) == (TENANT_ID, [HOSTNAME, ALIAS])


def test_a_file_that_others_may_read_becomes_its_owners_alone(path: Path, clock: FakeClock) -> None:
    put(path, receipt())
    path.chmod(0o644)
    opened(path, clock).record("observed", SIGHT)
    assert mode_of(path) == 0o600


def test_reading_and_naming_leave_every_byte_alone(path: Path, clock: FakeClock, tmp_path: Path) -> None:
    put(path, receipt(event("deactivated", ago(days=2))))
    before = everything_below(tmp_path)
    assert opened(path, clock).receipt_state.state == DISABLED
    assert everything_below(tmp_path) == before


def test_opening_what_is_not_there_makes_nothing(path: Path, clock: FakeClock, tmp_path: Path) -> None:
    assert opened(path, clock).receipt_state == ReceiptState()
    assert everything_below(tmp_path) == {}


def test_in_check_mode_nothing_is_written(path: Path, clock: FakeClock, tmp_path: Path) -> None:
    journal = opened(path, clock, writes=False)
    journal.intend("deactivate", {})
    journal.conclude("deactivated", {})
    journal.resolve({})
    journal.record("observed", SIGHT)
    journal.fail("deactivate", in_doubt=True, error_fields=NOTHING_SAID)
    assert everything_below(tmp_path) == {}


def test_without_a_path_nothing_is_known_and_nothing_is_kept(clock: FakeClock, tmp_path: Path) -> None:
    journal = Journal(None, Author("the-run"), clock)
    journal.open(TARGET)
    journal.name(TENANT_ID, (HOSTNAME,))
    journal.intend("deactivate", {})
    journal.conclude("deactivated", {})
    assert (journal.receipt_state, journal.tenant_id, everything_below(tmp_path)) == (ReceiptState(), None, {})


# The course of one operation: an intent, and its outcome.
def test_an_intent_is_written_before_each_request(path: Path, clock: FakeClock) -> None:
    journal = opened(path, clock)
    journal.intend("deactivate", {"previous_status": "active"})
    journal.intend("deactivate", {"previous_status": "active"})
    assert told(path) == [("intent", {"action": "deactivate", "previous_status": "active"})] * 2


def test_what_failed_is_told_where_it_was_intended_alone(path: Path, clock: FakeClock) -> None:
    journal = opened(path, clock)
    journal.fail("deactivate", in_doubt=False, error_fields=NOTHING_SAID)
    assert not path.exists()
    journal.intend("deactivate", {})
    journal.fail("deactivate", in_doubt=False, error_fields={**NOTHING_SAID, "http_status": 403})
    journal.fail("deactivate", in_doubt=False, error_fields={**NOTHING_SAID, "http_status": 403})
    assert told(path)[1:] == [("failed", {"action": "deactivate", "effect": "none", "http_status": 403})]


def test_what_was_confirmed_has_not_failed_also_where_it_could_not_be_written(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(path, clock)
    journal.intend("deactivate", {"previous_status": "active"})
    with monkeypatch.context() as broken:
        broken.setattr(files_module, "os", FailingOs("replace"))
        with pytest.raises(NotWritten):
            journal.conclude("deactivated", {})
    journal.fail("deactivate", in_doubt=False, error_fields=NOTHING_SAID)
    assert [kind for kind, _facts in told(path)] == ["intent"]


@pytest.mark.parametrize("in_doubt", [False, True])
def test_what_is_in_doubt_stays_pending(path: Path, clock: FakeClock, in_doubt: bool) -> None:
    journal = opened(path, clock)
    journal.intend("deactivate", {"previous_status": "active"})
    journal.fail("deactivate", in_doubt=in_doubt, error_fields=NOTHING_SAID)
    assert (opened(path, clock).receipt_state.pending is not None) == in_doubt


@pytest.mark.parametrize("action", ["deactivate", "reactivate"])
def test_an_intent_that_came_to_nothing_is_resolved_as_that(path: Path, clock: FakeClock, action: str) -> None:
    put(path, receipt(intent(ago(hours=1), action)))
    opened(path, clock).resolve(None)
    assert told(path, 1) == [("failed", {"resolved": True, "action": action, "effect": "none"})]


@pytest.mark.parametrize("outcome", [None, {"purge_after_days": 30}])
@pytest.mark.parametrize("claims", [{}, {"plan_sha256": "a" * 64, "approved_by": "Ada", "ticket": "T-1"}])
def test_what_is_resolved_was_approved_for_the_run_that_sent_it(
    path: Path, clock: FakeClock, claims: dict[str, str], outcome: dict[str, t.Any] | None
) -> None:
    put(path, receipt(intent(ago(hours=1), **claims)))
    journal = opened(path, clock)
    journal.author = Author("the-run", approved_by="Bob", ticket="T-2", plan_sha256="b" * 64)
    journal.resolve(outcome)
    resolved = content_of(path)["events"][1]
    named = {name: resolved.get(name) for name in ("plan_sha256", "approved_by", "ticket")}
    assert named == {**dict.fromkeys(named), **claims}
    journal.record("observed", SIGHT)
    assert content_of(path)["events"][2]["ticket"] == "T-2"


# How old the intent is → how long its request may still take effect, with a time-out of 30 s.
@pytest.mark.parametrize(
    ("age", "left"), [(0, 30), (1, 29), (29, 1), (30, 0), (31, 0), (86400, 0), (-5, 30), (-86400, 30)]
)
def test_a_request_may_take_effect_for_the_time_out_and_no_longer(
    path: Path, clock: FakeClock, age: float, left: float
) -> None:
    put(path, receipt(intent(ago(seconds=age))))
    assert opened(path, clock).may_take_effect_for(30) == left


def test_a_request_that_was_left_in_doubt_may_take_effect_from_then_on(path: Path, clock: FakeClock) -> None:
    put(path, receipt(intent(ago(seconds=100)), failed(ago(seconds=10), "unknown")))
    assert opened(path, clock).may_take_effect_for(30) == 20


@pytest.mark.parametrize("events", [[], [intent(), failed()], [intent(), event("deactivated")]])
def test_where_nothing_is_pending_nothing_may_take_effect(path: Path, clock: FakeClock, events: list[t.Any]) -> None:
    put(path, receipt(*events))
    assert opened(path, clock).may_take_effect_for(30) == 0


# Each step of a replacement, in order.
STEPS = ("makedirs", "unlink", "open", "fsync", "replace", "open", "fsync")
# What is in the way and cannot be removed shows when the new file is to be made.
UNTIL_REPLACED = [(name, STEPS[: place + 1].count(name)) for place, name in enumerate(STEPS[:5]) if name != "unlink"]
AFTERWARDS = [("open", 2), ("fsync", 2)]


def test_the_steps_of_a_replacement_are_these(path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(path, clock)
    watched = FailingOs("nothing")
    monkeypatch.setattr(files_module, "os", watched)
    journal.record("observed", SIGHT)
    assert tuple(name for name in watched.calls if name in STEPS) == STEPS


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES, errno.EINVAL, errno.EDQUOT])
@pytest.mark.parametrize(("name", "number"), UNTIL_REPLACED)
def test_a_step_that_fails_leaves_the_old_file_byte_for_byte_and_is_reported(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, *, name: str, number: int, code: int
) -> None:
    before = put(path, receipt(event("deactivated", ago(days=2))))
    journal = opened(path, clock)
    with monkeypatch.context() as broken:
        broken.setattr(files_module, "os", FailingOs(name, number, code))
        with pytest.raises(NotWritten, match="cannot be written") as caught:
            journal.record("observed", SIGHT)
    assert path.read_bytes() == before
    assert str(path) in str(caught.value)
    assert os.strerror(code) in str(caught.value)
    # What is in memory is what is in the file, and the next event finds nothing in its way.
    assert journal.receipt_state == opened(path, clock).receipt_state
    journal.record("observed", SIGHT)
    assert [one["event"] for one in content_of(path)["events"]] == ["deactivated", "observed"]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(("name", "number"), AFTERWARDS)
def test_what_is_reported_as_not_written_is_not_in_the_file(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: str, number: int
) -> None:
    # Some file systems refuse fsync of a folder (EINVAL).
    before = put(path, receipt(event("deactivated", ago(days=2))))
    journal = opened(path, clock)
    reported = False
    with monkeypatch.context() as broken:
        broken.setattr(files_module, "os", FailingOs(name, number, errno.EINVAL))
        try:
            journal.record("observed", SIGHT)
        except NotWritten:
            reported = True
    assert (path.read_bytes() == before) == reported


@pytest.mark.parametrize("name", ["write", "flush"])
def test_a_full_disk_leaves_the_old_file(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    before = put(path, receipt(event("deactivated", ago(days=2))))
    journal = opened(path, clock)

    class Full:
        """A file on a disk that is full."""

        def __init__(self, descriptor: int, _mode: str, **_options: t.Any) -> None:
            self._descriptor = descriptor

        def __enter__(self) -> t.Any:
            return self

        def __exit__(self, *_error: object) -> None:
            os.close(self._descriptor)

        def write(self, content: bytes) -> None:
            os.write(self._descriptor, content[:10])
            self._fail("write")

        def flush(self) -> None:
            self._fail("flush")

        @staticmethod
        def _fail(what: str) -> None:
            if what == name:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(files_module, "open", Full, raising=False)
        with pytest.raises(NotWritten, match="No space left"):
            journal.record("observed", SIGHT)
    assert path.read_bytes() == before


def test_each_step_is_on_the_disk_before_the_next_one(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(path, clock)
    watched = FailingOs("nothing")
    monkeypatch.setattr(files_module, "os", watched)
    journal.record("observed", SIGHT)
    steps = [name for name in watched.calls if name in ("fsync", "replace")]
    assert steps == ["fsync", "replace", "fsync"]


def test_a_process_that_is_killed_while_it_writes_leaves_the_receipt_as_it_was(path: Path, clock: FakeClock) -> None:
    put(path, receipt(event("deactivated", ago(days=2))))
    (path.parent / f".{path.name}.new").write_bytes(b'{"schema": 1, "events": [')
    assert opened(path, clock).receipt_state.state == DISABLED
    opened(path, clock).record("observed", SIGHT)
    assert [kind for kind, _facts in told(path)] == ["deactivated", "observed"]
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_a_link_in_the_way_of_a_new_file_is_not_followed(path: Path, clock: FakeClock, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    path.parent.mkdir()
    (path.parent / f".{path.name}.new").symlink_to(victim)
    opened(path, clock).record("observed", SIGHT)
    assert victim.read_bytes() == b"precious"
    assert not path.is_symlink()
    assert [kind for kind, _facts in told(path)] == ["observed"]


def test_a_folder_in_the_way_of_a_new_file_is_reported(path: Path, clock: FakeClock) -> None:
    before = put(path, receipt())
    (path.parent / f".{path.name}.new").mkdir()
    with pytest.raises(NotWritten):
        opened(path, clock).record("observed", SIGHT)
    assert path.read_bytes() == before


# What may stand where the receipt should → a word of the message.
def _link(path: Path) -> None:
    target = path.parent / "elsewhere.json"
    put(target, receipt())
    path.symlink_to(target)


def _dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere.json")


def _directory(path: Path) -> None:
    path.mkdir()


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        # A path of a socket may be 107 bytes long.
        before = Path.cwd()
        os.chdir(path.parent)
        server.bind(path.name)
        os.chdir(before)


def _huge(path: Path) -> None:
    put(path, receipt())
    # With a hole: it takes no room.
    os.truncate(path, 1024**4)


def _text(path: Path) -> None:
    path.write_bytes(b"purged on Monday")


def _newer(path: Path) -> None:
    put(path, receipt(schema=3))


def _other_hostname(path: Path) -> None:
    put(path, receipt(hostname="beta.eu.qlikcloud.com", tenant_id="another"))


def _other_region(path: Path) -> None:
    put(path, receipt(hostname="acme.us.qlikcloud.com", region="us"))


def _other_id(path: Path) -> None:
    put(path, receipt(tenant_id="another"))


IN_THE_WAY: dict[str, tuple[t.Callable[[Path], None], str]] = {
    "a link": (_link, "is a symbolic link, which is not followed"),
    "a dangling link": (_dangling_link, "is a symbolic link, which is not followed"),
    "a folder": (_directory, "is a folder"),
    "a named pipe": (_pipe, "is not a regular file"),
    "a socket": (_socket, "cannot be read"),
    "a huge file": (_huge, "is larger than 10 MiB"),
    "a text": (_text, "is not JSON"),
    "a receipt of a newer version": (_newer, "a newer version wrote it"),
    "the receipt of another tenant": (_other_hostname, "is another tenant's, that of beta.eu.qlikcloud.com"),
    "the receipt of a tenant in another region": (_other_region, "is another tenant's, that of acme.us.qlikcloud.com"),
    "the receipt of a tenant with another id": (_other_id, "is another tenant's, that with the id another"),
}


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_not_this_tenants_receipt_stops_the_tenant_and_stays_as_it_is(
    path: Path, clock: FakeClock, case: str
) -> None:
    make, words = IN_THE_WAY[case]
    path.parent.mkdir()
    make(path)
    before = path.lstat()
    with pytest.raises(Stopped) as caught:
        opened(path, clock)
    message = caught.value.message
    for part in (HOSTNAME, TENANT_ID, str(path), words, "Nothing was changed"):
        assert part in message
    after = path.lstat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)


def _unconfirmed_creation(path: Path) -> None:
    put(path, {**receipt(), "tenant_id": None, "hostname": None, "hostnames": []})


NEXT_STEPS: dict[str, tuple[t.Callable[[Path], None], str]] = {
    "a text": (_text, "Put the right file back, or move this one away if it is not a receipt."),
    "a folder": (_directory, "Fix the cause, then run again."),
    # They are records of tenants: moved away, what they prove would be lost.
    "a newer version": (_newer, "Install that version of the collection. Do not move the file"),
    "another tenant": (_other_hostname, "If they are right, give that file another name"),
    "an unconfirmed creation": (_unconfirmed_creation, "Run qlik_tenant_create again with this file as receipt_path"),
}


@pytest.mark.parametrize("case", NEXT_STEPS)
def test_each_reason_has_its_own_next_step(path: Path, clock: FakeClock, case: str) -> None:
    make, next_step = NEXT_STEPS[case]
    path.parent.mkdir()
    make(path)
    with pytest.raises(Stopped) as caught:
        opened(path, clock)
    assert next_step in caught.value.message
    assert ("move this one away" in caught.value.message) == (case == "a text")


@pytest.mark.parametrize("case", IN_THE_WAY)
def test_what_is_not_this_tenants_receipt_tells_nothing_about_it(path: Path, case: str) -> None:
    path.parent.mkdir()
    IN_THE_WAY[case][0](path)
    assert receipt_state_in(str(path), TARGET) == ReceiptState()


def test_a_receipt_is_read_where_it_can_be(path: Path) -> None:
    assert receipt_state_in(str(path), TARGET) == ReceiptState()
    put(path, receipt(event("deactivated")))
    assert receipt_state_in(str(path), TARGET).state == DISABLED
    assert receipt_state_in(str(path), Target(TARGET.address, None)).state == DISABLED


def test_an_id_that_one_side_does_not_know_is_no_other_tenants(path: Path, clock: FakeClock) -> None:
    put(path, receipt(intent(), tenant_id=None))
    assert opened(path, clock).receipt_state.state == LIVE
    put(path, receipt(intent()))
    assert opened(path, clock, Target(TARGET.address, None)).tenant_id == TENANT_ID


@pytest.mark.parametrize("below", [".", "deeper", "deeper/still"])
def test_a_file_in_the_place_of_a_folder_stops_the_tenant(tmp_path: Path, clock: FakeClock, below: str) -> None:
    folder = tmp_path / "a"
    folder.mkdir()
    (folder / "receipts").write_bytes(b"a file")
    path = folder / "receipts" / below / f"{HOSTNAME}.json"
    with pytest.raises(Stopped, match="Nothing was changed"):
        opened(path, clock)
    assert everything_below(tmp_path) == {"a": "folder", "a/receipts": b"a file"}


def test_a_folder_that_may_not_be_written_to_stops_the_tenant_before_there_is_a_receipt(
    path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nothing is forbidden to root, which tests may run as.
    monkeypatch.setattr(store_module.os, "access", lambda _path, _mode: False)
    with pytest.raises(Stopped) as caught:
        opened(path, clock)
    assert os.strerror(errno.EACCES) in caught.value.message


@pytest.mark.parametrize("value", SAMPLE.values(), ids=SAMPLE)
def test_a_hostile_path_is_harmless_in_the_message(tmp_path: Path, clock: FakeClock, value: str) -> None:
    path = str(tmp_path / value.replace("\0", "").encode(errors="ignore").decode()[:200])
    Path(path).mkdir(parents=True)
    journal = Journal(path, Author("the-run"), clock)
    with pytest.raises(Stopped) as caught:
        journal.open(TARGET)
    assert is_harmless(caught.value.message)


def test_a_large_receipt_that_was_read_can_be_read_again_when_an_event_was_added(path: Path, clock: FakeClock) -> None:
    # Written without blanks, as a small program would; with them it is larger.
    put(path, json.dumps({**receipt(), "noted": [[1]] * 1_000_000}, separators=(",", ":")).encode())
    before = path.read_bytes()
    with pytest.raises(Stopped, match="has no room for more events"):
        opened(path, clock)
    assert path.read_bytes() == before
