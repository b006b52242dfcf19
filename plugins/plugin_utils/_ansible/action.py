# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an action plugin meets the core: arguments in, result out. Its twin for modules is module_utils/_ansible/module.py.

The operation runs here, in the controller, whatever connection and become the inventory sets: a tenant is a host name of a
service, and nothing is ever opened to it by ssh. With ``async``, and delegated to another machine, the module of the same name
does the work there.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import typing as t
from collections.abc import Iterator, Mapping

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.module_utils.basic import missing_required_lib
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.action import ActionBase

from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.argument_specs import (
    ARGUMENT_SPECS,
    OF_THE_GROUP,
    ON_THE_CONTROLLER,
)
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.client_options import Run
from ansible_collections.tenantops.qlik.plugins.module_utils._ansible.operations import OPERATIONS, perform
from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._http.masking import Masking, holds_user
from ansible_collections.tenantops.qlik.plugins.module_utils._http.transport import (
    REQUESTS_IMPORT_ERROR,
    prepare_process,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.core_version import check_core
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.native import NONE_IS_EMPTY, plain
from ansible_collections.tenantops.qlik.plugins.plugin_utils._ansible.output import say

_COLLECTION = "tenantops.qlik"
_GROUP = "group/tenantops.qlik.qlik"
# How the roles hand on a variable that need not be set, with what stands for it then.
_VALUE_OR_DEFAULT = re.compile(r"\{\{ (\w+) \| default\(([^()]*)\)(?: or omit)? \}\}")
# The variable that an option is taken from.
_VARIABLE = re.compile(r"\{\{ (\w+) (?:\||\}\})")
_THIS_MACHINE = frozenset(("localhost", "127.0.0.1", "::1"))
_CREDENTIAL_VARIABLES = {
    "QLIK_CLIENT_ID": "client_id",
    "QLIK_CLIENT_SECRET": "client_secret",
    "QLIK_ORG_CLIENT_ID": "org_client_id",
    "QLIK_ORG_CLIENT_SECRET": "org_client_secret",
}

# The controller imports an action plugin before it forks the worker of the first task: what is made ready here, the workers have.
prepare_process()


class QlikAction(ActionBase):
    """An operation as an action. Each action plugin says its NAME."""

    NAME: t.ClassVar[str]
    # The result is a secret: it can be registered, and is not shown.
    SECRET_RESULT: t.ClassVar[bool] = False
    # The operation needs the play, which only the controller has.
    CONTROLLER_ONLY: t.ClassVar[bool] = False

    _requires_connection = False
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Do the task."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        environment: dict[str, t.Any] = {}
        self._compute_environment_string(environment)
        ignored = self._ignored_variable(task_vars)
        if ignored:
            result = _failed(
                f"{ignored} is set, and its template names something that is not defined: it would be ignored. Define what it names, or"
                f" remove {ignored}. Nothing was changed."
            )
        elif self._task.async_val or self._delegated_to_another_machine(task_vars):
            result = self._run_module(task_vars, environment)
        else:
            with _overlaid(environment):
                result = self._run_here(task_vars)
        if self.SECRET_RESULT and not result.get("failed"):
            result["_ansible_no_log"] = True
        if self.CONTROLLER_ONLY and result.get("failed"):
            # Ansible prints a failure as it is. What is not known need not be read.
            return {key: value for key, value in result.items() if value is not None}
        return result

    def operate(self, params: Mapping[str, t.Any], run: Run, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:  # noqa: ARG002
        """The operation itself; an action that needs the play adds to it."""
        return OPERATIONS[self.NAME](params, run)

    def arguments(self, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The options of the task; an action that works for each host of a wave takes some of them from its variables."""
        return {name: plain(value) for name, value in self._args(task_vars).items()}

    def _args(self, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The arguments of the task that are given, without those that module_defaults give to the whole group and this module has no use
        for.
        """
        given_to_group: set[str] = set()
        for defaults in self._task.module_defaults or ():
            options = defaults.get(_GROUP)
            # A template stands for any of them.
            given_to_group.update(options if isinstance(options, Mapping) else OF_THE_GROUP if options else ())
        unused = (given_to_group & OF_THE_GROUP) - set(ARGUMENT_SPECS[self.NAME])
        return {
            name: value
            for name, value in self._task.args.items()
            if name not in unused
            # Null means not given: Automation controller sends it for a question of a survey without an answer.
            and value is not None
            and not (NONE_IS_EMPTY and value == "" and self._is_unset(name, task_vars))
        }

    def _is_unset(self, name: str, task_vars: Mapping[str, t.Any]) -> bool:
        """Whether an option that is an empty text stands for None, which is the value of a template before ansible-core 2.19.

        What is given and empty is refused, such as a variable of a pipeline that is not set. So the two must be told apart.
        """
        if ARGUMENT_SPECS[self.NAME].get(name, {}).get("type") == "dict":
            return True
        written = _VALUE_OR_DEFAULT.fullmatch(self._written(name))
        if written is None:
            return False
        # default() is for a variable that is not set. One that is null is handed on.
        return task_vars.get(written[1], None if written[2] == "none" else "") is None

    def _ignored_variable(self, task_vars: Mapping[str, t.Any]) -> str | None:
        """A variable that is set, and whose default was taken all the same, because its template cannot be evaluated."""
        for option in ARGUMENT_SPECS[self.NAME]:
            written = _VALUE_OR_DEFAULT.fullmatch(self._written(option))
            value = task_vars.get(written[1]) if written else None
            if written is None or not isinstance(value, str):
                continue
            default = written[2].removesuffix(", true").strip("'")
            if str(self._task.args.get(option) or "").lower() not in ("", default):
                continue
            try:
                self._templar.template(value)
            except AnsibleUndefinedVariable:
                return written[1]
            except AnsibleError:
                # What the template gives is omitted.
                continue
        return None

    def name_of(self, option: str) -> str:
        """What the user calls an option, for messages: the variable that the task has it from, if there is one."""
        variable = _VARIABLE.match(self._written(option))
        return variable[1] if variable else option

    def _written(self, option: str) -> str:
        """An option as the task has it in its file."""
        written = (getattr(self._task, "_ds", None) or {}).get(self._task.action)
        return str(written.get(option)) if isinstance(written, Mapping) else ""

    def check(self, params: Mapping[str, t.Any]) -> None:
        """Check options before Ansible converts them: its words name the option, and not the variable that the user set.

        :arg params: as they were given, with the defaults of the others.
        :raises InvalidInput: one of them is wrong.
        """

    def _run_here(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        if REQUESTS_IMPORT_ERROR:
            return _failed(missing_required_lib("requests"), exception=REQUESTS_IMPORT_ERROR)
        spec, given = ARGUMENT_SPECS[self.NAME], self.arguments(task_vars)
        try:
            check_core()
            self.check({name: given.get(name, option.get("default")) for name, option in spec.items()})
        except InvalidInput as error:
            return _failed(error.message)
        checked = ArgumentSpecValidator(spec).validate(given)
        if checked.error_messages:
            words = checked.errors.msg
            if isinstance(checked.errors[0], UnsupportedError):
                words = f"Unsupported parameters for ({self._task.action}) module: {words}"
            masking = Masking()
            for secret in checked._no_log_values:
                masking.add(str(secret))
            return _failed(masking.mask(words))
        run = Run(check_mode=self._task.check_mode, announce=say)
        try:
            result = perform(
                lambda params, run: self.operate(params, run, task_vars), checked.validated_parameters, run
            )
        except BaseException as error:
            # The keyword timeout: of a task raises an exception that is meant to pass through everything.
            if "TaskTimeoutError" not in (kind.__name__ for kind in type(error).__mro__):
                raise
            result = self._timed_out(run)
        return run.mask_texts(result)

    def _timed_out(self, run: Run) -> dict[str, t.Any]:
        words = (
            f"The task was stopped after {self._task.timeout} s, because the task has timeout: {self._task.timeout}."
        )
        if run.may_have_changed:
            words += " A request that changes the tenant had been sent, and its effect is not known: run again, the state is read first."
        else:
            words += " No request that changes a tenant had been sent."
        return _failed(words, changed=run.may_have_changed)

    def _run_module(self, task_vars: dict[str, t.Any], environment: dict[str, t.Any]) -> dict[str, t.Any]:
        if self.CONTROLLER_ONLY:
            return _failed(ON_THE_CONTROLLER.format(self.NAME))
        if self._task.async_val and self.SECRET_RESULT:
            return _failed(
                f"{self.NAME} refuses async: Ansible would keep the token in a file until somebody fetches it."
            )
        if self._task.args.get("receipt_path"):
            required = ARGUMENT_SPECS[self.NAME]["receipt_path"].get("required", False)
            return _failed(
                f"receipt_path is given, and receipts are written only on this machine: {self.NAME} cannot run with async or delegate_to."
                f" Leave out these keywords{'' if required else ', or receipt_path'}."
            )
        if not self._delegated_to_another_machine(task_vars):
            if self._connection.transport != "local":
                return _failed(
                    f"With async, Ansible would connect to the tenant's host by {self._connection.transport}, which is not possible. Set"
                    " ansible_connection: local in the task's vars, or delegate the task."
                )
            # This machine's Python, not one that interpreter discovery finds; and nobody else's rights.
            task_vars = {"ansible_python_interpreter": sys.executable, **task_vars}
            self._connection.set_become_plugin(None)
        # A task's environment becomes part of a command line, which everybody on that machine can read. The credentials of a proxy cannot
        # go another way; those of a client travel as options.
        with_user = [
            name for name, value in environment.items() if name.lower().endswith("_proxy") and holds_user(str(value))
        ]
        if with_user:
            elsewhere = self._delegated_to_another_machine(task_vars)
            place = "on that machine, such as in /etc/environment" if elsewhere else "where ansible-playbook is started"
            return _failed(
                f"{with_user[0]} in the environment of the task has a user or a password in it, and with async or delegate_to it would be"
                f" part of a command line, which all users of the machine can read. Set it {place}, or leave out async and delegate_to."
            )
        args = self._args(task_vars)
        for variable, option in _CREDENTIAL_VARIABLES.items():
            value = environment.pop(variable, None)
            if value is not None and option in ARGUMENT_SPECS[self.NAME]:
                args.setdefault(option, value)
        before = self._task.environment
        self._task.environment = [environment]
        try:
            result = self._execute_module(
                module_name=f"{_COLLECTION}.{self.NAME}",
                module_args=args,
                task_vars=task_vars,
                wrap_async=bool(self._task.async_val),
            )
        finally:
            # A task with until does this more than once.
            self._task.environment = before
        result.pop("invocation", None)
        if not self._task.async_val:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return t.cast("dict[str, t.Any]", result)

    def _delegated_to_another_machine(self, task_vars: Mapping[str, t.Any]) -> bool:
        name = self._task.delegate_to
        if not name or name in _THIS_MACHINE or name == task_vars.get("inventory_hostname"):
            return False
        # A tenant is no machine that a module could run on.
        return not name.lower().endswith(".qlikcloud.com")


def _failed(msg: str, *, changed: bool = False, **more: t.Any) -> dict[str, t.Any]:
    return {"failed": True, "changed": changed, "msg": msg, **more}


@contextlib.contextmanager
def _overlaid(environment: Mapping[str, t.Any]) -> Iterator[None]:
    """The process's environment with the task's laid over it, as a module would have it.

    A worker process lives for one task; a loop's items run in it one after the other, so it is put back.
    """
    before = dict(os.environ)
    os.environ.update({str(name): str(value) for name, value in environment.items()})
    try:
        yield
    finally:
        for name in environment:
            os.environ.pop(str(name), None)
        os.environ.update(before)
