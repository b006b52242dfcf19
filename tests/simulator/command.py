# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line: reads the scenario, writes the files that clients need, and runs until told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import shlex
import signal
import sys
from collections.abc import Sequence

from simulator.application import Application
from simulator.certificates import Certificates
from simulator.checks import ScenarioError
from simulator.cloud import Cloud
from simulator.faults import Faults
from simulator.files import Files
from simulator.proxy import Proxy, listen
from simulator.recorder import Recorder
from simulator.scenario import Scenario, build, load


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    try:
        scenario = load(options.scenario) if options.scenario else build({})
    except (ScenarioError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    if options.refuse_reads is not None:
        scenario.reads.allow = False
        scenario.reads.status = options.refuse_reads
    files = Files(options.directory)
    files.directory.mkdir(parents=True, exist_ok=True)
    # Whoever waits for this file must not find the one of an earlier run.
    files.ready.unlink(missing_ok=True)
    asyncio.run(_run(scenario, files, options.port, options.stop_with_stdin))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description="A stand-in for Qlik Cloud, reached as a proxy.")
    parser.add_argument("--directory", type=pathlib.Path, required=True, help="where ca.pem, requests.jsonl … go")
    parser.add_argument("--scenario", type=pathlib.Path, help="a YAML or JSON file, described in README.md")
    parser.add_argument("--port", type=int, default=0, help="of the proxy on 127.0.0.1; 0: any that is free")
    parser.add_argument(
        "--refuse-reads",
        type=int,
        choices=(401, 403, 404, 405),
        metavar="STATUS",
        help="the register hosts refuse to read a tenant with this status, whatever the scenario says",
    )
    parser.add_argument(
        "--stop-with-stdin", action="store_true", help="stop when standard input ends, that is with the starter"
    )
    return parser


async def _run(scenario: Scenario, files: Files, port: int, stop_with_stdin: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if stop_with_stdin:
        loop.add_reader(sys.stdin.fileno(), _read_stdin, stop)
    certificates = Certificates()
    certificates.write_authority(files.authority)
    recorder = Recorder(files.log, scenario.secrets())
    fault_list = Faults(scenario.faults)
    application = Application(
        Cloud(scenario), fault_list, recorder, latency=scenario.latency, clock_skew=scenario.clock_skew
    )
    proxy = Proxy(application, fault_list, recorder, certificates)
    with contextlib.closing(recorder), contextlib.closing(listen(port)) as listener:
        _announce(files, listener.getsockname()[1])
        await proxy.serve(listener, stop)


def _read_stdin(stop: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), 4096):
        asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        stop.set()


def _announce(files: Files, port: int) -> None:
    """Tells where the proxy is; `ready.json` comes last, and in one piece."""
    proxy = f"http://127.0.0.1:{port}"
    settings = files.environment(proxy)
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
    files.environment_file.write_text("".join(lines), encoding="utf-8")
    ready = {
        "port": port,
        "proxy": proxy,
        "ca": str(files.authority),
        "log": str(files.log),
        "pid": os.getpid(),
    }
    unfinished = files.ready.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(ready) + "\n", encoding="utf-8")
    unfinished.replace(files.ready)
