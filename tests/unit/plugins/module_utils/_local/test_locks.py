# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the runs of one user on one machine share: a folder that is the user's alone, and a lock for each tenant in it."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import stat
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._local import locks, state_dir
from ansible_collections.tenantops.qlik.plugins.module_utils._local.locks import TenantLocks
from ansible_collections.tenantops.qlik.plugins.module_utils._local.state_dir import state_folder
from ansible_collections.tenantops.qlik.tests.unit import answers
from ansible_collections.tenantops.qlik.tests.unit.clock import FakeClock
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, TENANT_ID
from ansible_collections.tenantops.qlik.tests.unit.failing_os import FailingOs
from ansible_collections.tenantops.qlik.tests.unit.hostile import is_harmless
from ansible_collections.tenantops.qlik.tests.unit.operate import deactivate, probe, reactivate, region_token
from ansible_collections.tenantops.qlik.tests.unit.receipts import everything_below
from ansible_collections.tenantops.qlik.tests.unit.wire import Wire

LOCKS = "tenants.lock"


@pytest.fixture
def open_tenant(wire: Wire) -> Wire:
    """A live tenant that can be deactivated."""
    wire.on("token", answers.token())
    wire.on("read", answers.record("active"))
    wire.on("deactivate", answers.disabled())
    return wire


def locks_of(clock: FakeClock, max_wait: float = 10, announced: list[str] | None = None) -> TenantLocks:
    return TenantLocks(clock, max_wait, (announced if announced is not None else []).append)


class Holder:
    """Another process, which holds the lock of a name until it is killed."""

    def __init__(self, *names: str) -> None:
        ready, said = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            # Nothing of the tests may run in here.
            try:
                locks = locks_of(FakeClock())
                for name in names:
                    locks.hold(name)
                os.write(said, b"held")
                signal.pause()
            finally:
                os._exit(1)
        os.close(said)
        self.holds = os.read(ready, 4) == b"held"
        os.close(ready)

    def kill(self) -> None:
        """End it as a machine without memory does: at once."""
        if self._pid:
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._pid = 0


@contextlib.contextmanager
def another_process_holds(*names: str) -> Iterator[Holder]:
    holder = Holder(*names)
    try:
        assert holder.holds
        yield holder
    finally:
        holder.kill()


def another_process_could_hold(*names: str) -> bool:
    """Another process can have the locks of these names at once."""
    pid = os.fork()
    if pid == 0:
        try:
            locks = locks_of(FakeClock(), 0)
            for name in names:
                locks.hold(name)
            os._exit(0)
        finally:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


# Where the folder is.
def test_the_folder_lies_in_the_users_state_home(tmp_path: Path) -> None:
    assert state_folder() == str(tmp_path / ".local" / "state" / "tenantops.qlik")


def test_the_folder_lies_in_the_state_home_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == str(tmp_path / "xdg" / "tenantops.qlik")


@pytest.mark.parametrize("value", ["", "state", "./state", "~/state"])
def test_a_state_home_that_is_not_absolute_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    # As the XDG specification has it.
    monkeypatch.setenv("XDG_STATE_HOME", value)
    assert state_folder() == str(tmp_path / ".local" / "state" / "tenantops.qlik")
    assert [one.name for one in tmp_path.iterdir()] == [".local"]


@pytest.mark.parametrize(("value", "place"), [("{}/own", "own"), ("own", "own"), ("~/own", "own"), ("{}/a/../b", "b")])
def test_a_folder_of_its_own_goes_before_the_state_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str, place: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", value.format(tmp_path))
    assert state_folder() == str(tmp_path / place)
    assert not (tmp_path / "xdg").exists()


@pytest.fixture
def homeless(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user without a home folder and an account, as in a container that runs as a number."""

    def no_account(number: int) -> t.NoReturn:
        raise KeyError(number)

    monkeypatch.delenv("TENANTOPS_QLIK_STATE_DIR", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_account)


@pytest.mark.parametrize("home", [None, "", "relative"])
@pytest.mark.parametrize("given", [None, "~/own"])
def test_without_a_home_folder_the_tenant_stops_and_no_folder_is_made(
    homeless: None,
    monkeypatch: pytest.MonkeyPatch,
    open_tenant: Wire,
    run: Run,
    tmp_path: Path,
    *,
    home: str | None,
    given: str | None,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in (("HOME", home), ("TENANTOPS_QLIK_STATE_DIR", given)):
        if value is not None:
            monkeypatch.setenv(name, value)
    result = deactivate(run, receipt_path="receipts/a.json")
    assert open_tenant.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    for part in ("has no home folder", "Nothing was changed", "set TENANTOPS_QLIK_STATE_DIR to a folder"):
        assert part in result["msg"]
    assert everything_below(tmp_path) == {}


def test_without_a_home_folder_one_that_is_named_is_used(
    homeless: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", str(tmp_path / "named"))
    assert state_folder() == str(tmp_path / "named")
    monkeypatch.delenv("TENANTOPS_QLIK_STATE_DIR")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder() == str(tmp_path / "xdg" / "tenantops.qlik")


def test_a_receipt_in_a_home_folder_that_is_not_there_is_named(
    homeless: None, state: Path, open_tenant: Wire, run: Run
) -> None:
    result = deactivate(run, receipt_path="~/receipts/a.json")
    assert open_tenant.sent == []
    assert "receipt_path is '~/receipts/a.json': it begins with ~" in result["msg"]


def test_an_empty_name_of_a_folder_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", "")
    assert state_folder() == str(tmp_path / ".local" / "state" / "tenantops.qlik")


def test_the_folder_is_made_and_is_its_users_alone(state: Path) -> None:
    before = os.umask(0)
    try:
        state_folder()
    finally:
        os.umask(before)
    assert stat.S_IMODE(state.stat().st_mode) == 0o700
    assert state_folder() == str(state)


# What is not to be used as the folder → what the message says of it.
def _link(path: Path) -> None:
    (path.parent / "elsewhere").mkdir(mode=0o700)
    path.symlink_to(path.parent / "elsewhere")


def _dangling_link(path: Path) -> None:
    path.symlink_to(path.parent / "nowhere")


def _file(path: Path) -> None:
    path.write_bytes(b"")


def _open_to(mode: int) -> t.Callable[[Path], None]:
    def make(path: Path) -> None:
        path.mkdir()
        path.chmod(mode)

    return make


UNUSABLE: dict[str, tuple[t.Callable[[Path], None], str]] = {
    "a link": (_link, "is not a folder (a symbolic link is not followed)"),
    "a dangling link": (_dangling_link, "is not a folder"),
    "a file": (_file, "is not a folder"),
    "readable to the group": (_open_to(0o740), "is open to other users (chmod 700)"),
    "open to everybody": (_open_to(0o777), "is open to other users (chmod 700)"),
    "as a shared temporary folder": (_open_to(0o1777), "is open to other users (chmod 700)"),
    "passable": (_open_to(0o701), "is open to other users (chmod 700)"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_folder_that_others_get_at_is_refused_and_nothing_is_sent(
    state: Path, open_tenant: Wire, run: Run, tmp_path: Path, case: str
) -> None:
    make, words = UNUSABLE[case]
    make(state)
    before = everything_below(tmp_path)
    result = deactivate(run, receipt_path=str(tmp_path / "receipts" / "a.json"))
    assert open_tenant.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    for part in (str(state), words, "Nothing was changed", "TENANTOPS_QLIK_STATE_DIR"):
        assert part in result["msg"]
    assert everything_below(tmp_path) == before


def test_a_folder_of_another_user_is_refused(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    state_folder()
    monkeypatch.setattr(locks.os, "geteuid", lambda: owner + 1)
    with pytest.raises(Stopped) as caught:
        state_folder()
    assert f"belongs to the user with the number {owner}, not to {owner + 1}" in caught.value.message


@pytest.mark.parametrize("name", ["makedirs", "mkdir", "lstat"])
def test_a_folder_that_cannot_be_made_is_told(state: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(state_dir, "os", FailingOs(name, code=errno.EROFS))
    with pytest.raises(Stopped) as caught:
        state_folder()
    assert f"{state} cannot be made (Read-only file system)" in caught.value.message


def test_a_hostile_name_of_a_folder_is_harmless_in_the_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("TENANTOPS_QLIK_STATE_DIR", str(tmp_path / "file" / "\x1b[31mEVIL\n"))
    with pytest.raises(Stopped) as caught:
        state_folder()
    assert is_harmless(caught.value.message)


# The locks.
def test_a_lock_that_nobody_holds_is_had_without_waiting(state: Path, clock: FakeClock) -> None:
    locks = locks_of(clock)
    with locks.until_released():
        locks.hold(HOSTNAME)
        locks.hold(TENANT_ID)
    assert clock.sleeps == []
    assert stat.S_IMODE((state / LOCKS).stat().st_mode) == 0o600


def test_however_many_tenants_there_are_one_file_has_all_locks(state: Path, clock: FakeClock) -> None:
    for number in range(50):
        locks = locks_of(clock)
        with locks.until_released():
            locks.hold(f"t{number}.eu.qlikcloud.com")
    assert everything_below(state) == {LOCKS: b""}


def test_while_another_process_holds_a_lock_it_is_waited_for_and_then_given_up(state: Path, clock: FakeClock) -> None:
    announced: list[str] = []
    locks = locks_of(clock, 10, announced)
    with another_process_holds(HOSTNAME), pytest.raises(Stopped) as caught, locks.until_released():
        locks.hold(HOSTNAME)
    assert 10 <= sum(clock.sleeps) < 10.5
    for part in (f"Another run on this machine works on tenant {HOSTNAME}", "within 10 s", "Nothing was changed"):
        assert part in caught.value.message
    (told,) = announced
    assert HOSTNAME in told


def test_a_short_wait_is_not_announced(state: Path, clock: FakeClock) -> None:
    announced: list[str] = []
    locks = locks_of(clock, 4, announced)
    with another_process_holds(HOSTNAME), pytest.raises(Stopped), locks.until_released():
        locks.hold(HOSTNAME)
    assert announced == []


def test_without_patience_a_lock_is_tried_once(state: Path, clock: FakeClock) -> None:
    locks = locks_of(clock, 0)
    with another_process_holds(HOSTNAME), pytest.raises(Stopped), locks.until_released():
        locks.hold(HOSTNAME)
    assert clock.sleeps == []


def test_the_locks_of_a_process_that_was_killed_are_free(state: Path, clock: FakeClock) -> None:
    with another_process_holds(HOSTNAME, TENANT_ID) as other:
        other.kill()
        locks = locks_of(clock, 0)
        with locks.until_released():
            locks.hold(HOSTNAME)
            locks.hold(TENANT_ID)


def test_whoever_waits_has_the_lock_as_soon_as_the_other_process_ends(state: Path) -> None:
    with another_process_holds(HOSTNAME) as other:

        class Ending(FakeClock):
            """With the third sleep the other process ends."""

            def sleep(self, seconds: float) -> None:
                super().sleep(seconds)
                if len(self.sleeps) == 3:
                    other.kill()

        clock = Ending()
        locks = locks_of(clock)
        with locks.until_released():
            locks.hold(HOSTNAME)
    assert len(clock.sleeps) == 3


def test_the_lock_of_one_tenant_keeps_nobody_from_another(state: Path, clock: FakeClock) -> None:
    locks = locks_of(clock, 0)
    with another_process_holds(HOSTNAME), locks.until_released():
        locks.hold("beta.eu.qlikcloud.com")
        locks.hold(TENANT_ID)


def test_a_lock_that_was_given_back_can_be_had_by_another_process(state: Path, clock: FakeClock) -> None:
    locks = locks_of(clock)
    with locks.until_released():
        locks.hold(HOSTNAME)
        assert not another_process_could_hold(HOSTNAME)
    assert another_process_could_hold(HOSTNAME)


@pytest.mark.parametrize("make", [_link, _dangling_link, Path.mkdir], ids=["a link", "a dangling link", "a folder"])
def test_what_is_no_file_is_no_lock(state: Path, clock: FakeClock, make: t.Callable[[Path], None]) -> None:
    state_folder()
    make(state / LOCKS)
    with pytest.raises(Stopped, match="The state folder cannot be used for locks"):
        locks_of(clock).hold(HOSTNAME)
    assert clock.sleeps == []


@pytest.mark.parametrize("code", [errno.ENOLCK, errno.ENOTSUP, errno.EIO])
def test_a_file_system_without_locks_stops_the_tenant(
    state: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def no_lock(*_args: t.Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(locks.fcntl, "lockf", no_lock)
    with pytest.raises(Stopped) as caught:
        locks_of(clock).hold(HOSTNAME)
    assert os.strerror(code) in caught.value.message
    assert "Nothing was changed" in caught.value.message


def test_a_lock_file_that_may_not_be_opened_is_not_waited_for(
    state: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    # EACCES is also what some systems say of a lock that is held.
    monkeypatch.setattr(locks, "os", FailingOs("open", code=errno.EACCES))
    with pytest.raises(Stopped, match="The state folder cannot be used for locks"):
        locks_of(clock).hold(HOSTNAME)
    assert clock.sleeps == []


# The operations.
@pytest.mark.parametrize("name", [HOSTNAME, TENANT_ID], ids=["hostname", "id"])
@pytest.mark.parametrize("operation", [deactivate, reactivate])
def test_a_tenant_that_another_run_works_on_is_given_up_and_nothing_is_sent(
    state: Path, wire: Wire, run: Run, operation: t.Callable[..., dict[str, t.Any]], name: str
) -> None:
    with another_process_holds(name):
        result = operation(run, max_wait=3)
    assert wire.sent == []
    assert (result["failed"], result["changed"]) == (True, False)
    assert f"works on tenant {name}" in result["msg"]


def test_the_end_of_an_operation_gives_the_locks_back(state: Path, open_tenant: Wire, run: Run) -> None:
    deactivate(run)
    assert another_process_could_hold(HOSTNAME, TENANT_ID)


def test_a_failed_operation_gives_the_locks_back(state: Path, open_tenant: Wire, run: Run) -> None:
    open_tenant.on("deactivate", answers.FORBIDDEN)
    assert deactivate(run)["failed"]
    assert another_process_could_hold(HOSTNAME, TENANT_ID)


def test_a_tenant_is_held_while_it_is_worked_on(state: Path, open_tenant: Wire, run: Run) -> None:
    held: list[bool] = []
    reply = open_tenant.reply

    def watched(sent: t.Any) -> t.Any:
        held.append(not another_process_could_hold(HOSTNAME) and not another_process_could_hold(TENANT_ID))
        return reply(sent)

    open_tenant.reply = watched  # type: ignore[method-assign]
    open_tenant.on("probe", answers.deactivated())
    assert not deactivate(run, verify=True)["failed"]
    assert open_tenant.sequence == ["token", "read", "deactivate", "probe"]
    assert held == [True] * 4


@pytest.mark.parametrize("operation", [deactivate, reactivate])
def test_check_mode_makes_no_folder_and_waits_for_nobody(
    state: Path, open_tenant: Wire, run: Run, tmp_path: Path, operation: t.Callable[..., dict[str, t.Any]]
) -> None:
    run.check_mode = True
    operation(run, receipt_path=str(tmp_path / "receipts" / "a.json"))
    assert everything_below(tmp_path) == {}
    with another_process_holds(HOSTNAME, TENANT_ID):
        assert not operation(run)["failed"]


def test_what_changes_nothing_needs_no_lock(state: Path, open_tenant: Wire, run: Run, tmp_path: Path) -> None:
    open_tenant.on("probe", answers.deactivated())
    probe(run)
    region_token(run)
    assert everything_below(tmp_path) == {}


def test_wrong_options_make_no_folder(state: Path, wire: Wire, run: Run, tmp_path: Path) -> None:
    assert deactivate(run, purge_after_days=91)["failed"]
    assert everything_below(tmp_path) == {}
