// The tables of coded rows: searched, filtered by column and sorted in the page, by DataTables.
"use strict";
const follow = () => { // DataTables is dark where the page's root has the class
  const { theme } = document.body.dataset;
  const dark = theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.classList.toggle("dark", dark);
};
new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-theme"] });
follow();
for (const table of document.querySelectorAll(".searchable table")) {
  const { dt } = new window.ITable(table, {
    pageLength: 25,
    lengthMenu: [25, 100, { label: "all", value: -1 }],
    columnControl: { target: 0, content: ["order", "searchDropdown"] },
    ordering: { indicators: false, handler: false }, // the button of columnControl orders
    order: [],
  });
  const length = (rows) => () => dt.page.len(rows).draw();
  addEventListener("beforeprint", length(-1));
  addEventListener("afterprint", length(25));
}
