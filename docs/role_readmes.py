# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write the tables of variables into the READMEs of the roles, from their argument specs: role_readmes.py

If several entry points of a role have a variable, the table has the words of the first one. Everything outside the table stays as it is.
"""

from __future__ import annotations

import json
import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
REPOSITORY = "https://github.com/tenantops/qlik/blob/main/"
HEADING = "| variable | type | default | meaning |\n| --- | --- | --- | --- |\n"
_TABLE = re.compile(rf"^{re.escape(HEADING)}(?:\|.*\n)*", re.MULTILINE)
# Ansible's markup: a link, and what is shown as code.
_LINK = re.compile(r"\bL\(([^)]+), *([^)]+)\)")
_CODE = re.compile(r"\b[CEMOV]\(([^)]+)\)")

Option = dict[str, t.Any]


def main() -> int:
    """Rewrite the table in the README of each role."""
    for readme in sorted(ROOT.glob("roles/*/README.md")):
        readme.write_text(with_table(readme))
    return 0


def with_table(readme: Path) -> str:
    """The text of a role's README, with the table as the argument spec has it now."""
    specs = yaml.safe_load((readme.parent / "meta/argument_specs.yml").read_text())["argument_specs"]
    options: dict[str, Option] = {}
    for spec in specs.values():
        for name, option in spec["options"].items():
            options.setdefault(name, option)
    table = HEADING + "".join(_row(name, option, readme.parent.name) for name, option in options.items())
    text, count = _TABLE.subn(lambda _: table, readme.read_text())
    if count != 1:
        raise ValueError(f"{readme} has {count} tables of variables, and must have one")
    return text


def _row(name: str, option: Option, role: str) -> str:
    default = f"`{json.dumps(option['default'])}`" if "default" in option else "none"
    cells = (f"`{name}`", option["type"], default, _markdown(option["description"], role))
    row = " | ".join(cell.replace("|", r"\|") for cell in cells)
    return f"| {row} |\n"


def _markdown(description: str | list[str], role: str) -> str:
    """All paragraphs of a description in one line, with links as the README of the role needs them."""
    paragraphs = [description] if isinstance(description, str) else description

    def link(markup: re.Match[str]) -> str:
        text, url = markup.groups()
        url = url.replace(f"{REPOSITORY}roles/{role}/README.md", "").replace(REPOSITORY, "../../")
        return f"[{text}]({url})"

    return _CODE.sub(r"`\1`", _LINK.sub(link, " ".join(" ".join(paragraphs).split())))


if __name__ == "__main__":
    sys.exit(main())
