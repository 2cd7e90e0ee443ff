// Finds findings, numbers, reasons and terms: every word, and whole numbers with or without thousands separators.
"use strict";
(() => {
  const plain = (text) => text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "").replace(/(\d),(?=\d{3})/g, "$1");
  const items = window.searched.map(([kind, title, text, place]) => ({ kind, title, text, place, head: plain(title), all: plain(`${title} ${text}`) }));
  const box = document.getElementById("q");
  const has = (text, word) => (/^\d+$/.test(word) ? new RegExp(`(?<![\\d.])${word}(?!\\d|\\.\\d)`).test(text) : text.includes(word));
  const find = () => {
    const words = plain(box.value).split(/\s+/).filter(Boolean);
    const found = words.length ? items.filter((item) => words.every((word) => has(item.all, word))) : [];
    found.sort((a, b) => words.every((w) => has(b.head, w)) - words.every((w) => has(a.head, w)));
    document.getElementById("count").textContent = words.length ? `${found.length} found` : "";
    document.getElementById("results").replaceChildren(...found.slice(0, 100).map((item) => {
      const line = document.createElement("li"), link = document.createElement("a");
      link.href = item.place;
      link.textContent = item.title;
      line.append(`${item.kind}: `, link, document.createElement("br"), item.text);
      return line;
    }));
  };
  box.value = new URLSearchParams(location.search).get("q") ?? "";
  box.addEventListener("input", find);
  document.getElementById("asking").addEventListener("submit", (event) => event.preventDefault());
  find();
})();
