// Charts of values: bars where each label stands once, dots where it stands often, a line over time.
import { extent, max, min } from "d3-array";
import { axisBottom, axisLeft } from "d3-axis";
import { scaleBand, scaleLinear, scaleUtc } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import "./figures.css";

export const MOST_LABELS = 60; // or the chart is longer than anybody reads
const ROW = 24; // pixels for a label
const FOOT = 30; // pixels for the axis under a chart
const HEIGHT = 320; // pixels of a chart over time
const QUARTER = 90 * 86400e3; // milliseconds around the first and last value

/** An SVG of points (`key`, `label`, `number`): one row for each key. `width` is in pixels. */
export function drawByLabel(points, width) {
  const labels = new Map(points.map((point) => [point.key, point.label]));
  const keys = [...labels.keys()].slice(0, MOST_LABELS);
  const shown = points.filter((point) => keys.includes(point.key));
  const once = keys.length === shown.length;
  const longest = Math.max(...keys.map((key) => labels.get(key).length));
  const left = Math.min(longest * 7.2 + 16, width * 0.42);
  const height = keys.length * ROW + FOOT + 4;
  const x = scaleLinear(withZero(shown), [left + (once ? 0 : 10), width - 56]).nice();
  const y = scaleBand(keys, [4, height - FOOT]).padding(0.22);
  const svg = canvas(width, height);
  drawNumbers(svg, x, width, height);
  drawLabels(svg, y, left, labels);
  if (once) drawBars(svg, shown, x, y);
  else
    drawDots(
      svg,
      shown,
      (point) => x(point.number),
      (point) => y(point.key) + y.bandwidth() / 2,
    );
  return svg.node();
}

/** An SVG of points (`label`, `number`, `time`): a line where no two are of one time. `width` is in pixels. */
export function drawOverTime(points, width) {
  const dated = points.toSorted((a, b) => a.time - b.time);
  const left = 62;
  const [from, to] = extent(dated, (point) => point.time);
  const x = scaleUtc([new Date(from - QUARTER), new Date(+to + QUARTER)], [left, width - 16]);
  const y = scaleLinear(withZero(dated), [HEIGHT - FOOT, 12]).nice();
  const svg = canvas(width, HEIGHT);
  const times = axisBottom(x)
    .ticks(Math.max(2, width / 110))
    .tickSizeOuter(0);
  axis(svg, 0, HEIGHT - FOOT).call(times);
  const numbers = axisLeft(y)
    .ticks(5)
    .tickFormat(brief)
    .tickSize(left + 16 - width);
  axis(svg, left, 0).call(numbers).select(".domain").remove();
  const [across, up] = [(point) => x(point.time), (point) => y(point.number)];
  const apart = new Set(dated.map((point) => +point.time)).size === dated.length;
  if (apart) svg.append("path").attr("class", "line").attr("d", line(across, up)(dated));
  drawDots(svg, dated, across, up);
  return svg.node();
}

/** An empty SVG picture of so many pixels, as a d3 selection. */
export function canvas(width, height) {
  const svg = select(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  return svg.attr("viewBox", `0 0 ${width} ${height}`).attr("width", width).attr("height", height).attr("role", "img");
}

function drawNumbers(svg, x, width, height) {
  const numbers = axisBottom(x)
    .ticks(Math.max(2, Math.floor(width / 160)))
    .tickFormat(brief)
    .tickSizeOuter(0);
  const group = axis(svg, 0, height - FOOT).call(numbers);
  group.selectAll(".tick line").attr("y1", FOOT + 4 - height);
  group.select(".domain").remove();
}

function drawLabels(svg, y, left, labels) {
  const room = Math.floor((left - 14) / 7); // letters
  const short = (text) => (text.length > room ? `${text.slice(0, room - 1)}…` : text);
  const group = axis(svg, left, 0).call(
    axisLeft(y)
      .tickSize(0)
      .tickFormat((key) => short(labels.get(key))),
  );
  group.select(".domain").remove();
  group
    .selectAll(".tick")
    .append("title")
    .text((key) => labels.get(key));
}

function drawBars(svg, points, x, y) {
  const bars = svg.selectAll(".bar").data(points).join("rect").attr("class", "bar").attr("rx", 2);
  bars.attr("x", (point) => x(Math.min(0, point.number))).attr("y", (point) => y(point.key));
  bars.attr("width", (point) => Math.max(1, Math.abs(x(point.number) - x(0)))).attr("height", y.bandwidth());
  bars.append("title").text(told);
  const figures = svg.selectAll(".figure").data(points).join("text").attr("class", "figure").attr("dy", ".35em");
  figures.attr("x", (point) => x(Math.max(0, point.number)) + 5).attr("y", (point) => y(point.key) + y.bandwidth() / 2);
  figures.text((point) => brief(point.number));
}

function drawDots(svg, points, across, up) {
  const dots = svg.selectAll(".dot").data(points).join("circle").attr("class", "dot").attr("r", 5);
  dots.attr("cx", across).attr("cy", up).append("title").text(told);
}

const axis = (svg, x, y) => svg.append("g").attr("class", "axis").attr("transform", `translate(${x},${y})`);
const withZero = (points) => [Math.min(0, min(points, numberOf)), Math.max(0, max(points, numberOf))];
const numberOf = (point) => point.number;
const told = (point) => `${point.label}: ${point.number.toLocaleString("en-GB")}`;

function brief(number) {
  const notation = Math.abs(number) >= 1e5 ? "compact" : "standard";
  return new Intl.NumberFormat("en-GB", { notation, maximumFractionDigits: 2 }).format(number);
}
