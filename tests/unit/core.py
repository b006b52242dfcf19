# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests need of ansible-core, and what each version of it has at another place.

Before 2.19, a text is a template unless it is marked as data.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator

from ansible.utils.unsafe_proxy import wrap_var

try:
    from ansible._internal._datatag._tags import Origin
    from ansible._internal._errors._task_timeout import TaskTimeoutError
    from ansible.template import is_trusted_as_template, trust_as_template

    HAS_TAGS = True
    task_timeout = TaskTimeoutError.alarm_timeout
except ImportError:
    from ansible.executor import task_executor
    from ansible.executor.task_executor import TaskTimeoutError

    HAS_TAGS = False

    @contextlib.contextmanager
    def task_timeout(timeout_seconds: int | None) -> Iterator[None]:
        """The ``timeout`` of a task, as ansible-core sets it before 2.19."""
        before = signal.signal(signal.SIGALRM, task_executor.task_timeout)
        signal.alarm(timeout_seconds or 0)
        try:
            yield
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)


__all__ = (
    "HAS_TAGS",
    "TaskTimeoutError",
    "data",
    "is_template_in_result",
    "task_timeout",
    "template",
    "typed_at",
)


def template(text: str) -> str:
    """A text that a person wrote: Ansible evaluates the templates in it."""
    return trust_as_template(text) if HAS_TAGS else text


def data(text: str) -> str:
    """A text that a plugin read somewhere: Ansible leaves it as it is."""
    return text if HAS_TAGS else wrap_var(text)


def is_template_in_result(text: str) -> bool:
    """Whether Ansible takes a text in the result of an action for a template. Before 2.19 it marks every result as data itself."""
    return HAS_TAGS and bool(is_trusted_as_template(text))


def typed_at(text: str, path: str, line: int, column: int | None = None) -> str:
    """A text that a person wrote at this place of a file. Only an ansible-core with tags knows the place."""
    return Origin(path=path, line_num=line, col_num=column).tag(template(text))
