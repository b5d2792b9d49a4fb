// Triples, or the first two things of each row, as a graph of nodes that lead to their pages.
import { extent } from "d3-array";
import { drag } from "d3-drag";
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { select } from "d3-selection";
import { make } from "./dom.js";
import { learn, nameOf } from "./names.js";
import { drawTable, icon } from "./table.js";
import { address, local, shorten } from "./terms.js";

const MOST = 120; // nodes, or nothing can be told apart
const NAMED = 40; // edges up to which their names are drawn
const ROUNDS = 300; // of the layout, before the picture is shown
const LABELS = new Set(["prefLabel", "label", "title", "name"]);
let drawn = 0;
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

/** Stretch a layout to the room that there is, but not a few nodes to its corners. */
function spread(nodes, axis, size, margin) {
  const [from, to] = extent(nodes, (node) => node[axis]);
  const factor = Math.min((size - 2 * margin) / (to - from || 1), 1.8);
  const middle = (from + to) / 2;
  for (const node of nodes) node[axis] = size / 2 + (node[axis] - middle) * factor;
}

const isPredicate = (name) => /^(p|pred.*|prop.*|rel.*)$/i.test(name);

function drawGraph(edges, labels, width) {
  const all = [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))];
  const nodes = all.slice(0, MOST).map((id) => ({ id, text: labels.get(id) ?? nameOf(id) }));
  const kept = new Set(nodes.map((node) => node.id));
  const links = edges.filter((edge) => kept.has(edge.source) && kept.has(edge.target)).map((edge) => ({ ...edge }));
  const height = Math.min(620, Math.max(320, 40 * Math.sqrt(nodes.length) + 160));
  const simulation = forceSimulation(nodes)
    .force(
      "links",
      forceLink(links)
        .id((node) => node.id)
        .distance(100),
    )
    .force("apart", forceManyBody().strength(-260))
    .force("room", forceCollide(26))
    .force("middle", forceCenter(width / 2, height / 2))
    .force("x", forceX(width / 2).strength(0.06))
    .force("y", forceY(height / 2).strength(0.1))
    .stop();
  simulation.tick(ROUNDS);
  spread(nodes, "x", width, 70);
  spread(nodes, "y", height, 30);

  const arrow = `arrow-${++drawn}`; // a hidden tab's arrow would not be drawn in another
  const svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height)
    .attr("role", "group")
    .attr("aria-label", `${nodes.length} things and ${links.length} links between them`);
  svg
    .append("defs")
    .append("marker")
    .attr("id", arrow)
    .attr("viewBox", "0 0 8 8")
    .attr("refX", 15)
    .attr("refY", 4)
    .attr("markerWidth", 7)
    .attr("markerHeight", 7)
    .attr("orient", "auto")
    .append("path")
    .attr("d", "M0 0L8 4L0 8z");
  const lines = svg
    .append("g")
    .selectAll("line")
    .data(links)
    .join("line")
    .attr("class", "edge")
    .attr("marker-end", `url(#${arrow})`);
  lines.append("title").text((edge) => shorten(edge.name));
  const named = links.length <= NAMED ? links.filter((edge) => edge.name) : [];
  const names = svg
    .append("g")
    .selectAll("text")
    .data(named)
    .join("text")
    .attr("class", "edge-name")
    .text((edge) => nameOf(edge.name));
  const things = svg
    .append("g")
    .selectAll("a")
    .data(nodes)
    .join("a")
    .attr("href", (node) => address(node.id))
    .attr("class", "node");
  things.append("circle").attr("r", 7);
  things
    .append("text")
    .attr("y", -11)
    .text((node) => (node.text.length > 26 ? `${node.text.slice(0, 25)}…` : node.text));
  things.append("title").text((node) => shorten(node.id));

  const inside = (value, most, room) => Math.max(room, Math.min(most - room, value));
  function place() {
    for (const node of nodes) {
      node.x = inside(node.x, width, 40);
      node.y = inside(node.y, height, 24);
    }
    lines
      .attr("x1", (e) => e.source.x)
      .attr("y1", (e) => e.source.y)
      .attr("x2", (e) => e.target.x)
      .attr("y2", (e) => e.target.y);
    names.attr("x", (e) => (e.source.x + e.target.x) / 2).attr("y", (e) => (e.source.y + e.target.y) / 2 - 3);
    things.attr("transform", (node) => `translate(${node.x},${node.y})`);
  }
  place();
  things.call(
    drag()
      .clickDistance(4)
      .on("drag", (event, node) => place(([node.x, node.y] = [event.x, event.y]))),
  );
  const cut = all.length > MOST ? `The first ${MOST} of ${all.length} things; the table has all. ` : "";
  return [make("figcaption", {}, `${cut}Each thing leads to its page; drag one to move it.`), svg.node()];
}
