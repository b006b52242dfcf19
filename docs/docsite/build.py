# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Build the documentation site: build.py FOLDER

antsibull-docs writes the pages of plugins and roles. The front page is README.md, and the guides are those of docs/, as they are in the
repository. Sphinx makes a site of all this, which needs no network to read.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
REPOSITORY = "https://github.com/tenantops/qlik/blob/main/"
# A guide in the list of guides, and a link in a page.
_GUIDE = re.compile(rf"`([^`<]+) <{re.escape(REPOSITORY)}docs/([\w-]+)\.md>`__")
_LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)(#[^)\s]*)?\)")

_PLUGINS = "Modules, plugins and roles"

_FRONT = f"""
```{{toctree}}
:hidden:

Guides <docsite/guides>
{_PLUGINS} <plugins>
Environment variables <environment_variables>
Changelog <docsite/changelog>
```
"""


def main(folder: str) -> int:
    """Build the site in a folder, from nothing. Each warning is an error."""
    site = Path(folder)
    shutil.rmtree(site, ignore_errors=True)
    source = site / "rst"
    source.mkdir(parents=True, mode=0o700)
    plugins = ("antsibull-docs", "collection", "--use-current", "--squash-hierarchy", "--fail-on-error")
    subprocess.run((*plugins, "--dest-dir", str(source), "tenantops.qlik"), check=True)
    put_pages(source)
    shutil.copyfile(HERE / "conf.py", site / "conf.py")
    shutil.copytree(HERE / "_static", site / "_static")
    sphinx = (sys.executable, "-m", "sphinx", "--builder", "html", "--quiet", "--fail-on-warning", "--keep-going")
    folders = ("--conf-dir", str(site), "--doctree-dir", str(site / "doctrees"), str(source), str(site / "html"))
    subprocess.run((*sphinx, *folders), check=True)
    print(f"The documentation is in {site}/html/index.html")
    return 0


def put_pages(source: Path) -> None:
    """Add the front page and the guides to the pages of the plugins, and list the guides by their names in the site."""
    listing = (source / "index.rst").read_text()
    # antsibull-docs names the page after the collection, as the front page is.
    (source / "plugins.rst").write_text(
        re.sub(r"\nTenantops\.Qlik\n=+\n", f"\n{_PLUGINS}\n{'=' * len(_PLUGINS)}\n", listing)
    )
    (source / "index.rst").unlink()
    (source / "index.md").write_text(_converted(ROOT / "README.md", "") + _FRONT)
    listed = source / "docsite" / "guides.rst"
    text = listed.read_text()
    names = [name for _title, name in _GUIDE.findall(text)]
    for name in names:
        (source / "docsite" / f"{name}.md").write_text(_converted(ROOT / "docs" / f"{name}.md", "../"))
    shutil.copytree(ROOT / "docs" / "images", source / "docsite" / "images")
    (source / "docsite" / "changelog.md").write_text(_converted(ROOT / "CHANGELOG.md", "../"))
    tree = ["", ".. toctree::", "    :hidden:", "", *(f"    {name}" for name in names), ""]
    listed.write_text(_GUIDE.sub(r":doc:`\1 <\2>`", text) + "\n".join(tree))


def _converted(page: Path, up: str) -> str:
    """A page of the repository with links as they are in the site: to another page there, or to a file of the repository.

    :arg up: the way from the page to the top of the site.
    """

    def in_site(link: re.Match[str]) -> str:
        target, anchor = link[1], link[2] or ""
        path = (page.parent / target).resolve().relative_to(ROOT)
        if path.parent == Path("docs") and path.suffix == ".md":
            return f"]({up}docsite/{path.name}{anchor})"
        if path.parent == Path("docs/images"):
            return f"]({up}docsite/images/{path.name})"
        if path == Path("CHANGELOG.md"):
            return f"]({up}docsite/changelog.md)"
        if path.parts[0] == "roles" and path.name == "README.md":
            return f"]({up}{path.parts[1]}_role.rst)"
        return f"]({REPOSITORY}{path}{anchor})"

    return _LINK.sub(in_site, page.read_text())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
