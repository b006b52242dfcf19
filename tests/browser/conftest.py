# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real browser for the tests of pages: Chromium without a window, which is in no network but this machine's."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

# The windows that a page must be readable in, in CSS pixels.
NARROW, WIDE = (390, 844), (1400, 900)

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",  # root has none
    "--disable-dev-shm-usage",  # a container has little of it
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)


class Browser:
    """A page, and what a person can see of it. ``driver`` is Selenium's own, for all the rest."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, address: str, size: tuple[int, int] = WIDE) -> None:
        """Open a page in a window of this size, which may be narrower than a window of a desktop can be."""
        self.resize(size)
        self.driver.get(address)

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size."""
        width, height = size
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def prefer(self, **features: str) -> None:
        """Set what a person prefers or does, such as ``color_scheme="dark"``; ``media="print"`` shows the page as it is printed."""
        media = features.pop("media", "")
        listed = [{"name": f"prefers-{name.replace('_', '-')}", "value": value} for name, value in features.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": media, "features": listed})

    @property
    def width(self) -> int:
        """How wide the page is, with what can only be seen by scrolling to the right."""
        return int(self.driver.execute_script("return document.documentElement.scrollWidth"))

    def cut_off(self) -> list[str]:
        """The headings that do not fit into the window, and cannot be scrolled."""
        script = """return Array.from(document.querySelectorAll("h1, h2, h3"))
            .filter(one => one.scrollWidth > one.clientWidth + 1 || one.getBoundingClientRect().right > innerWidth)
            .map(one => one.innerText)"""
        return list(self.driver.execute_script(script))

    def wait_for(self, selector: str, seconds: float = 30) -> list[Any]:
        """The elements that a CSS selector finds, as soon as there are some."""
        from selenium.webdriver.support.ui import WebDriverWait  # noqa: PLC0415 (it may not be installed)

        return WebDriverWait(self.driver, seconds).until(lambda driver: driver.find_elements("css selector", selector))

    def read_console(self) -> list[str]:
        """What went wrong in the page since this was last asked: errors of scripts, and what could not be loaded."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    def read_requests(self) -> list[str]:
        """The addresses that the page asked for since this was last asked."""
        return [
            event["params"]["request"]["url"]
            for entry in self.driver.get_log("performance")
            for event in (json.loads(entry["message"])["message"],)
            if event["method"] == "Network.requestWillBeSent"
        ]


@pytest.fixture(scope="session")
def _driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    programs = {name: shutil.which(name) for name in ("chromium", "chromedriver")}
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        pytest.skip(f"no {' and no '.join(missing)} on this machine (Debian: apt-get install chromium chromium-driver)")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs["chromium"]
    for switch in (*_SWITCHES, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(programs["chromedriver"]))
    yield driver
    driver.quit()


@pytest.fixture
def browser(_driver: Any) -> Iterator[Browser]:
    """The browser, with nothing open. One process serves all tests."""
    browser = Browser(_driver)
    browser.driver.get("about:blank")
    # What is read here was another test's.
    browser.read_console()
    browser.read_requests()
    yield browser
    browser.prefer()
