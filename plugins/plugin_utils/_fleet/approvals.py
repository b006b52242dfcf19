# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approvals by signature: which people have signed a plan, and whether they are enough.

A digest says what was approved. A signature says who approved it. Two signatures are those of one person if they have a key or a name in
common: a person may have several keys, and somebody may have written one key down for several people.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.files import MIB, UnusableFile, absolute, read_file
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal, shown
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.approval import Approval
from ansible_collections.tenantops.qlik.plugins.module_utils._domain.validation import check_bool, check_whole_number
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.signers import (
    AllowedSigners,
    BadKeyFile,
    check_revoked,
    read_allowed_signers,
    read_signature,
    unused_warning,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.ssh_keygen import (
    NAMESPACE,
    NotGood,
    Verifier,
    open_verifier,
)

_LARGEST = MIB
# Each signature is a process of its own.
_MOST = 100

HOW_TO_SIGN = f"ssh-keygen -Y sign -f KEY -n {NAMESPACE} plan.json"


@dataclass(frozen=True, kw_only=True)
class ApprovalRule:
    """What a play asks of the signatures of its plan.

    ``required``: of how many people; ``signatures``: the files; ``allowed_signers``: OpenSSH's file of those who may approve;
    ``revoked_signers``: keys that do not count any more (None: no such list); ``planner_may_approve``: whoever made the plan counts.
    """

    required: int
    signatures: tuple[str, ...]
    allowed_signers: str
    revoked_signers: str | None
    planner_may_approve: bool


@dataclass(frozen=True)
class Signed:
    """A good signature. ``identities``: all names of whoever holds its key."""

    approval: Approval
    identities: tuple[str, ...]

    @property
    def marks(self) -> frozenset[str]:
        """What tells whether two signatures are those of one person. Case does not tell people apart."""
        return frozenset((self.approval.key, *(name.casefold() for name in self.identities)))


@dataclass(frozen=True)
class Verified:
    """The signatures of a plan. ``signed``: the good ones; ``rejected``: a clause for each of the others; ``warnings``: sentences."""

    signed: tuple[Signed, ...]
    rejected: tuple[str, ...]
    warnings: tuple[str, ...]


def read_approval_rule(params: Mapping[str, t.Any]) -> ApprovalRule | None:
    """What was asked for, checked; None if nothing was.

    :arg params: ``approvals_required``, ``plan_signatures``, ``allowed_signers``, ``revoked_signers``, ``planner_may_approve``.
    :raises InvalidInput: something of it is wrong, or missing.
    """
    given = {name: params[name] for name in ("plan_signatures", "allowed_signers", "revoked_signers")}
    if params["approvals_required"] is None:
        # An empty list is what a search for files finds if there are none.
        unused = [f"qlik_{name}" for name, value in given.items() if value not in (None, [])]
        if unused:
            raise InvalidInput(
                f"qlik_approvals_required is missing, and {' and '.join(unused)} {'is' if len(unused) == 1 else 'are'} given: nothing was"
                " changed. Say how many people must have signed the plan."
            )
        return None
    required = check_whole_number(params["approvals_required"], "qlik_approvals_required", 0, _MOST)
    signatures = (
        () if given["plan_signatures"] in (None, []) else _paths(given["plan_signatures"], "qlik_plan_signatures")
    )
    planner_may_approve = check_bool(params["planner_may_approve"], "qlik_planner_may_approve")
    if not required and not signatures:
        return None
    missing = [f"qlik_{name}" for name in ("plan_signatures", "allowed_signers") if given[name] in (None, [])]
    if missing:
        raise InvalidInput(
            f"qlik_approvals_required is {required}, and {' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing: nothing"
            f" was changed. Give the signatures ({HOW_TO_SIGN} makes plan.json.sig) and OpenSSH's file of allowed signers."
        )
    (allowed,) = _paths([given["allowed_signers"]], "qlik_allowed_signers")
    revoked = (
        _paths([given["revoked_signers"]], "qlik_revoked_signers")[0] if given["revoked_signers"] is not None else None
    )
    return ApprovalRule(
        required=required,
        signatures=signatures,
        allowed_signers=allowed,
        revoked_signers=revoked,
        planner_may_approve=planner_may_approve,
    )


def _paths(value: t.Any, option: str) -> tuple[str, ...]:
    """Paths, as a list or separated by commas, made absolute."""
    paths = value.split(",") if isinstance(value, str) else value
    wrong = InvalidInput(f"{option} is {shown(value)}: it must be a list of the paths of files. Nothing was changed.")
    if not isinstance(paths, Sequence) or not paths or len(paths) > _MOST:
        raise wrong
    try:
        if not all(isinstance(path, str) for path in paths):
            raise wrong
        return tuple(absolute(path.strip()) for path in paths)
    except UnusableFile as error:
        raise InvalidInput(f"{option} is {shown(value)}: it {error}. Nothing was changed.") from None


def verify_signatures(rule: ApprovalRule, plan: bytes, now: datetime, *, beside: Iterable[str] = ()) -> Verified:
    """Look at each signature of a plan. Each file is read once.

    :arg plan: the bytes that are to be applied.
    :arg now: the time at which the keys must be valid.
    :arg beside: files that whoever makes plans can write: the plan itself, the inventory.
    :raises InvalidInput: the lists of keys cannot be used, or there is no ssh-keygen.
    """
    try:
        allowed = read_allowed_signers(_read(rule.allowed_signers, follow_link=True))
    except (UnusableFile, BadKeyFile) as error:
        raise _unusable("qlik_allowed_signers", rule.allowed_signers, error) from None
    revoked = None
    if rule.revoked_signers is not None:
        try:
            check_revoked(revoked := _read(rule.revoked_signers, follow_link=True))
        except (UnusableFile, BadKeyFile) as error:
            raise _unusable("qlik_revoked_signers", rule.revoked_signers, error) from None
    signed: list[Signed] = []
    rejected: list[str] = []
    with open_verifier(allowed.text(), revoked, now) as verifier:
        for path in rule.signatures:
            try:
                signed.append(_verify(path, plan, allowed, verifier))
            except (UnusableFile, BadKeyFile, NotGood) as error:
                rejected.append(f"{for_terminal(path, 200)} {error}")
    return Verified(tuple(signed), tuple(rejected), tuple(_doubts(rule, beside)))


def _verify(path: str, plan: bytes, allowed: AllowedSigners, verifier: Verifier) -> Signed:
    content = _read(path)
    key, namespace = read_signature(content)
    if namespace != NAMESPACE:
        raise NotGood(f"is a signature for {shown(namespace)}: sign with -n {NAMESPACE}")
    identities = allowed.identities_of(key)
    if key.is_certificate:
        raise NotGood("was made with a certificate: sign with the key itself, and list that in qlik_allowed_signers")
    if not identities:
        unused = unused_warning(allowed)
        raise NotGood(
            f"is by the key {key.fingerprint}, which is not in qlik_allowed_signers{f'; {unused}' if unused else ''}"
        )
    # A key may be on several lines, each with its own times and purposes.
    reasons: list[str] = []
    for identity in identities:
        try:
            fingerprint = verifier.verify(plan, content, identity)
        except NotGood as error:
            reasons.append(str(error))
            continue
        if fingerprint != key.fingerprint:
            raise NotGood(f"has the key {key.fingerprint} in its header, but ssh-keygen verified it with {fingerprint}")
        return Signed(Approval(for_terminal(identity, 200), fingerprint), identities)
    names = ", ".join(for_terminal(name, 100) for name in identities)
    raise NotGood(f"is not a good signature of this plan by {names} ({'; '.join(dict.fromkeys(reasons))})")


def check_approvals(rule: ApprovalRule, verified: Verified, planned_by: str | None) -> tuple[Approval, ...]:
    """The approvals that count, one per person.

    :arg planned_by: who made the plan, as the plan says.
    :raises InvalidInput: they are too few; the message says what became of each signature.
    """
    people = list(_people(verified.signed))
    planner = None if rule.planner_may_approve or planned_by is None else planned_by.casefold()
    counting = [person for person in people if not any(planner in one.marks for one in person)]
    if len(counting) >= rule.required:
        return tuple(person[0].approval for person in counting)
    reasons = list(verified.rejected)
    reasons += [
        f"{_shown(person[0])} made the plan (planned_by is {shown(planned_by)})"
        for person in people
        if person not in counting
    ]
    reasons += [
        f"{' and '.join(_shown(one) for one in person)} are one person" for person in people if len({*person}) > 1
    ]
    by = ", ".join(_shown(person[0]) for person in counting) or "nobody"
    not_counted = f" Not counted: {'; '.join(reasons)}." if reasons else ""
    raise InvalidInput(
        f"The plan is refused: qlik_approvals_required is {rule.required}, and it is approved by {by}.{not_counted} Nothing was changed."
        f" Have more people sign the plan ({HOW_TO_SIGN}), and name their signatures in qlik_plan_signatures."
    )


def approval_warnings(rule: ApprovalRule, verified: Verified, planned_by: str | None) -> Iterator[str]:
    """What a person should know of approvals that are enough."""
    yield from verified.warnings
    if verified.rejected:
        yield f"Signatures of the plan that do not count: {'; '.join(verified.rejected)}."
    if planned_by is None and not rule.planner_may_approve:
        yield (
            "The plan does not say who made it, so its maker may be one of those who approved it. Give qlik_planned_by when a plan is made,"
            " such as the user who started the CI job."
        )


def _people(signed: Iterable[Signed]) -> Iterator[list[Signed]]:
    """The signatures by person: those that have a mark in common, also by way of a third one."""
    people: list[tuple[frozenset[str], list[Signed]]] = []
    for one in signed:
        same = [person for person in people if person[0] & one.marks]
        people = [person for person in people if person not in same]
        marks = one.marks.union(*(known for known, _signed in same))
        people.append((marks, [*(other for _known, others in same for other in others), one]))
    for _marks, person in people:
        yield person


def _shown(signed: Signed) -> str:
    return f"{signed.approval.identity} ({signed.approval.key})"


def _read(path: str, *, follow_link: bool = False) -> bytes:
    content = read_file(path, _LARGEST, follow_link=follow_link)
    if content is None:
        raise UnusableFile("cannot be read (No such file or directory)")
    return content


def _unusable(option: str, path: str, error: Exception) -> InvalidInput:
    return InvalidInput(f"{option} is {shown(path)}: it {error}. Nothing was changed.")


def _doubts(rule: ApprovalRule, beside: Iterable[str]) -> Iterator[str]:
    """That whoever makes plans may be able to say who approves them."""
    place = os.path.realpath(rule.allowed_signers)
    checkout = _checkout_of(place)
    for path in beside:
        other = os.path.realpath(path)
        is_in_checkout = checkout is not None and checkout == _checkout_of(other)
        if is_in_checkout or os.path.dirname(place) == os.path.dirname(other):
            where = "the same git checkout as" if is_in_checkout else "the same folder as"
            yield (
                f"qlik_allowed_signers ({for_terminal(rule.allowed_signers, 200)}) is in {where} {for_terminal(path, 200)}: whoever"
                " can change that file can also change who may approve. Take it from a place that the authors of plans cannot write, such"
                " as a protected branch, another repository or the execution environment."
            )
            return


def _checkout_of(path: str) -> str | None:
    """The git checkout that a file lies in."""
    folder = os.path.dirname(path)
    while folder != os.path.dirname(folder):
        if os.path.lexists(os.path.join(folder, ".git")):
            return folder
        folder = os.path.dirname(folder)
    return None
