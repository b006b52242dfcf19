# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a report, as its readers have it: on a desk and on a phone, in the light and in the dark, on paper, and without scripts."""

from __future__ import annotations

import base64
import pathlib
from datetime import datetime, timedelta, timezone

import pytest

from ansible_collections.tenantops.qlik.plugins.module_utils._receipts.whole_folder import read_whole_folder
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.model import build_report
from ansible_collections.tenantops.qlik.plugins.plugin_utils._report.page import report_page
from ansible_collections.tenantops.qlik.tests.unit.fleet_receipts import gone, write_folder
from ansible_collections.tenantops.qlik.tests.unit.hostile import SAMPLE

ROOT = pathlib.Path(__file__).parents[2]
NOW = datetime.now(timezone.utc)
NARROW, WIDE = (390, 844), (1400, 900)
# Of the words and their ground; WCAG wants 4.5.
CONTRAST = """
const channels = (css) => css.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (node) => {
  const found = node ? channels(getComputedStyle(node).backgroundColor) : [255, 255, 255];
  return found.length < 4 || found[3] === 1 ? found : ground(node.parentElement);
};
let worst = [99, ""];
for (const node of document.querySelectorAll("body *")) {
  if (node.closest("svg, option, script, .unseen, .skip") || !node.checkVisibility()) continue;
  if (![...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim())) continue;
  const [a, b] = [light(channels(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < worst[0]) worst = [ratio, node.outerHTML.slice(0, 120)];
}
return worst;
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Writes the page of a folder of receipts: of each outcome one, and others."""

    def write(name, more=None, only=None):
        folder = tmp_path_factory.mktemp(name)
        report = build_report([read_whole_folder(str(write_folder(folder / "receipts", NOW, more)))], NOW, only=only)
        (folder / "report.html").write_text(report_page(report))
        return (folder / "report.html").as_uri()

    return write


@pytest.fixture(scope="module")
def page(pages):
    return pages("page")


def visible(browser):
    script = "return [...document.querySelectorAll('tbody tr:not([hidden]) summary')].map((one) => one.textContent)"
    return [name.partition(".")[0] for name in browser.driver.execute_script(script)]


def select(element):
    return pytest.importorskip("selenium.webdriver.support.select").Select(element)


def field(browser, name):
    return browser.driver.find_element("name", name)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_its_window_and_can_be_read(browser, page, size, scheme):
    browser.prefer(color_scheme=scheme)
    browser.open(page, size)
    assert browser.width <= size[0]
    ground = browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (min(map(int, ground.strip("rgb()").split(","))) > 127) == (scheme == "light")
    browser.driver.execute_script("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.width <= size[0]
    ratio, where = browser.driver.execute_script(CONTRAST)
    assert ratio >= 4.5, where


def test_it_asks_for_nothing_and_no_script_fails(browser, page):
    browser.open(page)
    assert browser.read_console() == []
    assert [one for one in browser.read_requests() if one != page and not one.startswith("data:")] == []


def test_it_is_sorted_by_its_headings_both_ways_and_by_the_keyboard(browser, page):
    browser.open(page)
    assert visible(browser)[0] == "overdue"
    heading = browser.driver.find_elements("css selector", "thead button")[0]
    heading.click()
    assert visible(browser) == sorted(visible(browser))
    heading.send_keys("\ue007")
    assert visible(browser) == sorted(visible(browser), reverse=True)
    assert heading.find_element("xpath", "..").get_attribute("aria-sort") == "descending"
    browser.driver.find_elements("css selector", "thead button")[3].click()
    # What has no purge date comes last.
    assert visible(browser)[:3] == ["purged", "overdue", "soon"] and visible(browser)[-1] in {
        "failed",
        "killed",
        "restored",
        "seen",
    }


def test_it_is_filtered_by_state_region_words_and_attention(browser, page):
    browser.open(page)
    assert len(visible(browser)) == 10
    select(field(browser, "state")).select_by_value("overdue")
    assert visible(browser) == ["overdue"]
    assert browser.driver.find_element("id", "shown").text == "1 of 10 tenants"
    select(field(browser, "state")).select_by_value("")
    select(field(browser, "region")).select_by_visible_text("eu")
    assert len(visible(browser)) == 10
    field(browser, "text").send_keys("chg-1 j.doe")
    assert visible(browser) == ["changed"]
    field(browser, "text").clear()
    field(browser, "text").send_keys("\ue008")
    field(browser, "attention").click()
    assert sorted(visible(browser)) == ["failed", "killed", "overdue", "refused"]


def test_a_tenant_opens_for_its_details_and_command(browser, page):
    browser.open(page)
    row = browser.driver.find_element("xpath", "//summary[starts-with(., 'changed')]/ancestor::tr")
    assert "CHG-1" in row.text and "plan" not in row.text
    row.find_element("css selector", "summary").send_keys("\ue007")
    assert all(
        word in row.text for word in ("a" * 64, "j.doe (a claim)", "ops on desk", "tenant_restore_confirm_hostname")
    )


def test_without_scripts_everything_is_there_but_the_filters(browser, page):
    browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        browser.open(page)
        assert len(browser.driver.find_elements("css selector", "tbody tr")) == 10
        assert not browser.driver.find_element("id", "filters").is_displayed()
        assert browser.driver.find_elements("css selector", "thead button") == []
    finally:
        browser.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_paper_has_the_details_and_no_controls(browser, page):
    browser.open(page)
    browser.prefer(media="print")
    shown = browser.driver.execute_script(
        "return [document.getElementById('filters').checkVisibility(),"
        " document.querySelector('.details dd').getBoundingClientRect().height > 0]"
    )
    assert shown == [False, True]
    printed = browser.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")


def test_it_has_what_a_screen_reader_needs(browser, page):
    browser.open(page)
    script = """
    const levels = [...document.querySelectorAll("h1, h2, h3")].map((one) => Number(one.tagName[1]));
    return {
      lang: document.documentElement.lang, title: document.title, h1: levels.filter((one) => one === 1).length,
      jumps: levels.some((one, i) => i && one > levels[i - 1] + 1),
      landmarks: ["header", "main", "footer"].every((one) => document.querySelector(one)),
      pictures: [...document.querySelectorAll("svg[role=img]")].filter((one) => one.querySelector("title, desc")).length,
      labels: [...document.querySelectorAll("input, select")].every((one) => one.labels.length === 1),
      scopes: [...document.querySelectorAll("th")].every((one) => one.scope),
      caption: Boolean(document.querySelector("table caption")),
      ids: new Set([...document.querySelectorAll("[id]")].map((one) => one.id)).size === document.querySelectorAll("[id]").length,
    };"""
    found = browser.driver.execute_script(script)
    assert "out of service" in found.pop("title")
    assert (found.pop("lang"), found.pop("h1"), found.pop("pictures"), found.pop("jumps")) == ("en", 1, 2, False)
    assert all(found.values()) and len(found) == 5


def test_hostile_texts_are_shown_and_do_nothing(browser, pages):
    more = {f"t{number}": gone(NOW, ticket=value, approved_by=value) for number, value in enumerate(SAMPLE.values())}
    address = pages("hostile", more)
    for size in (NARROW, WIDE):
        browser.open(address, size)
        assert browser.width <= size[0]
    assert browser.read_console() == []
    assert [one for one in browser.read_requests() if one != address and not one.startswith("data:")] == []
    assert "<script>alert('EVIL')</script>" in browser.driver.find_element("id", "table").text


def test_two_thousand_tenants_are_quick_to_filter(browser, pages):
    more = {f"t{number}": gone(NOW - timedelta(days=number % 29), ticket=f"CHG-{number}") for number in range(1990)}
    browser.open(pages("many", more))
    field(browser, "text").send_keys("CHG-1989")
    assert visible(browser) == ["t1989"]
    script = (
        "const t = performance.now(); document.forms[0].dispatchEvent(new Event('input')); return performance.now() - t"
    )
    assert browser.driver.execute_script(script) < 1000
    assert browser.width <= WIDE[0] and browser.read_console() == []


def test_the_picture_of_the_readme_is_one_of_this_page(browser, pages):
    """It is written to .results, from where docs/images has it. Another machine has other letters, so only its size is compared."""
    customers = (
        "aurora",
        "birch",
        "cobalt",
        "delta",
        "ember",
        "falcon",
        "garnet",
        "harbor",
        "indigo",
        "juniper",
        "lumen",
        "onyx",
    )
    more = {
        name: gone(NOW - timedelta(days=number**2 % 28), ticket=f"CHG-{4100 + number}")
        for number, name in enumerate(customers)
    }
    shown = {f"{name}.eu.qlikcloud.com" for name in (*customers, "overdue", "restored", "purged", "refused")}
    browser.prefer(color_scheme="light")
    browser.open(pages("picture", more, only=shown), (1240, 1040))
    clip = {"x": 0, "y": 0, "width": 1225, "height": 1000, "scale": 0.68}
    taken = browser.driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    picture = base64.b64decode(taken["data"])
    (ROOT / ".results").mkdir(exist_ok=True)
    (ROOT / ".results/report.png").write_bytes(picture)
    kept = (ROOT / "docs/images/report.png").read_bytes()
    # The size of a picture stands in its head.
    assert kept[16:24] == picture[16:24] and len(kept) <= 100_000
