// Number columns as a chart: bars where each label stands once, dots where it stands often, a line over time.
import { make } from "./dom.js";
import { MOST_LABELS, drawByLabel, drawOverTime } from "./drawing.js";
import { learn, nameOrIri } from "./names.js";
import { drawTable, icon } from "./table.js";
import { isNumber, isTime, plain } from "./terms.js";

const MOST_VALUES = 2000; // or the browser labours
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
    .map((row, i) => ({ ...labelled(row[label], label, i), number: Number(row[value].value), row }));
  const overTime = Boolean(label) && (years || rows.every((row) => !row[label] || isTime(row[label])));
  const title = label ? `${value} by ${label}` : value;
  const svg = overTime
    ? drawOverTime(
        points.filter((point) => point.time),
        width,
      )
    : drawByLabel(points, width);
  svg.setAttribute("aria-label", `${title}, a chart of ${points.length} values; its figures are in the table below`);
  const labels = new Set(points.map((point) => point.key)).size;
  const few = rows.length > MOST_VALUES ? `, the first ${MOST_VALUES} of ${rows.length} rows` : "";
  const cut = !overTime && labels > MOST_LABELS ? `${few}, the first ${MOST_LABELS} of ${labels} labels` : few;
  const shown = points.map((point) => point.row);
  const table = drawTable(label ? [label, value] : [value], shown, false);
  const behind = make("details", {}, make("summary", {}, "The figures as a table"), table);
  return [make("figcaption", {}, title + cut), svg, behind];
}

/** What tells a value from others: the term in its label's column, or its number where there is none. */
function labelled(term, column, i) {
  if (!column) return { key: String(i + 1), label: String(i + 1) };
  if (!term) return { key: "", label: "not given" };
  const time = new Date(term.value.length === 4 ? `${term.value}-01-01` : term.value);
  return { key: term.value, label: term.type === "uri" ? nameOrIri(term.value) : plain(term), time };
}

const isYear = (term) => isNumber(term) && /^(19|20|21)\d\d$/.test(term.value);
