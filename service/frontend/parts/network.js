// Things and the links between them as a picture; each thing leads to its page.
import { extent } from "d3-array";
import { drag } from "d3-drag";
import { forceCenter, forceCollide, forceLink, forceManyBody, forceSimulation, forceX, forceY } from "d3-force";
import { canvas } from "./drawing.js";

const NAMED = 40; // links up to which their names are drawn
const ROUNDS = 300; // of the layout, before the picture is shown
const LONGEST = 26; // letters of a name
let drawn = 0;

/**
 * An SVG of `nodes` (`id`, `text`, `title`, `href`) and `links` (`source` and `target` by id, `text`, `title`).
 * `width` is in pixels.
 */
export function drawNetwork(nodes, links, width) {
  const height = Math.min(620, Math.max(320, 40 * Math.sqrt(nodes.length) + 160));
  arrange(nodes, links, width, height);
  const svg = canvas(width, height).attr("role", "group");
  svg.attr("aria-label", `${nodes.length} things and ${links.length} links between them`);
  const arrow = drawArrow(svg);
  const lines = svg.append("g").selectAll("line").data(links).join("line").attr("class", "edge");
  lines
    .attr("marker-end", `url(#${arrow})`)
    .append("title")
    .text((link) => link.title);
  const named = links.length <= NAMED ? links.filter((link) => link.text) : [];
  const names = svg.append("g").selectAll("text").data(named).join("text").attr("class", "edge-name");
  names.text((link) => link.text);
  const things = drawThings(svg, nodes);

  function place() {
    for (const node of nodes) [node.x, node.y] = [inside(node.x, width, 40), inside(node.y, height, 24)];
    lines.attr("x1", ({ source }) => source.x).attr("y1", ({ source }) => source.y);
    lines.attr("x2", ({ target }) => target.x).attr("y2", ({ target }) => target.y);
    names.attr("x", ({ source, target }) => (source.x + target.x) / 2);
    names.attr("y", ({ source, target }) => (source.y + target.y) / 2 - 3);
    things.attr("transform", (node) => `translate(${node.x},${node.y})`);
  }
  place();
  const move = (event, node) => place(([node.x, node.y] = [event.x, event.y]));
  things.call(drag().clickDistance(4).on("drag", move));
  return svg.node();
}

/** Give each node its place; links come to know their nodes. */
function arrange(nodes, links, width, height) {
  const along = forceLink(links)
    .id((node) => node.id)
    .distance(100);
  const simulation = forceSimulation(nodes).stop().force("links", along);
  simulation.force("apart", forceManyBody().strength(-260)).force("room", forceCollide(26));
  simulation.force("middle", forceCenter(width / 2, height / 2));
  simulation.force("x", forceX(width / 2).strength(0.06)).force("y", forceY(height / 2).strength(0.1));
  simulation.tick(ROUNDS);
  spread(nodes, "x", width, 70);
  spread(nodes, "y", height, 30);
}

/** Stretch a layout to the room that there is, but not a few nodes to its corners. */
function spread(nodes, axis, size, margin) {
  const [from, to] = extent(nodes, (node) => node[axis]);
  const factor = Math.min((size - 2 * margin) / (to - from || 1), 1.8);
  const middle = (from + to) / 2;
  for (const node of nodes) node[axis] = size / 2 + (node[axis] - middle) * factor;
}

function drawThings(svg, nodes) {
  const things = svg.append("g").selectAll("a").data(nodes).join("a").attr("class", "node");
  things
    .attr("href", (node) => node.href)
    .append("circle")
    .attr("r", 7);
  const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);
  things
    .append("text")
    .attr("y", -11)
    .text((node) => short(node.text));
  things.append("title").text((node) => node.title);
  return things;
}

/** The head of an arrow; its id is its own, since one in a hidden tab would not be drawn in another. */
function drawArrow(svg) {
  const id = `arrow-${++drawn}`;
  const marker = svg.append("defs").append("marker").attr("id", id).attr("viewBox", "0 0 8 8").attr("orient", "auto");
  marker.attr("refX", 15).attr("refY", 4).attr("markerWidth", 7).attr("markerHeight", 7);
  marker.append("path").attr("d", "M0 0L8 4L0 8z");
  return id;
}

const inside = (value, most, room) => Math.max(room, Math.min(most - room, value));
