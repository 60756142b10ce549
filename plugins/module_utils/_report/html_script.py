# Copyright (c) 2026, the azauto.runas_migration authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE: this file is no public interface of the collection; it may change in any release.
"""The script of the report's pages: filter, sort, fold and theme. Without it everything is there to read."""

from __future__ import annotations

SCRIPT = r"""
(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, within) => Array.from((within || document).querySelectorAll(selector));

  // The theme: what the system says, or what was chosen here before.
  const kept = () => { try { return localStorage.getItem("theme"); } catch (refused) { return null; } };
  const keep = (theme) => { try { localStorage.setItem("theme", theme); } catch (refused) { /* this page only */ } };
  if (kept() === "dark" || kept() === "light") { root.dataset.theme = kept(); }
  const isDark = () => root.dataset.theme
    ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  for (const button of all("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      keep(root.dataset.theme);
    });
  }
  for (const button of all("[data-print]")) { button.addEventListener("click", () => print()); }

  // Long parts are folded; a link into one, and the printer, unfold them.
  const folds = all("details[data-fold]");
  for (const fold of folds) { fold.open = false; }
  const unfold = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    const own = target.querySelector("details[data-fold]");
    if (own) { own.open = true; }
    target.scrollIntoView();
  };
  addEventListener("hashchange", unfold);
  unfold();
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const fold of folded) { fold.open = true; }
  });
  addEventListener("afterprint", () => { for (const fold of folded) { fold.open = false; } });

  // On a phone rows become cards; each line of a card says what its column was.
  for (const stack of all("table.stack")) {
    const names = Array.from(stack.tHead.rows[0].cells, (cell) => cell.textContent);
    for (const row of stack.tBodies[0].rows) {
      Array.from(row.cells).slice(1).forEach((cell, place) => { cell.dataset.label = names[place + 1]; });
    }
  }

  const table = document.getElementById("account-table");
  if (!table) { return; }
  const body = table.tBodies[0];
  const rows = all("tr", body).map((row) => ({ row, text: row.textContent.toLowerCase() }));
  const text = document.getElementById("filter-text");
  const selects = all("select[data-column]");
  const count = document.getElementById("filter-count");
  const none = document.getElementById("filter-none");

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = selects.filter((select) => select.value);
    let shown = 0;
    for (const { row, text: content } of rows) {
      const fits = words.every((word) => content.includes(word))
        && chosen.every((select) => row.getAttribute("data-" + select.dataset.column) === select.value);
      row.hidden = !fits;
      shown += fits ? 1 : 0;
    }
    count.textContent = shown === rows.length ? rows.length + " accounts" : shown + " of " + rows.length + " accounts";
    none.hidden = shown > 0;
  };
  text.addEventListener("input", filter);
  for (const select of selects) { select.addEventListener("change", filter); }
  const form = document.getElementById("filter");
  form.addEventListener("submit", (event) => event.preventDefault());
  // A form is reset after its event.
  form.addEventListener("reset", () => setTimeout(filter));
  for (const link of all("a[data-state]")) {
    link.addEventListener("click", () => {
      for (const select of selects) { select.value = select.dataset.column === "state" ? link.dataset.state : ""; }
      filter();
    });
  }

  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const key = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
  for (const head of all("thead th", table)) {
    const button = head.querySelector("button");
    if (!button) { continue; }
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of all("thead th", table)) { other.removeAttribute("aria-sort"); }
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const column = head.cellIndex;
      rows.sort((a, b) => (up ? 1 : -1) * collator.compare(key(a.row, column), key(b.row, column)));
      body.append(...rows.map(({ row }) => row));
    });
  }
  filter();
})();
"""
