# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What README and docs show is run: a comment before each block of code says what it is.

``<!-- file: NAME -->`` is written under that name, ``<!-- run -->`` is run as a script, in the order of the document, and
``<!-- output -->`` is what the script before it prints, where an ellipsis stands for anything. ``<!-- not run: WHY -->`` is neither, nor is
a block of plain text. Any other block without such a comment fails. In a script, DIGEST is the digest of the plan that it applies.
Other documents may use the files of README.
"""

from __future__ import annotations

import pathlib
import re
import shutil

import pytest

from ansible_collections.tenantops.qlik.tests.integration.fleet import scenario
from ansible_collections.tenantops.qlik.tests.integration.tiers import one_reading
from ansible_collections.tenantops.qlik.tests.usual_host import OF_EVERY_TENANT

ROOT = pathlib.Path(__file__).resolve().parents[4]
BLOCK = re.compile(
    r"(?:<!-- (?P<kind>file|run|output|not run)(?:: (?P<what>[^\n]*?))? -->\n)?```(?P<language>\w*)\n(?P<text>.*?)\n```",
    re.DOTALL,
)
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "roles").glob("*/*.md"))]
}

# Documents about what changes nothing.
READ_ONLY = {"docs/before-you-start.md", "docs/inventory.md"}

# What is disabled when a reader comes to a document about undoing it.
DISABLED = {"roles/tenant_restore/README.md": {"acme.eu.qlikcloud.com"}}

# The clients and tenants of the documents.
ORGANIZATION = {"clients": [{"id": "your-org-client-id", "secret": "your-org-client-secret"}]}
REGIONS = {
    "eu": {"clients": [{"id": "your-client-id", "secret": "your-client-secret"}]},
    "us": {"clients": [{"id": "your-us-client-id", "secret": "your-us-client-secret"}]},
}
TENANTS = [
    {"hostname": "acme.eu.qlikcloud.com", "id": "zWbTyyJ5lzYLnm9taTD49ja4JVdNKBUM", "license_ends_at": "-90d"},
    {"hostname": "beta.eu.qlikcloud.com", "id": "Hq3mVbX0cRt8LkPzYw5NaJd7UoFs2GeC"},
    {"hostname": "crown.us.qlikcloud.com", "id": "Bd6KxTn1wQz4GfLrMv9YcHs8PuJa3EoW", "license_ends_at": "-61d"},
]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_block_of_code_says_whether_it_is_run(name):
    for block in BLOCK.finditer(DOCUMENTS[name].read_text()):
        assert block["kind"] or block["language"] == "text", block["text"]


@one_reading
@pytest.mark.parametrize("name", [name for name, path in DOCUMENTS.items() if "<!-- run" in path.read_text()])
def test_what_a_document_shows_works(name, start_cloud, terminal):
    tenants = [{**one, "status": "disabled"} if one["hostname"] in DISABLED.get(name, ()) else one for one in TENANTS]
    cloud = start_cloud(scenario(*tenants, regions=REGIONS, organization=ORGANIZATION))
    terminal.go_online(cloud)
    # A clone, beside which the reader works: the first block of README installs it into the home.
    (terminal.folder / "tenantops-qlik").mkdir()
    for part in ("plugins", "roles", "playbooks", "meta", "galaxy.yml", "README.md", "LICENSE"):
        source = ROOT / part
        copy = shutil.copytree if source.is_dir() else shutil.copy
        copy(source, terminal.folder / "tenantops-qlik" / part)
    installed = str(terminal.home / ".ansible/collections")
    terminal.environment["ANSIBLE_COLLECTIONS_PATH"] = installed
    if name != "README.md":
        # README shows what every tenant needs. The other documents do not repeat it, and have files for the group.
        terminal.write("group_vars/all.yml", OF_EVERY_TENANT)
        assert terminal.run("ansible-galaxy", "collection", "install", "./tenantops-qlik/").status == 0
        for block in BLOCK.finditer(DOCUMENTS["README.md"].read_text()):
            if block["kind"] == "file":
                write(terminal, block)
    ran = 0
    for block in BLOCK.finditer(DOCUMENTS[name].read_text()):
        if block["kind"] == "file":
            write(terminal, block)
        elif block["kind"] == "run":
            done = terminal.run("bash", "-euc", with_digest(block["text"], terminal))
            assert done.status == 0, (block["text"], done)
            ran += 1
        elif block["kind"] == "output":
            shown = ".*".join(re.escape(part) for part in block["text"].split("…"))
            assert re.fullmatch(shown, done.stdout.strip(), re.DOTALL), done
    assert ran
    assert all(post["effective"] for post in cloud.action_posts())
    assert bool(cloud.action_posts()) == (name not in READ_ONLY)


def write(terminal, block):
    """The file that a block shows."""
    terminal.write(block["what"], block["text"] + "\n")


def with_digest(script, terminal):
    """The script with the digest that an approver would give; the plan may be made by the same script."""
    plan = re.search(r"qlik_plan=(\S+)", script)
    return script.replace("DIGEST", f"$(cut -d' ' -f1 {plan[1]}.sha256)") if plan else script
