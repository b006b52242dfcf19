// Copyright (c) 2026 tenantops.qlik contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
(() => {
  const table = document.getElementById("table");
  const form = document.getElementById("filters");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows, (row) => ({ row, text: row.textContent.toLowerCase() }));

  const filter = () => {
    const { text, state, region, attention } = form.elements;
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { row, text: content } of rows) {
      const fits =
        (!state.value || row.dataset.state === state.value) &&
        (!region.value || row.dataset.region === region.value) &&
        (!attention.checked || "attention" in row.dataset) &&
        words.every((word) => content.includes(word));
      row.hidden = !fits;
      count += fits;
    }
    document.getElementById("shown").value = `${count} of ${rows.length} tenants`;
  };

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.sort ?? (cell.querySelector("summary") ?? cell).textContent.trim().toLowerCase();
  };

  const sort = (heading, column) => {
    const down = heading.getAttribute("aria-sort") === "ascending";
    for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    const keyed = rows.map(({ row }) => [keyOf(row, column), row]);
    // What has no value comes last, whatever the direction.
    const empty = (key) => key === "" || key === "–";
    keyed.sort(([one], [other]) => {
      if (empty(one) || empty(other)) return empty(one) - empty(other);
      return (one < other ? -1 : one > other ? 1 : 0) * (down ? -1 : 1);
    });
    body.append(...keyed.map(([, row]) => row));
  };

  Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading, column));
    heading.append(button);
  });
  for (const kind of ["input", "change"]) form.addEventListener(kind, filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  filter();
})();
