// The explorer: looks the reader's choices up among the scenarios that the sweep evaluated. It computes nothing.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const form = document.getElementById("choices");
  const body = document.querySelector("#findings tbody");
  const parameters = new Map(data.parameters.map((p) => [p.name, p]));
  const defaults = Object.fromEntries(data.parameters.map((p) => [p.name, p.default]));

  const element = (tag, text, attributes = {}) => {
    const made = Object.assign(document.createElement(tag), attributes);
    if (text !== undefined) made.textContent = text;
    return made;
  };

  // The choices in the address; what is no choice of the grid is left at its default.
  const fromAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries(
      data.parameters.map((p) => {
        const value = asked.get(p.name);
        return [p.name, p.values.some((v) => v.value === value) ? value : p.default];
      })
    );
  };

  const fromForm = () => Object.fromEntries(data.parameters.map((p) => [p.name, form.elements[p.name].value]));

  const changed = (choices) => data.parameters.filter((p) => choices[p.name] !== p.default);

  const row = (analysis, choices) => analysis.scenarios[analysis.takes.map((name) => choices[name]).join("|")];

  const bar = (interval, edge, kind) => {
    const [, lower, upper] = interval;
    if (lower === null && upper === null) return "";
    const made = element("span", undefined, { className: `bar ${kind}${upper === null ? " open" : ""}` });
    const start = (100 * Math.max(lower ?? 0, 0)) / edge;
    const end = upper === null ? 100 : (100 * upper) / edge;
    made.style.left = `${start}%`;
    made.style.width = `max(3px, ${end - start}%)`;
    return made;
  };

  const claims = (index) => {
    const ids = data.cited[index];
    if (!ids.length) return element("span", "no claim");
    const details = element("details");
    const list = element("ul");
    for (const claim of ids.map((place) => data.claims[place])) {
      const item = element("li");
      item.append("“", element("a", claim.phrase, { href: claim.href }), "”");
      list.append(item);
    }
    details.append(element("summary", ids.length === 1 ? "1 claim" : `${ids.length} claims`), list);
    return details;
  };

  const shown = (name, now, base, why) => {
    const about = data.findings[name];
    const line = element("tr");
    line.dataset.finding = name;
    const head = element("th", undefined, { scope: "row" });
    head.append(about.href ? element("a", about.question, { href: about.href }) : about.question);
    const words = (found, none) => (found ? data.intervals[found[0]][0] : none);
    const state = !now ? "lost" : !base ? "new" : now[0] !== base[0] ? "moved" : "same";
    if (state !== "same") line.className = state;
    const scale = element("td", undefined, { className: "scale" });
    const track = element("span", undefined, { className: "track" });
    track.setAttribute("aria-hidden", "true"); // the two cells before say the same in words
    for (const [found, kind] of [[base, "before"], [now, "now"]])
      if (found) track.append(bar(data.intervals[found[0]], about.edge, kind));
    scale.append(track);
    const rests = element("td");
    if (now) rests.append(claims(now[1]));
    const cell = element("td", words(now, why), { className: "now" });
    if (state === "moved" || state === "new") cell.prepend(element("span", `${state}: `, { className: "flag" }));
    line.append(head, element("td", words(base, "not asked"), { className: "before" }), cell, scale, rests);
    return [line, state];
  };

  const missing = (analysis, choices) => {
    const own = changed(choices).filter((p) => analysis.takes.includes(p.name));
    const names = own.map((p) => p.name.replaceAll("_", " "));
    const line = element("tr", undefined, { className: "missing" });
    const told = names.length === 1
      ? `The grid does not evaluate this analysis under this choice of ${names[0]}.`
      : `The grid does not evaluate this analysis under ${names.join(" and ")} together; set one of them back.`;
    line.append(element("td", `${analysis.name.replaceAll("_", " ")}: ${told}`, { colSpan: 5 }));
    return line;
  };

  const explain = (choices) => {
    const place = document.getElementById("changed");
    place.replaceChildren();
    const gone = new Map(); // a claim that one choice leaves out cannot be read another way by a second
    for (const p of changed(choices))
      for (const claim of p.values.find((v) => v.value === choices[p.name]).gone) gone.set(claim, p.name);
    for (const p of changed(choices)) {
      const value = p.values.find((v) => v.value === choices[p.name]);
      place.append(element("h3", `${p.name.replaceAll("_", " ")}: ${value.label}`));
      const list = element("ul");
      for (const [claim, line] of value.changes)
        if (!gone.has(claim) || gone.get(claim) === p.name) list.append(element("li", line));
      place.append(
        list.childElementCount ? list
          : element("p", value.changes.length ? "The claims that it changes are left out." : "No claim changes: it is what is assumed of them.")
      );
    }
  };

  const draw = (choices) => {
    for (const p of data.parameters) {
      form.elements[p.name].value = choices[p.name];
      const value = p.values.find((v) => v.value === choices[p.name]);
      document.getElementById(`why-${p.name}`).textContent = value.reason || p.what;
    }
    body.replaceChildren();
    const count = { moved: 0, new: 0, lost: 0, same: 0 };
    let absent = 0;
    for (const analysis of data.analyses) {
      const now = row(analysis, choices), base = row(analysis, defaults);
      if (!now) {
        body.append(missing(analysis, choices));
        absent += 1;
      }
      const why = now ? "no answer: what it needs is left out, or the contradictions are too many to follow" : "not evaluated";
      for (const name of new Set([...Object.keys(base), ...Object.keys(now ?? {})])) {
        const [line, state] = shown(name, now?.[name], base[name], why);
        body.append(line);
        count[state] += 1;
      }
    }
    explain(choices);
    const chosen = changed(choices).length;
    document.getElementById("status").textContent =
      `${chosen === 1 ? "1 choice" : `${chosen} choices`} changed: ${count.moved} of ${count.moved + count.same + count.lost} findings move` +
      (count.lost ? `, ${count.lost} have no answer` : "") + (count.new ? `, ${count.new} are new` : "") +
      (absent ? `; ${absent === 1 ? "1 analysis was" : `${absent} analyses were`} not evaluated for this combination.` : ".");
  };

  const share = (choices) => {
    const told = new URLSearchParams(changed(choices).map((p) => [p.name, choices[p.name]]));
    if (`#${told}` === location.hash || (!location.hash && !`${told}`)) draw(choices);
    else location.replace(`#${told}`); // the address changes and draws; the history does not grow
  };

  if (matchMedia("(max-width: 60rem)").matches)
    for (const group of form.querySelectorAll("details")) group.open = false;
  form.addEventListener("change", () => share(fromForm()));
  form.addEventListener("reset", (event) => { event.preventDefault(); share({ ...defaults }); });
  form.addEventListener("submit", (event) => event.preventDefault());
  window.addEventListener("hashchange", () => draw(fromAddress()));
  draw(fromAddress());
})();
