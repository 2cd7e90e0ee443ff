// A table of rows: filtered by words and numbers, sorted by a column.
"use strict";
const table = document.getElementById("rows");
const body = table.tBodies[0];
const rows = [...body.rows];
const plain = (text) => text.toLowerCase().replace(/(\d),(?=\d{3})/g, "$1");
const texts = new Map(rows.map((row) => [row, plain(row.textContent)]));
const show = () => {
  const words = plain(document.getElementById("filter").value).split(/\s+/).filter(Boolean);
  const fits = (text) => words.every((word) => (/^\d+$/.test(word) ? new RegExp(`(?<!\\d)${word}(?!\\d)`).test(text) : text.includes(word)));
  let count = 0;
  for (const row of rows) {
    row.hidden = !fits(texts.get(row));
    count += !row.hidden;
  }
  document.getElementById("shown").textContent = `${count} of ${rows.length} rows`;
};
document.getElementById("filter").addEventListener("input", show);
[...table.tHead.rows[0].cells].forEach((head, place) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.ariaSort === "ascending";
    for (const other of table.tHead.rows[0].cells) other.ariaSort = null;
    head.ariaSort = down ? "descending" : "ascending";
    const value = (row) => row.cells[place].dataset.order ?? row.cells[place].textContent;
    const order = (a, b) => (isNaN(a) || isNaN(b) || !a || !b ? a.localeCompare(b) : a - b);
    body.append(...rows.sort((a, b) => (down ? -1 : 1) * order(value(a), value(b))));
  });
});
show();
