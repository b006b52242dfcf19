# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files that a running simulator and its clients share."""

from __future__ import annotations

import pathlib


class Files:
    def __init__(self, directory: pathlib.Path) -> None:
        self.directory = directory.absolute()
        self.authority = self.directory / "ca.pem"
        self.log = self.directory / "requests.jsonl"
        self.ready = self.directory / "ready.json"
        self.environment_file = self.directory / "environment"

    def environment(self, proxy: str) -> dict[str, str]:
        """What sends a client to the simulator.

        Plain HTTP is sent there too, so that a request without TLS is refused and seen in the log. NO_PROXY is emptied:
        one that names Qlik Cloud would lead to the real service.
        """
        return {
            "HTTPS_PROXY": proxy,
            "https_proxy": proxy,
            "HTTP_PROXY": proxy,
            "http_proxy": proxy,
            "NO_PROXY": "",
            "no_proxy": "",
            "REQUESTS_CA_BUNDLE": str(self.authority),
        }
