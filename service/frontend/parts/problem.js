// What was wrong with a query: the server's problem document, with the line where there is one.
import { make } from "./dom.js";

/** A plug-in that draws problems; `goTo(line, column)` moves the editor's cursor, `mark(line)` marks a line of it. */
export function problemPlugin(goTo, mark) {
  return class Problem {
    priority = 20;
    hideFromSelection = true;

    constructor(yasr) {
      this.yasr = yasr;
    }

    canHandleResults() {
      return Boolean(this.yasr.results?.getError());
    }

    getIcon() {}

    draw() {
      const problem = read(this.yasr.results.getError().text);
      const { title, detail, line, column, text } = problem;
      if (line) mark(line);
      const place = text ? make("pre", {}, `${text}\n${" ".repeat(Math.max(0, column - 1))}^`) : "";
      const jump = line
        ? make(
            "button",
            { type: "button", class: "plain-button", onclick: () => goTo(line, column) },
            `Go to line ${line}`,
          )
        : "";
      this.yasr.resultsEl.append(
        make("section", { class: "problem", role: "alert" }, make("h2", {}, title), make("p", {}, detail), place, jump),
      );
    }
  };
}

function read(text) {
  try {
    const problem = JSON.parse(text);
    if (problem.title) return problem;
  } catch {
    // no problem document: a server in between, or no connection
  }
  if (text === "Failed to fetch" || text === "Load failed")
    return { title: "No connection", detail: "The server cannot be reached." };
  return { title: "The query cannot be answered", detail: String(text).slice(0, 300) };
}
