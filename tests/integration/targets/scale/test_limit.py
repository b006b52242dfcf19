# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The API's rate limit: what one worker learns the others know, in the same run and in others."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._http.oauth import Credentials
from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_estimate import RateEstimate
from ansible_collections.tenantops.qlik.plugins.module_utils._http.rate_limit import Tier
from ansible_collections.tenantops.qlik.tests.integration.fleet import CLIENTS, SECRETS, host, scenario, tenant
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading

# Whether reads are answered makes no difference to what is counted here.
pytestmark = [pytest.mark.thorough, one_reading]

ACTIONS = "*/actions/deactivate"


def fleet(number):
    return [f"t{count}" for count in range(number)]


def inventory(names):
    return {key: value for name in names for key, value in host(name).items()}


def start_limited(start_cloud, terminal, names, **limits):
    cloud = start_cloud(scenario(*(tenant(name) for name in names), rate_limits=limits))
    terminal.go_online(cloud)
    terminal.log_in()
    return cloud


def each_got_one(cloud, names):
    effective = [post["path"] for post in cloud.action_posts() if post["effective"]]
    return len(effective) == len(set(effective)) == len(names)


def test_all_workers_and_other_runs_wait_for_what_one_has_learned(start_cloud, terminal):
    names = fleet(18)
    # Ten in a window of nine seconds.
    cloud = start_limited(start_cloud, terminal, names, model="window", tier2=2, scale=33)
    options = ("-e", "tenant_decommission_max_tenants=100", "--forks", "5")
    terminal.write_inventory(inventory(names[:14]))
    first = {}
    running = threading.Thread(target=lambda: first.update(done=terminal.decommission(*options)))
    running.start()
    try:
        until = time.monotonic() + 60
        while not cloud.requests(path=ACTIONS, status=429) and time.monotonic() < until:
            time.sleep(0.05)
        terminal.write("others.yml", {"qlik_tenants": {"hosts": inventory(names[14:])}})
        other = terminal.run("ansible-playbook", "-i", "others.yml", "tenantops.qlik.decommission", *options)
    finally:
        running.join()
    assert first["done"].status == 0, first["done"]
    assert other.status == 0, other
    assert each_got_one(cloud, names)
    # Refused were calls that were on their way when the block began: no more than there are workers. After it nobody was.
    refused = cloud.requests(path=ACTIONS, status=429)
    assert 1 <= len(refused) <= 5
    # Of each block one worker of the two runs tells, whoever learns of it first.
    told = [line for line in (first["done"].stdout + other.stdout).splitlines() if "waiting" in line]
    assert "register.eu.qlikcloud.com" in told[0]
    assert len(told) <= 2
    state = terminal.home / ".local/state/tenantops.qlik"
    files = [path for path in state.iterdir() if path.name.startswith("rate-limit-")]
    assert len(files) == 1
    shown = files[0].name + files[0].read_text()
    assert not [secret for secret in (*SECRETS.values(), CLIENTS["eu"]["client_id"]) if secret in shown]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        # somebody else's idea of a block, a year ahead
        json.dumps({**RateEstimate.begun(time.time(), 365 * 86400).written()}),
        # what was left by a clock that has been set back since
        json.dumps({**RateEstimate.begun(time.time() + 86400, 60).written()}),
    ],
    ids=["damaged", "a year ahead", "from another time"],
)
def test_a_file_that_means_nothing_holds_up_nobody(start_cloud, terminal, content):
    cloud = start_limited(start_cloud, terminal, ["acme"], model="off")
    state = terminal.home / ".local/state/tenantops.qlik"
    state.mkdir(parents=True, mode=0o700)
    client = Credentials(**CLIENTS["eu"]).client
    for number in (1, 2):
        (state / Tier(client, "register.eu.qlikcloud.com", number).file).write_text(content)
    terminal.write_inventory(host("acme"))
    begun = time.monotonic()
    done = terminal.decommission()
    assert done.status == 0, done
    assert each_got_one(cloud, ["acme"])
    assert time.monotonic() - begun < 60


def test_four_job_slices_that_share_nothing_but_the_api_lose_no_tenant(start_cloud, terminal):
    names = fleet(120)
    cloud = start_limited(start_cloud, terminal, names, model="bucket", tier2=12, scale=20)
    running = []
    for number in range(4):
        mine = names[number::4]
        terminal.write(f"slice{number}.yml", {"qlik_tenants": {"hosts": inventory(mine)}})
        # A container of its own for each: own state, own receipts.
        environment = terminal.environment | {"TENANTOPS_QLIK_STATE_DIR": str(terminal.folder / f"state{number}")}
        command = ["ansible-playbook", "-i", f"slice{number}.yml", "tenantops.qlik.decommission"]
        command += [
            "-e",
            "tenant_decommission_max_tenants=100",
            "-e",
            f"tenant_decommission_receipts_dir=receipts{number}",
        ]
        running.append(
            subprocess.Popen(
                command,
                cwd=terminal.folder,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        )
    outputs = [process.communicate(timeout=120)[0] for process in running]
    assert [process.returncode for process in running] == [0] * 4, outputs
    assert each_got_one(cloud, names)
    calls = cloud.requests(path=ACTIONS)
    refused = [call for call in calls if call["status"] == 429]
    assert refused
    assert len(refused) <= len(calls) / 5


def test_progress_is_told_once_in_a_while_in_a_log_and_at_the_bottom_of_a_terminal(start_cloud, terminal):
    names = fleet(6)
    cloud = start_limited(start_cloud, terminal, names, model="off")
    terminal.write_inventory(inventory(names))
    terminal.environment |= {"ANSIBLE_CALLBACKS_ENABLED": "tenantops.qlik.progress"}
    terminal.environment.pop("CI", None)
    log = terminal.decommission("--check")
    assert log.status == 0, log
    told = [line for line in log.stdout.splitlines() if " of 6 tenants" in line]
    assert told == ["1 of 6 tenants", "6 of 6 tenants"]
    assert "\x1b" not in log.stdout

    screen, child = os.openpty()
    command = ["ansible-playbook", "-i", "tenants.yml", "tenantops.qlik.decommission"]
    environment = terminal.environment | {"TERM": "xterm", "LINES": "24", "COLUMNS": "80"}
    process = subprocess.Popen(
        command, cwd=terminal.folder, env=environment, stdin=child, stdout=child, stderr=child, close_fds=True
    )
    os.close(child)
    seen = b""
    try:
        while True:
            seen += os.read(screen, 65536)
    except OSError:
        # The other end is closed.
        pass
    assert process.wait(60) == 0, seen
    os.close(screen)
    shown = seen.decode()
    assert "\x1b[24;1H\x1b[2K1 of 6 tenants" in shown
    # The line is given back before the end, and the last word stays.
    assert shown.rindex("\x1b[r") < shown.rindex("6 of 6 tenants") < shown.rindex("PLAY RECAP")
    assert each_got_one(cloud, names)
