# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approvals by signature, with real keys: who counts, and each way around it that somebody may try."""

from __future__ import annotations

import os
import typing as t
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.approvals import (
    ApprovalRule,
    approval_warnings,
    check_approvals,
    read_approval_rule,
    verify_signatures,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.ssh_keygen import Verifier
from ansible_collections.tenantops.qlik.tests.unit.facts import NOW
from ansible_collections.tenantops.qlik.tests.unit.hostile import TERMINAL, is_harmless
from ansible_collections.tenantops.qlik.tests.unit.signing import HardwareKey, Key, make_key, ssh_keygen

ALICE, BOB, CAROL = "alice@example.com", "bob@example.com", "carol@example.com"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Key]:
    folder = tmp_path_factory.mktemp("keys")
    return {name: make_key(folder, name) for name in ("alice", "alice2", "bob", "mallory", "authority")}


class Desk:
    """A plan to approve, and what a run is given. Whoever makes plans can write the folder "author", and no other."""

    def __init__(self, folder: Path, keys: dict[str, Key]) -> None:
        self.keys = keys
        self.author, self.safe = folder / "author", folder / "safe"
        self.author.mkdir()
        self.safe.mkdir()
        self.plan = self.author / "plan.json"
        self.plan.write_text('{"schema": 2}\n')
        self.allow(f"{ALICE} {keys['alice'].public}", f"{BOB} {keys['bob'].public}")
        self.signatures: list[Path] = []
        self.required = 2
        self.planned_by: str | None = "somebody-else"
        self.more: dict[str, t.Any] = {}
        self.now = NOW

    @property
    def allowed(self) -> Path:
        return self.safe / "allowed_signers"

    def allow(self, *lines: str) -> None:
        self.allowed.write_text("".join(f"{line}\n" for line in lines))

    def sign(self, *names: str, **more: t.Any) -> None:
        self.signatures += [self.keys[name].sign(self.plan, **more) for name in names]

    def rule(self) -> ApprovalRule:
        params = {
            "approvals_required": self.required,
            "plan_signatures": [str(path) for path in self.signatures],
            "allowed_signers": str(self.allowed),
            "revoked_signers": None,
            "planner_may_approve": False,
            **self.more,
        }
        rule = read_approval_rule(params)
        assert rule is not None
        return rule

    def approve(self) -> tuple[list[str], list[str]]:
        """The identities that count, and the warnings."""
        rule = self.rule()
        verified = verify_signatures(rule, self.plan.read_bytes(), self.now, beside=[str(self.plan)])
        approvals = check_approvals(rule, verified, self.planned_by)
        return [one.identity for one in approvals], list(approval_warnings(rule, verified, self.planned_by))

    def refusal(self) -> str:
        with pytest.raises(InvalidInput) as caught:
            self.approve()
        assert is_harmless(caught.value.message)
        return caught.value.message


@pytest.fixture
def desk(tmp_path: Path, keys: dict[str, Key]) -> Desk:
    return Desk(tmp_path, keys)


def test_two_people_approve(desk: Desk) -> None:
    desk.sign("alice", "bob")
    assert desk.approve() == ([ALICE, BOB], [])


def test_an_approval_names_the_key(desk: Desk) -> None:
    desk.sign("alice")
    verified = verify_signatures(desk.rule(), desk.plan.read_bytes(), NOW)
    assert [one.approval.key for one in verified.signed] == [desk.keys["alice"].fingerprint]


def test_too_few(desk: Desk) -> None:
    desk.sign("alice")
    assert f"qlik_approvals_required is 2, and it is approved by {ALICE} (SHA256:" in desk.refusal()


def test_a_key_that_is_not_allowed(desk: Desk) -> None:
    desk.sign("alice", "mallory")
    fingerprint = desk.keys["mallory"].fingerprint
    assert f"plan.json.mallory.sig is by the key {fingerprint}, which is not in qlik_allowed_signers" in desk.refusal()


def test_a_bad_signature_besides_enough_good_ones_is_a_warning(desk: Desk) -> None:
    desk.sign("alice", "bob", "mallory")
    people, warnings = desk.approve()
    assert people == [ALICE, BOB]
    assert len(warnings) == 1
    assert "plan.json.mallory.sig is by the key" in warnings[0]


@pytest.mark.parametrize(
    "lines",
    [
        (f"{ALICE} {{alice}}", f"{ALICE} {{alice2}}"),
        (f"{ALICE} {{alice}}", f"{ALICE.upper()} {{alice2}}"),
        # By way of a third line.
        (f"{ALICE} {{alice}}", f"{BOB} {{alice2}}", f"{BOB},{ALICE} {{bob}}"),
    ],
)
def test_two_keys_of_one_person_are_one_approval(desk: Desk, lines: tuple[str, ...]) -> None:
    desk.allow(*(line.format(**{name: key.public for name, key in desk.keys.items()}) for line in lines))
    desk.sign("alice", "alice2", *(["bob"] if len(lines) > 2 else []))
    message = desk.refusal()
    assert f"approved by {ALICE} (" in message
    assert "are one person" in message


def test_one_signature_given_twice_is_one_approval(desk: Desk) -> None:
    desk.sign("alice", "alice")
    assert f"approved by {ALICE} (" in desk.refusal()


def test_one_key_under_two_names_is_one_person(desk: Desk) -> None:
    desk.allow(f"{ALICE} {desk.keys['alice'].public}", f"{BOB} {desk.keys['alice'].public}")
    desk.sign("alice")
    desk.sign("alice", signature=desk.author / "again.sig")
    assert f"approved by {ALICE} (" in desk.refusal()


def test_a_signature_of_another_plan(desk: Desk) -> None:
    desk.sign("alice", "bob")
    desk.plan.write_text('{"schema": 2 }\n')
    message = desk.refusal()
    assert "approved by nobody" in message
    assert f"is not a good signature of this plan by {ALICE}" in message


def test_a_signature_for_another_purpose(desk: Desk) -> None:
    desk.sign("alice", "bob", namespace="git")
    assert "is a signature for 'git': sign with -n tenantops.qlik.plan" in desk.refusal()


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ('namespaces="git"', "key is not permitted for use in signature namespace"),
        ('valid-before="20261124"', "key has expired"),
        ('valid-after="20261125"', "key is not yet valid"),
    ],
)
def test_the_options_of_allowed_signers_hold(desk: Desk, option: str, words: str) -> None:
    desk.allow(f"{ALICE} {option} {desk.keys['alice'].public}")
    desk.required = 1
    desk.sign("alice")
    message = desk.refusal()
    assert words in message
    assert "qlik_allowed_signers, line 1: " in message


def test_options_that_allow_it(desk: Desk) -> None:
    options = 'namespaces="git,tenantops.qlik.*",valid-after="20261124",valid-before="20261125"'
    desk.allow("# Approvers", "", f"{ALICE} {options} {desk.keys['alice'].public} her laptop")
    desk.required = 1
    desk.sign("alice")
    assert desk.approve() == ([ALICE], [])


def test_a_key_on_two_lines_of_which_one_is_for_commits(desk: Desk) -> None:
    public = desk.keys["alice"].public
    desk.allow(f'{ALICE} namespaces="git" {public}', f'{BOB} namespaces="tenantops.qlik.plan" {public}')
    desk.required = 1
    desk.sign("alice")
    assert desk.approve() == ([BOB], [])


def test_a_clock_that_was_set_back_makes_an_expired_key_valid_and_the_plan_one_of_the_future(desk: Desk) -> None:
    desk.allow(f'{ALICE} valid-before="20261124" {desk.keys["alice"].public}')
    desk.required = 1
    desk.sign("alice")
    assert "key has expired" in desk.refusal()
    # What stops it then is the date inside the plan, which is signed: test_plan.py.
    desk.now = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
    assert desk.approve() == ([ALICE], [])


@pytest.mark.parametrize("names", ["*", "*@example.com", "alice@example.co?", "!bob,alice@example.com", f"{BOB},*"])
def test_a_pattern_of_names_proves_nothing(desk: Desk, names: str) -> None:
    desk.allow(f"{CAROL} {desk.keys['authority'].public}", f"{names} {desk.keys['alice'].public}")
    desk.required = 1
    desk.sign("alice")
    assert (
        "line 2 of this file cannot prove who signed (a pattern of names, or the key of a certificate authority)"
        in desk.refusal()
    )


def test_a_certificate_proves_nothing(desk: Desk, tmp_path: Path) -> None:
    """ssh-keygen would take it: whoever holds the authority could be any number of people."""
    authority = desk.keys["authority"]
    signer = make_key(tmp_path, "signer")
    ssh_keygen("-q", "-s", authority.file, "-I", "alice", "-n", f"{ALICE},{BOB}", signer.public_file)
    certificate = Key(signer.file.with_name("signer-cert.pub"))
    desk.allow(f"{CAROL} {desk.keys['bob'].public}", f"*@example.com cert-authority {authority.public}")
    desk.signatures.append(certificate.sign(desk.plan, desk.author / "certificate.sig"))
    desk.sign("authority")
    message = desk.refusal()
    assert "certificate.sig was made with a certificate: sign with the key itself" in message
    assert "line 2 of this file cannot prove who signed" in message


def test_only_patterns_name_nobody(desk: Desk) -> None:
    desk.allow(f"* {desk.keys['alice'].public}")
    desk.sign("alice")
    assert (
        "allowed_signers': it has no line that can be used: line 1 of this file cannot prove who signed"
        in desk.refusal()
    )


@pytest.mark.parametrize(
    "line",
    [
        "{alice}",
        f"{ALICE} from=10.0.0.1 {{alice}}",
        f'"{ALICE}" {{alice}}',
        f"{ALICE} ssh-ed25519 AAAA",
        f"{ALICE} ssh-rsa {{alice}}",
        f"{ALICE}, {{alice}}",
        "\x1b[2J {alice}",
        "<html>",
    ],
)
def test_a_line_that_cannot_be_read_makes_the_file_unusable(desk: Desk, line: str) -> None:
    desk.sign("alice", "bob")
    desk.allow(f"{BOB} {desk.keys['bob'].public}", line.format(alice=desk.keys["alice"].public))
    message = desk.refusal()
    assert "qlik_allowed_signers is " in message
    assert "its line 2 " in message


def test_whoever_made_the_plan_does_not_count(desk: Desk) -> None:
    desk.sign("alice", "bob")
    desk.planned_by = "ALICE@example.com"
    message = desk.refusal()
    assert f"approved by {BOB} (" in message
    assert f"{ALICE} ({desk.keys['alice'].fingerprint}) made the plan (planned_by is 'ALICE@example.com')" in message
    desk.more = {"planner_may_approve": True}
    assert desk.approve() == ([ALICE, BOB], [])


def test_the_planner_does_not_count_under_another_name_of_the_same_key(desk: Desk) -> None:
    desk.allow(f"{ALICE} {desk.keys['alice'].public}", f"alice-on-github {desk.keys['alice'].public}")
    desk.required = 1
    desk.sign("alice")
    desk.planned_by = "alice-on-github"
    assert "approved by nobody" in desk.refusal()


def test_a_plan_without_its_maker_is_a_warning(desk: Desk) -> None:
    desk.sign("alice", "bob")
    desk.planned_by = None
    people, warnings = desk.approve()
    assert people == [ALICE, BOB]
    assert "The plan does not say who made it" in warnings[0]


@pytest.mark.parametrize("form", ["keys", "krl"])
def test_a_revoked_key(desk: Desk, form: str) -> None:
    desk.required = 1
    desk.sign("alice")
    revoked = desk.safe / "revoked"
    public = desk.keys["alice"].public_file
    if form == "krl":
        ssh_keygen("-q", "-k", "-f", revoked, public)
    else:
        revoked.write_text(f"# Lost laptops\n{public.read_text()}")
    desk.more = {"revoked_signers": str(revoked)}
    assert f"is not a good signature of this plan by {ALICE}" in desk.refusal()
    desk.signatures.clear()
    desk.sign("bob")
    assert desk.approve() == ([BOB], [])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read (No such file or directory)"),
        (b"", "is empty"),
        (b"<html>404</html>\n", "its line 1 ('<html>404</html>') is no public key"),
    ],
)
def test_a_list_of_revoked_keys_that_is_none(desk: Desk, content: bytes | None, words: str) -> None:
    desk.sign("alice", "bob")
    revoked = desk.safe / "revoked"
    if content is not None:
        revoked.write_bytes(content)
    desk.more = {"revoked_signers": str(revoked)}
    message = desk.refusal()
    assert "qlik_revoked_signers is " in message
    assert words in message


def test_signatures_that_are_no_plain_files(desk: Desk) -> None:
    desk.sign("alice", "bob")
    link, pipe, huge, other = (desk.author / name for name in ("link", "pipe", "huge", "other"))
    link.symlink_to(desk.signatures[0])
    os.mkfifo(pipe)
    huge.write_bytes(desk.signatures[0].read_bytes() + b"\n" * (1024 * 1024))
    other.write_text("-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n")
    desk.signatures = [link, pipe, huge, other, desk.author, desk.author / "missing", desk.plan]
    message = desk.refusal()
    for words in (
        "/link is a symbolic link, which is not followed",
        "/pipe is not a regular file",
        "/huge is larger than 1 MiB",
        "/other is a damaged SSH signature",
        "/author is a folder",
        "/missing cannot be read (No such file or directory)",
        "/plan.json is not an SSH signature",
    ):
        assert words in message


def test_an_allowed_signers_file_that_is_missing(desk: Desk) -> None:
    desk.sign("alice", "bob")
    desk.allowed.unlink()
    assert "qlik_allowed_signers is " in desk.refusal()


def test_a_hardware_key(desk: Desk) -> None:
    key = HardwareKey()
    desk.allow(f"{ALICE} {key.public}")
    desk.required = 1
    desk.signatures.append(key.sign(desk.plan, desk.author / "hardware.sig"))
    assert desk.approve() == ([ALICE], [])
    desk.plan.write_text("{}\n")
    assert "approved by nobody" in desk.refusal()


@pytest.mark.parametrize("place", ["beside the plan", "in its checkout", "behind a link"])
def test_allowed_signers_that_the_author_of_the_plan_can_write(desk: Desk, place: str) -> None:
    desk.sign("alice", "bob")
    folder = desk.author / "approvers" if place == "in its checkout" else desk.author
    folder.mkdir(exist_ok=True)
    if place == "in its checkout":
        (desk.author / ".git").mkdir()
    moved = desk.allowed.rename(folder / "allowed_signers")
    if place == "behind a link":
        desk.allowed.symlink_to(moved)
    else:
        desk.more = {"allowed_signers": str(moved)}
    people, warnings = desk.approve()
    assert people == [ALICE, BOB]
    expected = "the same git checkout as" if place == "in its checkout" else "the same folder as"
    assert len(warnings) == 1
    assert expected in warnings[0]
    assert "can also change who may approve" in warnings[0]


def test_allowed_signers_in_a_checkout_of_their_own_are_no_warning(desk: Desk) -> None:
    desk.sign("alice", "bob")
    for folder in (desk.author, desk.safe):
        (folder / ".git").mkdir()
    assert desk.approve() == ([ALICE, BOB], [])


def test_no_ssh_keygen(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign("alice", "bob")
    monkeypatch.setenv("PATH", str(desk.safe))
    assert "there is no ssh-keygen on this machine" in desk.refusal()


def test_a_program_of_the_same_name_in_the_folder_of_the_plan_is_not_run(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.required = 1
    desk.sign("alice")
    desk.plan.write_text("{}\n")
    fake = desk.author / "ssh-keygen"
    good = f'Good "tenantops.qlik.plan" signature for {ALICE} with ED25519 key {desk.keys["alice"].fingerprint}'
    fake.write_text(f"#!/bin/sh\necho '{good}'\n")
    fake.chmod(0o755)
    monkeypatch.chdir(desk.author)
    monkeypatch.setenv("PATH", f".:{os.environ['PATH']}")
    assert "approved by nobody" in desk.refusal()


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 0", "ssh-keygen gave an answer that is not known"),
        (
            "echo 'usage: ssh-keygen' >&2; exit 1",
            "cannot verify signatures: nothing was changed. Install OpenSSH 8.7 or newer",
        ),
        ("exec sleep 60", "did not end within 0.2 s"),
    ],
)
def test_an_ssh_keygen_that_does_not_verify(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, script: str, words: str
) -> None:
    desk.sign("alice", "bob")
    fake = desk.safe / "ssh-keygen"
    fake.write_text(f"#!/bin/sh\n{script}\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{desk.safe}:{os.environ['PATH']}")
    monkeypatch.setattr("ansible_collections.tenantops.qlik.plugins.plugin_utils._fleet.ssh_keygen._TIME_LIMIT", 0.2)
    assert words in desk.refusal()


def test_a_signature_that_was_verified_with_another_key_than_it_names_does_not_count(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.required = 1
    desk.sign("alice")
    other = desk.keys["bob"].fingerprint
    monkeypatch.setattr(Verifier, "verify", lambda *_arguments: other)
    message = desk.refusal()
    assert "approved by nobody" in message
    assert f"in its header, but ssh-keygen verified it with {other}" in message


def test_nothing_is_left_behind(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.sign("alice", "bob")
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    desk.approve()
    assert list(temporary.iterdir()) == []


# What a play may say of approvals.
NONE = {
    "approvals_required": None,
    "plan_signatures": None,
    "allowed_signers": None,
    "revoked_signers": None,
    "planner_may_approve": False,
}


def test_nothing_is_asked_for() -> None:
    assert read_approval_rule(NONE) is None
    assert read_approval_rule({**NONE, "approvals_required": 0, "allowed_signers": "/etc/signers"}) is None


def test_an_empty_list_of_signatures_is_not_given() -> None:
    assert read_approval_rule({**NONE, "plan_signatures": []}) is None


def test_signatures_separated_by_commas() -> None:
    given = {"approvals_required": "2", "plan_signatures": "/a.sig, /b.sig", "allowed_signers": "/signers"}
    rule = read_approval_rule({**NONE, **given})
    assert rule is not None
    assert (rule.required, rule.signatures) == (2, ("/a.sig", "/b.sig"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"plan_signatures": ["a.sig"]}, "qlik_approvals_required is missing, and qlik_plan_signatures is given"),
        ({"allowed_signers": "signers"}, "qlik_approvals_required is missing, and qlik_allowed_signers is given"),
        ({"approvals_required": 1}, "qlik_plan_signatures and qlik_allowed_signers are missing"),
        ({"approvals_required": 1, "plan_signatures": ["a"]}, "qlik_allowed_signers is missing"),
        ({"approvals_required": -1}, "qlik_approvals_required is -1: it must be a whole number"),
        ({"approvals_required": True}, "qlik_approvals_required is True: it must be a whole number"),
        ({"approvals_required": 1, "plan_signatures": [], "allowed_signers": "s"}, "qlik_plan_signatures is missing"),
        (
            {"approvals_required": 1, "plan_signatures": [TERMINAL["clear screen"], 1]},
            "it must be a list of the paths of files",
        ),
        (
            {"approvals_required": 1, "plan_signatures": 7, "allowed_signers": "s"},
            "qlik_plan_signatures is 7: it must be a list of the paths of files",
        ),
        ({"approvals_required": 1, "plan_signatures": "a,"}, "qlik_plan_signatures is 'a,': it is not a valid path"),
        (
            {"approvals_required": 1, "plan_signatures": "a", "allowed_signers": "s", "planner_may_approve": "perhaps"},
            "qlik_planner_may_approve is 'perhaps': it must be true or false",
        ),
    ],
)
def test_what_is_wrong_is_refused(given: dict[str, t.Any], words: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_approval_rule({**NONE, **given})
    assert words in caught.value.message
    assert is_harmless(caught.value.message)


def test_a_key_that_becomes_valid_later(desk: Desk) -> None:
    desk.allow(f'{ALICE} valid-after="202611241201" {desk.keys["alice"].public}')
    desk.required = 1
    desk.sign("alice")
    assert "key is not yet valid" in desk.refusal()
    desk.now += timedelta(minutes=2)
    assert desk.approve() == ([ALICE], [])
