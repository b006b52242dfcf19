# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values as servers and inventories may send them to reach a terminal, a document or a template, and what must be left of them."""

from __future__ import annotations

import unicodedata

# Each holds the word EVIL, so that a test can see that the text was there. First what harms a terminal.
TERMINAL = {
    "colours": "\x1b[31mEVIL\x1b[0m",
    "clear screen": "\x1b[2J\x1b[HEVIL",
    "window title": "\x1b]0;EVIL\x07",
    "link": "\x1b]8;;https://evil.example\x1b\\EVIL\x1b]8;;\x1b\\",
    "eight-bit escape": "\x9b31mEVIL",
    "line break": "EVIL\nPLAY RECAP: ok=1 changed=0",
    "carriage return": "EVIL\rok: all is well",
    "backspaces": "EVIL\b\b\b\bGOOD",
    "null": "EVIL\x00EVIL",
    "delete": "EVIL\x7f",
    "tab and form feed": "EVIL\t\fEVIL",
    "line separator": "EVIL\u2028EVIL\u2029",
    "next line": "EVIL\x85EVIL",
    "right to left": "\u202eEVIL\u202c",
    "isolate": "\u2066EVIL\u2069",
    "invisible": "EV\u200bIL EVIL\ufeff",
    "half a surrogate pair": "EVIL\ud800",
    "private use": "EVIL\ue000",
    "blanks": "   EVIL    EVIL   ",
    "too long": "EVIL" * 100_000,
}

HOSTILE = {
    **TERMINAL,
    # Markdown, and what the hosts of repositories make of it.
    "cells of a table": "EVIL | EVIL || EVIL",
    "an escaped cell": "EVIL \\| EVIL \\\\| EVIL\\",
    "code": "`EVIL`",
    "longer code": "EVIL ``` EVIL `` EVIL ````",
    "nothing but backticks before it": "```EVIL",
    "mention": "@EVIL @all",
    "reference": "#1 !1 EVIL/EVIL#1",
    "link in Markdown": "[EVIL](https://evil.example)",
    "image in Markdown": "![EVIL](https://evil.example/x.png)",
    "bare link": "https://evil.example/EVIL",
    "HTML": "<script>alert('EVIL')</script><img src=x onerror=EVIL>",
    "open comment": "EVIL <!-- EVIL",
    "entity": "&#64;EVIL &lt;b&gt;EVIL",
    "emphasis": "**EVIL** __EVIL__ ~~EVIL~~",
    "heading": "EVIL\n# EVIL\n---",
    "quick action": "  /close EVIL",
    "quick action on a line of its own": "EVIL\n/approve\n/merge",
    # Spreadsheets.
    "formula": '=HYPERLINK("https://evil.example","EVIL")',
    "formula after a plus": "+EVIL()",
    "formula after a minus": "-EVIL()",
    "formula after an at": "@SUM(EVIL)",
    "formula after a tab": "\t=EVIL()",
    "separators": 'EVIL","EVIL;EVIL\r\nEVIL',
    # Templates.
    "template": "{{ lookup('pipe', 'touch EVIL') }}",
    "statement of a template": "{% for one in range(10**9) %}EVIL{% endfor %}",
    "comment of a template": "{# EVIL #}",
}

# One value of each family. Each function that makes a text harmless is tested with all values; a place that calls it, with these.
SAMPLE = {
    name: HOSTILE[name]
    for name in (
        *("colours", "line break", "half a surrogate pair", "too long"),
        *("an escaped cell", "nothing but backticks before it", "HTML", "mention", "formula", "template"),
    )
}


def is_harmless(text: str) -> bool:
    """One line without control characters, invisible formatting and what is no text."""
    return all(unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for one in text)
