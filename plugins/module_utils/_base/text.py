# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text from outside made harmless, one function a format. Names, titles and details come from servers and inventories."""

from __future__ import annotations

import textwrap
import typing as t
import unicodedata
from collections.abc import Sequence

_LONGEST = 300
_LONGEST_QUOTED = 200

# Cc: control characters (escape codes, line breaks), Cf: invisible formatting (text direction), Cs, Co, Cn: not text,
# Zl and Zp: line and paragraph separators.
_HARMFUL = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def for_terminal(value: t.Any, longest: int = _LONGEST) -> str:
    """One line of plain text, fit for a terminal, a log and a message.

    :arg value: anything; what is not text is shown as Python shows it.
    :arg longest: characters at the most; what is cut is marked with an ellipsis.
    """
    text = as_text(value)
    # Cut first, generously: a hostile server may send a megabyte.
    text = text[: longest * 4]
    if not text.isprintable():
        text = "".join(" " if unicodedata.category(character) in _HARMFUL else character for character in text)
    text = " ".join(text.split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def some(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return f"{', '.join(names[:3])}{more}"


def for_markdown(value: t.Any, longest: int = _LONGEST) -> str:
    """A code span of Markdown, fit for a cell of a table: in it nothing is a link, a mention, a reference, markup or a command.

    Two characters would end the span or the cell, whatever stands before them, and are shown as others that look like them.
    """
    text = for_terminal(value, longest).replace("`", "'").replace("|", "¦")
    return f"`{text or ' '}`"


def for_spreadsheet(value: t.Any, longest: int = _LONGEST) -> str:
    """A cell of a CSV file that no program takes for a formula. An apostrophe before it makes it a text."""
    text = for_terminal(value, longest)
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text


def as_text(value: t.Any) -> str:
    """A value as text: what is none is shown as Python shows it."""
    if isinstance(value, str):
        return value
    try:
        return repr(value)
    except ValueError:
        # Python shows no number of more than some thousand digits.
        return f"a {type(value).__name__} too long to show"


def shown(value: t.Any) -> str:
    """A wrong value as a message quotes it; a long path is shown whole."""
    if not isinstance(value, str):
        return for_terminal(value, 100)
    # Python's form of a text has its blanks, and no character that does something.
    return repr(value if len(value) <= _LONGEST_QUOTED else value[: _LONGEST_QUOTED - 1] + "…")


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as lines, each column as wide as its widest cell."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def wrapped(line: str, width: int = 100) -> list[str]:
    """A line as lines of at most so many columns. It breaks between words, or inside one that is longer; the rest is indented by 2 more."""
    if len(line) <= width:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return textwrap.wrap(
        line.strip(), width, initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False
    )
