// The explorer: looks the reader's choices up among the scenarios that were evaluated. It computes nothing.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("explorer-data").textContent);
  const form = document.getElementById("choices");
  const defaults = Object.fromEntries(data.parameters.map((p) => [p.name, p.values[0].value]));
  const place = (id) => document.getElementById(id);
  const element = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), { textContent: text }, attributes);
  const listed = (parts) => (parts.length > 1 ? `${parts.slice(0, -1).join("; ")} and ${parts.at(-1)}` : parts.join(""));

  // The choices in the address; what is no choice of the grid stays at its default.
  const fromAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    return Object.fromEntries(data.parameters.map((p) => {
      const value = asked.get(p.name);
      return [p.name, p.values.some((v) => v.value === value) ? value : defaults[p.name]];
    }));
  };
  const fromForm = () => Object.fromEntries(data.parameters.map((p) => [p.name, form.elements[p.name].value]));
  const changed = (choices) => data.parameters.filter((p) => choices[p.name] !== defaults[p.name]);
  const answer = (p, choices) => p.values.find((v) => v.value === choices[p.name]);
  const row = (analysis, choices) => analysis.scenarios[analysis.takes.map((name) => choices[name]).join("|")];

  const finding = (name, before, now) => {
    const about = data.findings[name];
    const head = element("dt", "");
    head.append(about.href ? element("a", about.question, { href: about.href }) : about.question);
    head.dataset.finding = name;
    return [head, element("dd", before === now ? now : `${now}, instead of ${before}`)];
  };

  const draw = (choices) => {
    for (const p of data.parameters) {
      form.elements[p.name].value = choices[p.name];
      place(`why-${p.name}`).textContent = answer(p, choices).reason;
    }
    const moved = [], same = [], missing = [];
    for (const analysis of data.analyses) {
      const now = row(analysis, choices), base = row(analysis, defaults) ?? {};
      if (!now) {
        const own = changed(choices).filter((p) => analysis.takes.includes(p.name));
        missing.push(element("li", `${analysis.title} This combination was not computed. Set one of these back: ${listed(own.map((p) => p.question))}`));
        continue;
      }
      for (const name of new Set([...Object.keys(base), ...Object.keys(now)])) {
        const words = [base, now].map((found) => (name in found ? data.intervals[found[name]][0] : "no answer"));
        (words[0] === words[1] ? same : moved).push(finding(name, ...words));
      }
    }
    const own = changed(choices).map((p) => `“${p.question}” is now answered: ${answer(p, choices).answer}`);
    const count = moved.length === 1 ? "1 finding changes" : `${moved.length} findings change`;
    place("status").textContent = own.length ? `${listed(own)}. ${count}; ${same.length} stay the same.` : "All questions have their default answers. Change one to see what moves.";
    place("missing").replaceChildren(...missing);
    place("moved").replaceChildren(...moved.flat());
    place("same").replaceChildren(...same.flat());
    place("same-count").textContent = `What stays the same (${same.length})`;
    test(choices);
  };

  // Whether a number lies within the bounds of a finding: under the reader's answers, under the defaults with one of them
  // changed, and how often over all combinations that were computed.
  const test = (choices) => {
    const name = place("tested").value, typed = place("number").value, noun = data.findings[name].noun;
    place("noun").textContent = noun && `(${noun})`;
    const turns = [];
    let verdict = "";
    if (typed !== "") {
      const number = Number(typed) / (noun === "%" ? 100 : 1);
      const analysis = data.analyses.find((one) => Object.values(one.scenarios).some((found) => name in found));
      const bounds = (chosen) => data.intervals[row(analysis, chosen)?.[name]];
      const allows = ([, low, high]) => (low === null || number >= low - 1e-9) && (high === null || number <= high + 1e-9);
      const says = (found) => (found ? `${allows(found) ? "possible" : "not possible"} (${found[0]})` : "not computed");
      const all = Object.values(analysis.scenarios).filter((found) => name in found).map((found) => data.intervals[found[name]]);
      const times = all.filter(allows).length;
      verdict = `Under ${changed(choices).length ? "your answers" : "the default answers"}: ${says(bounds(choices))}. Over all ${all.length} combinations: possible in ${times}.`;
      const usual = bounds(defaults);
      for (const p of data.parameters.filter((one) => usual && analysis.takes.includes(one.name))) {
        for (const v of p.values.slice(1)) {
          const found = bounds({ ...defaults, [p.name]: v.value });
          if (found && allows(found) !== allows(usual)) turns.push(element("li", `“${p.question}” answered “${v.answer}”: ${says(found)}`));
        }
      }
      if (usual) verdict += turns.length ? ` From the defaults, ${turns.length === 1 ? "one other answer turns" : "these other answers turn"} it:` : " From the defaults, no single other answer turns it.";
    }
    place("verdict").textContent = verdict;
    place("turns").replaceChildren(...turns);
  };
  place("tested").append(...Object.entries(data.findings).map(([name, about]) => element("option", about.question, { value: name })));
  if ("accounting.killed" in data.findings) place("tested").value = "accounting.killed";
  place("test").addEventListener("input", () => test(fromForm()));
  place("test").addEventListener("submit", (event) => event.preventDefault());

  const share = (choices) => {
    const query = new URLSearchParams(changed(choices).map((p) => [p.name, choices[p.name]]));
    if (`#${query}` === location.hash || (!location.hash && !`${query}`)) draw(choices);
    else location.replace(`#${query}`); // the address changes and draws; the history does not grow
  };
  form.addEventListener("change", () => share(fromForm()));
  form.addEventListener("reset", (event) => { event.preventDefault(); share({ ...defaults }); });
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => draw(fromAddress()));
  draw(fromAddress());
})();
