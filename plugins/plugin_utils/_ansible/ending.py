# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The end of a wave: its summary is shown, whatever ends the run."""

from __future__ import annotations

import atexit
import contextlib
import os
import typing as t

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import Stopped
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, some
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import display, say
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.play import chosen_tags, inventory_options
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.outputs import (
    JUNIT,
    SUMMARY,
    BadOutput,
    as_json,
    write_output,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.run_log import WaveLog, log_summary, read_waves
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary import summarize_wave
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary_files import summary_junit, summary_markdown
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.summary_undo import undo_lines

_PROCESS = os.getpid()


def sum_up(
    play: str,
    wave: WaveLog,
    run: Run,
    *,
    dest: str | None,
    junit: str | None = None,
    is_over: bool = False,
) -> dict[str, t.Any]:
    """Print the summary of a wave, and write it.

    :arg dest: the file for it; None: it is only printed.
    :arg junit: a file for it as JUnit, for the list of tests of a pipeline.
    :arg is_over: no batch comes after this one.
    :returns: as summarize().
    :raises InvalidInput: the file cannot be written.
    """
    part = wave.last
    found = _summarize(wave, run, is_over=is_over)
    for line in found["lines"]:
        say(line)
    log_summary(play, part.operation)
    if dest:
        _write(dest, found["summary"])
    if junit:
        write_output(junit, summary_junit(found["summary"]), "qlik_summary_junit", JUNIT)
    return found


def _summarize(wave: WaveLog, run: Run, *, is_over: bool) -> dict[str, t.Any]:
    run_id = wave.last.run_id or run.run_id
    return summarize_wave(wave, run_id=run_id, now=run.clock.now(), is_over=is_over, inventory=inventory_options())


def _add_to_page(wave: WaveLog) -> None:
    """On GitHub, add the summary of a wave to the page of the job. The job itself does not depend on it."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if not page:
        return
    summary = _summarize(wave, Run(), is_over=True)["summary"]
    text = summary_markdown(summary, undo_lines(summary, inventory_options()))
    try:
        with open(page, "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        display.warning(f"GITHUB_STEP_SUMMARY is {for_terminal(page)}: it cannot be written ({error.strerror}).")


def _write(path: str, summary: dict[str, t.Any]) -> None:
    try:
        write_output(path, as_json(summary), f"tenant_{summary['operation']}_summary_file", SUMMARY)
    except BadOutput as error:
        # The guard refuses the wave for it, and has said so.
        if error.message not in (summary["error"] or ""):
            raise


def check_guarded(wave: WaveLog) -> None:
    """Check that the guard has run.

    :raises Stopped: it has not.
    """
    if not wave.parts:
        raise Stopped(
            "The check of all tenants did not run, so nothing was changed. Run the play from its beginning, with all tasks of the"
            " role."
        )


def check_reached(wave: WaveLog, *, ignores_errors: bool = False) -> None:
    """Check that no tenant failed, or was left out, silently.

    :arg ignores_errors: the role is used with ``ignore_errors``.
    :raises Stopped: a tenant failed or was not reached, and the run would end as a success.
    """
    has_failed = wave.last.error or any(row.result and row.result.failed for row in wave.rows)
    names = [for_terminal(row.hostname or row.host, 100) for row in wave.not_reached]
    if has_failed and ignores_errors:
        raise Stopped(
            "Not all tenants succeeded (see the summary). The run fails although ignore_errors is set around the role. To go on after a"
            " failure, put the role into a block with a rescue."
        )
    if not names or has_failed:
        return
    were = "1 tenant was" if len(names) == 1 else f"{len(names)} tenants were"
    tags = chosen_tags()
    why = (
        f" {for_terminal(tags, 200)} left out tasks of the role: run without it."
        if tags
        else " Find above what stopped the run, then run it again for them with --limit."
    )
    raise Stopped(f"{were} not reached: {some(names)}.{why}")


def sum_up_at_exit() -> None:
    """When the process that this is called in ends, show the summaries that no task has shown, and add all to the page of the job.

    Only then is it known that no batch, and no other part of a wave, comes after the last one.
    """
    atexit.register(_sum_up_what_is_left)


def _sum_up_what_is_left() -> None:
    """Show the summaries that no task has shown: Ansible runs no more tasks after ctrl-C, or if all hosts have left the play."""
    if os.getpid() != _PROCESS:
        return
    for (play, _operation), wave in read_waves().items():
        if not wave.parts or wave.last.planning:
            continue
        with contextlib.suppress(Exception):
            _add_to_page(wave)
        if wave.is_summed_up:
            continue
        with contextlib.suppress(Exception):
            say("The run ended before its summary. This is what it did:")
            found = sum_up(play, wave, Run(), dest=wave.last.summary_file, is_over=True)
            if not found["summary"]["receipts_dirs"]:
                say(f"Receipts: {', '.join(for_terminal(one, 300) for one in wave.last.receipts)}")
