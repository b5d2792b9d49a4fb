// Triples, or the first two things of each row, as a graph of nodes that lead to their pages.
import { make } from "./dom.js";
import { learn, nameOf } from "./names.js";
import { drawNetwork } from "./network.js";
import { drawTable, icon } from "./table.js";
import { address, local, shorten } from "./terms.js";

const MOST = 120; // nodes, or nothing can be told apart
const LABELS = new Set(["prefLabel", "label", "title", "name"]);
const ICON = "M4 5.5l8 5M4 5.5L11.5 3M3 3.5a2 2 0 1 0 .01 0M13 9.5a2 2 0 1 0 .01 0M12.5 1a1.8 1.8 0 1 0 .01 0";

export class Graph {
  label = "Graph";
  priority = 4;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return this.edges().length > 0;
  }

  getIcon() {
    return icon(ICON);
  }

  edges() {
    const names = this.yasr.results?.getVariables() ?? [];
    const rows = this.yasr.results?.getBindings() ?? [];
    const things = names.filter((name) => rows.some((row) => row[name]?.type === "uri"));
    if (things.length < 2) return [];
    const [from, over, to] = things.length === 2 ? [things[0], null, things[1]] : things;
    const between = things.length === 2 || isPredicate(over) ? { from, over, to } : { from, over: null, to: over };
    return rows
      .filter((row) => row[between.from]?.type === "uri" && row[between.to]?.type === "uri")
      .map((row) => ({
        source: row[between.from].value,
        target: row[between.to].value,
        name: row[between.over]?.value ?? "",
      }));
  }

  async draw() {
    const names = this.yasr.results.getVariables();
    const rows = this.yasr.results.getBindings();
    const labels = new Map();
    for (const row of rows)
      if (row.predicate && LABELS.has(local(row.predicate.value)) && row.object.type !== "uri")
        labels.set(row.subject.value, row.object.value);
    const edges = this.edges();
    await learn(edges.flatMap((edge) => [edge.source, edge.target, edge.name]));
    const figure = make("figure", { class: "graph" });
    this.yasr.resultsEl.append(figure);
    const table = make("details", {}, make("summary", {}, "The same as a table"), drawTable(names, rows, false));
    figure.append(...drawGraph(edges, labels, figure.clientWidth), table);
  }
}

const isPredicate = (name) => /^(p|pred.*|prop.*|rel.*)$/i.test(name);

function drawGraph(edges, labels, width) {
  const all = [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))];
  const kept = new Set(all.slice(0, MOST));
  const nodes = [...kept].map((id) => ({
    id,
    text: labels.get(id) ?? nameOf(id),
    title: shorten(id),
    href: address(id),
  }));
  const links = edges
    .filter((edge) => kept.has(edge.source) && kept.has(edge.target))
    .map(({ source, target, name }) => ({ source, target, text: name && nameOf(name), title: shorten(name) }));
  const cut = all.length > MOST ? `The first ${MOST} of ${all.length} things; the table has all. ` : "";
  const caption = make("figcaption", {}, `${cut}Each thing leads to its page; drag one to move it.`);
  return [caption, drawNetwork(nodes, links, width)];
}
