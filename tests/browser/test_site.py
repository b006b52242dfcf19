# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documentation site as its readers have it: `make docs` has built it."""

from __future__ import annotations

import re
import urllib.parse
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ansible_collections.tenantops.qlik.tests.browser.conftest import NARROW, WIDE, Browser

ROOT = Path(__file__).parents[2]
SITE = ROOT / ".results" / "docs" / "html"
# Made by Sphinx for its own use.
PAGES = sorted(path for path in SITE.rglob("*.html") if path.name not in ("genindex.html", "search.html"))

pytestmark = pytest.mark.skipif(not PAGES, reason="there is no site: make docs builds it")


class Page(HTMLParser):
    """The places of a page, and where its links lead."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.places |= {str(values[name]) for name in ("id", "name") if values.get(name)}
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))


def test_no_link_of_the_site_is_broken() -> None:
    pages = {path: Page(path) for path in SITE.rglob("*.html")}
    broken = []
    for path in PAGES:
        for link in pages[path].links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme:
                # Pages of this repository exist; other sites are not asked.
                file = re.match(r"https://github.com/tenantops/qlik/(?:blob|edit)/main/([^#?]+)", link)
                if file and not (ROOT / file[1]).exists():
                    broken.append(f"{path.name}: {link}")
                continue
            target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
            place = urllib.parse.unquote(parts.fragment)
            if not target.exists() or (place and target in pages and place not in pages[target].places):
                broken.append(f"{path.name}: {link}")
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert broken == []


def test_what_the_repository_has_is_in_the_site() -> None:
    names = {path.relative_to(SITE).with_suffix("").as_posix() for path in PAGES}
    guides = {f"docsite/{path.stem}" for path in (ROOT / "docs").glob("*.md")}
    modules = {f"{path.stem}_module" for path in (ROOT / "plugins" / "modules").glob("*.py")}
    roles = {f"{path.name}_role" for path in (ROOT / "roles").iterdir()}
    others = {"index", "plugins", "docsite/guides", "docsite/changelog", "environment_variables"}
    assert (guides | modules | roles | others) - names == set()


def test_no_page_is_wider_than_its_window(browser: Browser) -> None:
    too_wide = {}
    for path in PAGES:
        browser.open(path.as_uri())
        for size in (WIDE, NARROW):
            browser.resize(size)
            if browser.width > size[0] or browser.cut_off():
                too_wide[path.name, size] = (browser.width, browser.cut_off())
    assert too_wide == {}


def test_a_page_needs_no_network_and_its_scripts_work(browser: Browser) -> None:
    for name in ("index", "qlik_tenant_deactivate_module", "docsite/plans"):
        browser.open((SITE / f"{name}.html").as_uri())
        assert [one for one in browser.read_requests() if not one.startswith(("file:", "data:"))] == []
        assert browser.read_console() == []


def test_the_search_finds_an_option(browser: Browser) -> None:
    browser.open((SITE / "search.html").as_uri() + "?q=purge_after_days")
    # The results appear one after the other, so this waits for the right one.
    assert browser.wait_for('#search-results li a[href*="qlik_tenant_deactivate_module.html"]')
