// A coded row that an address names is opened, with the group that it is in.
"use strict";
const openNamed = () => {
  const entry = document.getElementById(location.hash.slice(1));
  for (let part = entry; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  entry?.scrollIntoView();
};
addEventListener("hashchange", openNamed);
openNamed();
