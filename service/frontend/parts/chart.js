// Number columns as a chart: bars where each label stands once, dots where it stands often, a line over time.
import { extent, max, min } from "d3-array";
import { axisBottom, axisLeft } from "d3-axis";
import { scaleBand, scaleLinear, scaleUtc } from "d3-scale";
import { select } from "d3-selection";
import { line } from "d3-shape";
import { make } from "./dom.js";
import { learn, nameOrIri } from "./names.js";
import { drawTable, icon } from "./table.js";
import { isNumber, isTime, plain } from "./terms.js";

const MOST = 60; // labels, or the chart is longer than anybody reads
const MOST_VALUES = 2000;
const ROW = 24; // pixels for a label
const HEIGHT = 320; // pixels of a chart over time
const ICON = "M2 14V8h3v6M7 14V3h3v11M12 14v-4h3v4";

export class Chart {
  label = "Chart";
  priority = 5;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return this.columns().values.length > 0;
  }

  getIcon() {
    return icon(ICON);
  }

  /** The names of columns with numbers (years apart), and of all that could label them. */
  columns() {
    const rows = this.yasr.results?.getBindings() ?? [];
    const names = this.yasr.results?.getVariables() ?? [];
    const all = (name, is) => rows.some((row) => row[name]) && rows.every((row) => !row[name] || is(row[name]));
    const numbers = names.filter((name) => all(name, isNumber));
    const years = numbers.filter((name) => rows.every((row) => !row[name] || isYear(row[name])));
    const values = numbers.filter((name) => !years.includes(name));
    return { values: values.length ? values : numbers, labels: names.filter((name) => !values.includes(name)), years };
  }

  async draw() {
    const { values, labels, years } = this.columns();
    const rows = this.yasr.results.getBindings();
    const named = labels.filter((name) => !years.includes(name) && rows.some((row) => row[name]));
    const chosen = { value: values[0], label: named[0] ?? labels.find((name) => name !== values[0]) ?? "" };
    await learn(
      rows.flatMap((row) =>
        labels
          .map((name) => row[name])
          .filter((term) => term?.type === "uri")
          .map((term) => term.value),
      ),
    );
    const figure = make("figure", { class: "chart" });
    const redraw = () => {
      const open = figure.querySelector("details")?.open ?? false;
      figure.replaceChildren(); // so that the width is that of the page, not of the last drawing
      this.width = figure.clientWidth;
      figure.append(...drawChart(rows, chosen, years.includes(chosen.label), this.width));
      figure.querySelector("details").open = open;
    };
    const pick = (text, key, names) =>
      names.length < 2
        ? ""
        : make(
            "label",
            {},
            `${text} `,
            make(
              "select",
              { onchange: (event) => redraw((chosen[key] = event.target.value)) },
              names.map((name) => make("option", { value: name, selected: name === chosen[key] }, name)),
            ),
          );
    const controls = [pick("Number", "value", values), pick("by", "label", labels)].filter(Boolean);
    this.yasr.resultsEl.append(make("p", { class: "row-filter" }, controls), figure);
    redraw();
    this.observer = new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width && width !== this.width) redraw();
    });
    this.observer.observe(figure);
  }

  destroy() {
    this.observer?.disconnect();
  }
}

/** The picture and the table behind it. */
function drawChart(rows, { value, label }, years, width) {
  const points = rows
    .filter((row) => isNumber(row[value]))
    .slice(0, MOST_VALUES)
    .map((row, i) => ({
      key: row[label]?.value ?? (label ? "" : String(i + 1)),
      label: label ? worded(row[label]) : String(i + 1),
      number: Number(row[value].value),
      row,
    }));
  const overTime = Boolean(label) && (years || rows.every((row) => !row[label] || isTime(row[label])));
  const timed = points.filter((point) => point.row[label]);
  const title = label ? `${value} by ${label}` : value;
  const svg = overTime ? drawOverTime(timed, label, width) : drawByLabel(points, width);
  svg
    .attr("role", "img")
    .attr("aria-label", `${title}, a chart of ${points.length} values; its figures are in the table below`);
  const labels = new Set(points.map((point) => point.key)).size;
  const few = rows.length > MOST_VALUES ? `, the first ${MOST_VALUES} of ${rows.length} rows` : "";
  const cut = !overTime && labels > MOST ? `${few}, the first ${MOST} of ${labels} labels` : few;
  const names = label ? [label, value] : [value];
  const table = make(
    "details",
    {},
    make("summary", {}, "The figures as a table"),
    drawTable(
      names,
      points.map((p) => p.row),
      false,
    ),
  );
  return [make("figcaption", {}, title + cut), svg.node(), table];
}

function drawByLabel(points, width) {
  const labels = new Map(points.map((point) => [point.key, point.label]));
  const keys = [...labels.keys()].slice(0, MOST);
  const shown = points.filter((point) => keys.includes(point.key));
  const once = keys.length === shown.length;
  const left = Math.min(Math.max(...keys.map((key) => labels.get(key).length)) * 7.2 + 16, width * 0.42);
  const height = keys.length * ROW + 34;
  const x = scaleLinear(
    [
      Math.min(
        0,
        min(shown, (p) => p.number),
      ),
      Math.max(
        0,
        max(shown, (p) => p.number),
      ),
    ],
    [left + (once ? 0 : 10), width - 56],
  ).nice();
  const y = scaleBand(keys, [4, height - 30]).padding(0.22);
  const svg = canvas(width, height);
  drawNumberAxis(svg.append("g").attr("transform", `translate(0,${height - 30})`), x, width, height - 34);
  const names = svg.append("g").attr("class", "axis").attr("transform", `translate(${left},0)`);
  names
    .call(
      axisLeft(y)
        .tickSize(0)
        .tickFormat((key) => cut(labels.get(key), Math.floor((left - 14) / 7))),
    )
    .select(".domain")
    .remove();
  names
    .selectAll(".tick")
    .append("title")
    .text((key) => labels.get(key));
  if (!once) {
    svg
      .selectAll("circle")
      .data(shown)
      .join("circle")
      .attr("class", "dot")
      .attr("r", 5)
      .attr("cx", (p) => x(p.number))
      .attr("cy", (p) => y(p.key) + y.bandwidth() / 2)
      .append("title")
      .text(told);
    return svg;
  }
  svg
    .selectAll(".bar")
    .data(shown)
    .join("rect")
    .attr("class", "bar")
    .attr("rx", 2)
    .attr("x", (p) => x(Math.min(0, p.number)))
    .attr("width", (p) => Math.max(1, Math.abs(x(p.number) - x(0))))
    .attr("y", (p) => y(p.key))
    .attr("height", y.bandwidth())
    .append("title")
    .text(told);
  svg
    .selectAll(".figure")
    .data(shown)
    .join("text")
    .attr("class", "figure")
    .attr("x", (p) => x(Math.max(0, p.number)) + 5)
    .attr("y", (p) => y(p.key) + y.bandwidth() / 2)
    .attr("dy", ".35em")
    .text((p) => brief(p.number));
  return svg;
}

function drawOverTime(points, label, width) {
  const dated = points.map((p) => ({
    ...p,
    time: new Date(p.row[label].value.length === 4 ? `${p.row[label].value}-01-01` : p.row[label].value),
  }));
  dated.sort((a, b) => a.time - b.time);
  const left = 62;
  const [from, to] = extent(dated, (p) => p.time);
  const day = 86400e3;
  const x = scaleUtc([new Date(from - 90 * day), new Date(+to + 90 * day)], [left, width - 16]);
  const y = scaleLinear(
    [
      Math.min(
        0,
        min(dated, (p) => p.number),
      ),
      max(dated, (p) => p.number),
    ],
    [HEIGHT - 30, 12],
  ).nice();
  const svg = canvas(width, HEIGHT);
  svg
    .append("g")
    .attr("class", "axis")
    .attr("transform", `translate(0,${HEIGHT - 30})`)
    .call(
      axisBottom(x)
        .ticks(Math.max(2, width / 110))
        .tickSizeOuter(0),
    );
  const numbers = svg.append("g").attr("class", "axis").attr("transform", `translate(${left},0)`);
  numbers
    .call(
      axisLeft(y)
        .ticks(5)
        .tickFormat(brief)
        .tickSize(-(width - left - 16)),
    )
    .select(".domain")
    .remove();
  if (new Set(dated.map((p) => +p.time)).size === dated.length)
    svg
      .append("path")
      .attr("class", "line")
      .attr(
        "d",
        line(
          (p) => x(p.time),
          (p) => y(p.number),
        )(dated),
      );
  svg
    .selectAll("circle")
    .data(dated)
    .join("circle")
    .attr("class", "dot")
    .attr("r", 5)
    .attr("cx", (p) => x(p.time))
    .attr("cy", (p) => y(p.number))
    .append("title")
    .text(told);
  return svg;
}

const canvas = (width, height) =>
  select(document.createElementNS("http://www.w3.org/2000/svg", "svg"))
    .attr("viewBox", `0 0 ${width} ${height}`)
    .attr("width", width)
    .attr("height", height);

function drawNumberAxis(group, x, width, height) {
  group.attr("class", "axis").call(
    axisBottom(x)
      .ticks(Math.max(2, Math.floor(width / 160)))
      .tickFormat(brief)
      .tickSizeOuter(0),
  );
  group.selectAll(".tick line").attr("y1", -height);
  group.select(".domain").remove();
}

const brief = (number) =>
  new Intl.NumberFormat("en-GB", {
    notation: Math.abs(number) >= 1e5 ? "compact" : "standard",
    maximumFractionDigits: 2,
  }).format(number);
const told = (point) => `${point.label}: ${point.number.toLocaleString("en-GB")}`;
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const worded = (term) => (term?.type === "uri" ? nameOrIri(term.value) : plain(term) || "not given");
const isYear = (term) => isNumber(term) && /^(19|20|21)\d\d$/.test(term.value);
