// The query page as an editor: YASGUI over the form that the server wrote.
import "@zazuko/yasgui/build/yasgui.min.css";
import Yasgui from "@zazuko/yasgui";
import "./editor.css";
import { Chart } from "./parts/chart.js";
import { installCompletion } from "./parts/completion.js";
import { copyButton, make } from "./parts/dom.js";
import { downloads } from "./parts/downloads.js";
import { Graph } from "./parts/graph.js";
import { mendMarks, mendResults } from "./parts/mended.js";
import { problemPlugin } from "./parts/problem.js";
import { searchableQuestions } from "./parts/questions.js";
import { Response } from "./parts/response.js";
import { snippets } from "./parts/snippets.js";
import { Table } from "./parts/table.js";
import { given } from "./parts/terms.js";

const KEYS = "Ctrl+Enter runs, Ctrl+Space completes, Esc leaves the text";
const LONGEST_ADDRESS = 6000; // characters of a query that still goes into an address
const { Yasqe, Yasr } = Yasgui;
const endpoint = new URL(given.endpoint, location.href).href;
const start = given.problem ? given.query : declared(given.query); // a problem names lines of the query as it was sent
const questions = document.querySelector(".questions");

const current = () => yasgui.getTab();
const queryOf = () => current().getYasqe().getValue();
const isGraph = () => ["CONSTRUCT", "DESCRIBE"].includes(current().getYasqe().getQueryType());
const shareLink = () => `${endpoint}?${new URLSearchParams({ query: queryOf() })}`;

function goTo(line, column) {
  const editor = current().getYasqe();
  editor.getDoc().setCursor({ line: line - 1, ch: column - 1 });
  editor.focus();
}

/** Mark a line until the query is changed. */
function mark(line) {
  const editor = current().getYasqe();
  const handle = editor.getDoc().addLineClass(line - 1, "background", "fault");
  const clear = () => {
    editor.getDoc().removeLineClass(handle, "background", "fault");
    editor.off("change", clear);
  };
  editor.on("change", clear);
}

/** The query with the prefixes of ours that it uses and does not declare, so that it can be taken elsewhere. */
function declared(query) {
  const missing = Object.entries(given.prefixes).filter(
    ([prefix]) =>
      new RegExp(`(^|[\\s({[|/^!,;])${prefix}:`, "m").test(query) &&
      !new RegExp(`prefix\\s+${prefix}:`, "i").test(query),
  );
  return missing.map(([prefix, iri]) => `PREFIX ${prefix}: <${iri}>\n`).join("") + query;
}

function toolbar() {
  const run = make("button", { type: "button", class: "run", onclick: runOrStop }, "Run");
  const tidy = make(
    "button",
    { type: "button", class: "plain-button", onclick: () => current().getYasqe().autoformat() },
    "Format",
  );
  const keys = make("span", { class: "quiet small keys" }, KEYS);
  return make("div", { class: "tools" }, run, copyButton("Copy link", shareLink), tidy, keys);
}

function runOrStop() {
  const editor = current().getYasqe();
  if (running(current())) editor.abortQuery();
  else editor.query().catch(() => {}); // what went wrong is drawn where results are
}

const runButton = (tab) => tab.rootEl.querySelector(".run");
const running = (tab) => runButton(tab)?.textContent === "Stop";
const showRunning = (tab, is) => (runButton(tab).textContent = is ? "Stop" : "Run");

/** A word beside a tab's buttons, until its query is run. */
const tell = (tab, text) => (tab.rootEl.querySelector(".keys").textContent = text);

/** What stands under the results of a tab: files and code. */
const extras = new Map();
function equip(tab) {
  if (!extras.has(tab.getId())) {
    const files = downloads(endpoint, queryOf, isGraph);
    const code = snippets(endpoint, queryOf, isGraph);
    tab.rootEl.append(files.line, code.section);
    tab.getYasr().on("drawn", (yasr) => (files.line.hidden = yasr.results.hasError()));
    extras.set(tab.getId(), () => [files, code].forEach((part) => part.renew()));
  }
  extras.get(tab.getId())();
}

function showAddress() {
  const query = queryOf();
  history.replaceState(null, "", query.length > LONGEST_ADDRESS ? given.endpoint : shareLink());
}

/** The answer that the server has put into the page, as if it had just come. */
function answered(found) {
  const term = (t) =>
    t.iri
      ? { type: "uri", value: t.iri }
      : { type: "literal", value: t.value, datatype: t.datatype, "xml:lang": t.language };
  const rows = (found.rows ?? []).map((row) =>
    Object.fromEntries(row.flatMap((t, i) => (t ? [[found.columns[i], term(t)]] : []))),
  );
  const data =
    "boolean" in found
      ? { head: {}, boolean: found.boolean }
      : { head: { vars: found.columns }, results: { bindings: rows } };
  return { data, contentType: "application/sparql-results+json", status: 200 };
}

installCompletion(Yasqe);
mendResults(Yasr);
Yasr.registerPlugin("table", Table);
Yasr.registerPlugin("chart", Chart);
Yasr.registerPlugin("graph", Graph);
Yasr.registerPlugin("response", Response);
Yasr.registerPlugin("error", problemPlugin(goTo, mark));
Yasr.defaults.pluginOrder = ["table", "chart", "graph", "response"];
Yasqe.defaults.editorHeight = "auto"; // as high as its text, unless a reader drags it
Yasr.defaults.maxPersistentResponseSize = 0; // an answer of last week would look like one of today

/** Take from the tabs what is settled here (the endpoint), and let nothing but tabs stand in their list. */
function trim() {
  for (const element of root.querySelectorAll(".controlbar > :not(.tools), .tabMenu")) element.remove();
  root.querySelector(".addTab").setAttribute("role", "tab");
  for (const input of root.querySelectorAll(".tab input")) input.setAttribute("aria-label", "Name of the tab");
}

const root = document.getElementById("editor");
mendMarks(root);
const yasgui = new Yasgui(root, {
  autofocus: false,
  persistenceId: `evplans ${given.endpoint}`,
  populateFromUrl: false,
  copyEndpointOnNewTab: false,
  contextMenuContainer: root,
  endpointInfo: toolbar,
  requestConfig: {
    endpoint,
    acceptHeaderGraph: "text/turtle",
    method: (gui) => (gui.getTab().getYasqe().getValue().length > LONGEST_ADDRESS ? "POST" : "GET"),
  },
  yasqe: {
    value: start,
    showQueryButton: false,
    autocompleters: ["prefixes", "variables", "class", "property", "entity"],
    screenReaderLabel: "Query",
  },
});

yasgui.on("query", (_, tab) => {
  showRunning(tab, true);
  tell(tab, KEYS);
  equip(tab);
  showAddress();
});
yasgui.on("queryResponse", (_, tab) => showRunning(tab, false));
yasgui.on("queryAbort", (_, tab) => showRunning(tab, false));

/** Open a query in a tab of its own (without a name it is numbered), or in the one that has it already. */
function open(name, query) {
  const same = Object.values(yasgui._tabs).find((tab) => tab.getPersistedJson().yasqe.value === query);
  if (same) yasgui.selectTabId(same.getId());
  else yasgui.addTab(true, { name, yasqe: { value: query } });
  return current();
}

yasgui.on("tabAdd", () => setTimeout(trim)); // it is told before the tab is drawn
yasgui.on("tabSelect", trim);
trim();

searchableQuestions(questions, (title, query) => {
  questions.open = false;
  const tab = open(title, declared(query));
  tab.query().catch(() => {});
  root.scrollIntoView({ block: "start" });
});

for (const tab of Object.values(yasgui._tabs)) tab.getRequestConfig().endpoint = endpoint; // stored tabs may name an older one
if (given.asked) {
  const tab = open(undefined, start);
  const answer = given.problem ? new Error(JSON.stringify(given.problem)) : given.found && answered(given.found);
  if (answer) {
    equip(tab);
    tab.getYasr().setResponse(answer);
    if (given.found?.more) tell(tab, `The first ${given.found.rows.length} rows; Run brings all.`);
  }
}
document.querySelector("form.ask").hidden = true;
document.getElementById("answer").hidden = true;
