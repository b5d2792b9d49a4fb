// The answer as a table: sorted by a click on a column's head, filtered by a word, entities linked to their pages.
import { make } from "./dom.js";
import { learn, nameOrIri } from "./names.js";
import { isNumber, plain, shown } from "./terms.js";

const FIRST = 200; // rows that are drawn at once
const LONG = 40; // characters of a text that gets a wide column
const ICON = "M1 3h14v10H1zM1 6.5h14M6 3v10";

export class Table {
  label = "Table";
  priority = 10;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return Boolean(this.yasr.results?.getVariables()?.length); // an ASK has none
  }

  getIcon() {
    return icon(ICON);
  }

  draw() {
    const names = this.yasr.results.getVariables();
    const rows = this.yasr.results.getBindings() ?? [];
    this.yasr.resultsEl.append(drawTable(names, rows, true));
  }
}

/** Rows under their names; `controls` adds a filter and sorting. */
export function drawTable(names, rows, controls) {
  const state = { sort: null, down: false, word: "", first: FIRST, named: false };
  const body = make("tbody");
  const more = make("button", { type: "button", class: "plain-button", onclick: () => redraw((state.first += 1000)) });
  const numeric = names.map(
    (name) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || isNumber(row[name])),
  );
  const count = make("span", { class: "quiet small", role: "status" });
  const heads = names.map((name, i) => {
    const label = controls ? make("button", { type: "button", onclick: () => sortBy(name) }, name) : name;
    return make("th", { scope: "col", class: numeric[i] ? "number" : null }, label);
  });

  function sortBy(name) {
    state.down = state.sort === name && !state.down;
    state.sort = name;
    heads.forEach((head, i) => {
      if (names[i] === name) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    redraw();
  }

  function redraw() {
    const found = rows.filter(
      (row) => !state.word || names.some((name) => plain(row[name]).toLowerCase().includes(state.word)),
    );
    if (state.sort) found.sort((a, b) => compare(a[state.sort], b[state.sort], state.down ? -1 : 1));
    body.replaceChildren(...found.slice(0, state.first).map(drawRow));
    more.textContent = `Show more of ${found.length} rows`;
    more.hidden = found.length <= state.first;
    count.textContent = state.word ? `${found.length} of ${rows.length} rows` : "";
  }

  async function showNames(event) {
    if (event.target.checked)
      await learn(
        rows
          .slice(0, state.first)
          .flatMap((row) => Object.values(row))
          .filter((term) => term.type === "uri")
          .map((term) => term.value),
      );
    redraw((state.named = event.target.checked));
  }

  const drawTerm = (term) => shown(term, state.named ? nameOrIri : undefined);
  const drawRow = (row) =>
    make(
      "tr",
      {},
      names.map((name, i) =>
        make("td", { class: numeric[i] ? "number" : isLong(row[name]) ? "long" : null }, drawTerm(row[name])),
      ),
    );
  redraw();
  const table = make("table", { class: "result" }, make("thead", {}, make("tr", {}, heads)), body);
  const scroll = make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Rows" }, table);
  if (!controls) return make("div", {}, scroll, more);
  const filter = make("input", {
    type: "search",
    "aria-label": "Filter rows",
    placeholder: "Filter rows",
    oninput: (event) => redraw((state.word = event.target.value.trim().toLowerCase())),
  });
  const linked = rows.some((row) => Object.values(row).some((term) => term.type === "uri"));
  const named = linked
    ? make("label", {}, make("input", { type: "checkbox", onchange: showNames }), " Names for IRIs")
    : "";
  return make("div", {}, make("p", { class: "row-filter" }, rows.length > 5 ? filter : "", named, count), scroll, more);
}

const isLong = (term) => plain(term).length > LONG && term.type !== "uri";

function compare(a, b, direction) {
  if (!a || !b) return a ? -1 : b ? 1 : 0; // the unbound come last either way
  const numbers = isNumber(a) && isNumber(b);
  const order = numbers ? a.value - b.value : plain(a).localeCompare(plain(b), "en", { numeric: true });
  return order * direction;
}

/** A small line drawing for a button. */
export function icon(path) {
  const holder = document.createElement("div");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  holder.append(svg);
  return holder;
}
