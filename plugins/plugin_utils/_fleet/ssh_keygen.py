# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH's ssh-keygen, which decides whether a signature of a plan is good.

It gets private copies of what this process has read, and the plan by its standard input: what it verifies are the bytes that are applied,
whatever happens to the files in the meantime.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.module_utils._base.text import for_terminal

# What a signature is for. One for another purpose, such as a commit, is not one of a plan.
NAMESPACE = "tenantops.qlik.plan"

_PROGRAM = "ssh-keygen"
_OLDEST = "OpenSSH 8.7"
_TIME_LIMIT = 60.0
_GOOD = re.compile(rf'Good "{re.escape(NAMESPACE)}" signature for (.+) with \S+ key (SHA256:[A-Za-z0-9+/]+)\n?')


class NotGood(Exception):
    """A signature is not good; the message says why, as the end of a sentence."""


@dataclass(frozen=True)
class Verifier:
    """ssh-keygen with its lists of allowed and revoked keys, as private files in one folder."""

    program: str
    folder: str
    has_revoked: bool
    now: datetime

    def verify(self, content: bytes, signature: bytes, identity: str) -> str:
        """Check that a person signed some bytes, with a key that they may use for it now.

        :returns: the fingerprint of that key.
        :raises NotGood: they did not.
        :raises InvalidInput: ssh-keygen does not work.
        """
        signature_file = self._file("signature")
        _write(signature_file, signature)
        command = [self.program, "-Y", "verify", "-n", NAMESPACE, "-f", self._file("allowed"), "-I", identity]
        command += ["-s", signature_file, "-O", f"verify-time={self.now.astimezone(timezone.utc):%Y%m%d%H%M%S}"]
        if self.has_revoked:
            command += ["-r", self._file("revoked")]
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and each argument is of our making
                command,
                input=content,
                capture_output=True,
                check=False,
                cwd=self.folder,
                # Its times are UTC, and nothing of the environment decides.
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC0"},
                timeout=_TIME_LIMIT,
            )
        except subprocess.TimeoutExpired:
            raise InvalidInput(f"{self.program} did not end within {_TIME_LIMIT:g} s: nothing was changed.") from None
        except OSError as error:
            raise InvalidInput(f"{self.program} cannot be run ({error.strerror}): nothing was changed.") from None
        words = self._words(done.stderr)
        if done.returncode:
            if "usage:" in words:
                raise InvalidInput(
                    f"{self.program} cannot verify signatures: nothing was changed. Install {_OLDEST} or newer."
                )
            raise NotGood(words or "ssh-keygen does not say why")
        good = _GOOD.fullmatch(done.stdout.decode(errors="replace"))
        if good is None or good[1] != identity:
            raise NotGood(
                f"ssh-keygen gave an answer that is not known: {for_terminal(done.stdout.decode(errors='replace'))}"
            )
        return good[2]

    def _file(self, name: str) -> str:
        return os.path.join(self.folder, name)

    def _words(self, output: bytes) -> str:
        """What ssh-keygen said, with the user's words for its files."""
        words = output.decode(errors="replace").replace(f"{self._file('allowed')}:", "qlik_allowed_signers, line ")
        return for_terminal(words.replace(self.folder, ""), 600).rstrip(".")


@contextlib.contextmanager
def open_verifier(allowed: bytes, revoked: bytes | None, now: datetime) -> Iterator[Verifier]:
    """ssh-keygen with these lists.

    :arg now: the time at which keys must be valid.
    :raises InvalidInput: there is no ssh-keygen.
    """
    # A relative folder in PATH may be one that the author of a plan can write.
    folders = [folder for folder in os.get_exec_path() if os.path.isabs(folder)]
    program = shutil.which(_PROGRAM, path=os.pathsep.join(folders))
    if program is None:
        raise InvalidInput(
            f"The signatures of the plan cannot be verified, since there is no {_PROGRAM} on this machine: nothing was changed. Install"
            f" {_OLDEST} or newer (the package is usually called openssh-client or openssh-clients)."
        )
    with tempfile.TemporaryDirectory(prefix="qlik-") as folder:
        _write(os.path.join(folder, "allowed"), allowed)
        if revoked is not None:
            _write(os.path.join(folder, "revoked"), revoked)
        yield Verifier(program, folder, revoked is not None, now)


def _write(path: str, content: bytes) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
        file.write(content)
