# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the documentation site; build.py calls it."""

from __future__ import annotations

project = "tenantops.qlik"
author = "tenantops.qlik contributors"
copyright = "tenantops.qlik contributors"  # noqa: A001
html_title = "tenantops.qlik: take Qlik Cloud tenants out of service"
html_short_title = "tenantops.qlik"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 4
pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"
# Pages of Ansible itself are named in texts, and are not part of this site. The test of the site finds what is missing in it.
suppress_warnings = ["misc.highlighting_failure", "ref.ref"]

html_theme = "sphinx_ansible_theme"
html_theme_options = {
    "documentation_home_url": "https://github.com/tenantops/qlik",
    "navigation_depth": 3,
    "titles_only": True,
    "topbar_links": {},
    "vcs_pageview_mode": "edit",
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_use_index = False
html_copy_source = False
