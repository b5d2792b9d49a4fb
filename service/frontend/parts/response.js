// The answer as the server sent it.
import { copyButton, make } from "./dom.js";
import { icon } from "./table.js";

const LONGEST = 200_000; // characters that are shown; a file has all of them
const ICON = "M1 3h14M1 6.5h9M1 10h14M1 13.5h9";

export class Response {
  label = "Response";
  priority = 1;

  constructor(yasr) {
    this.yasr = yasr;
  }

  canHandleResults() {
    return Boolean(this.yasr.results?.getOriginalResponseAsString());
  }

  getIcon() {
    return icon(ICON);
  }

  draw() {
    const given = this.yasr.results.getOriginalResponseAsString();
    const text = typeof given === "string" ? given : JSON.stringify(given, null, 2);
    const note = text.length > LONGEST ? "The beginning of a long answer: download it to have it all." : "";
    const code = make("code", {}, text.slice(0, LONGEST));
    this.yasr.resultsEl.append(
      make(
        "p",
        { class: "row-filter" },
        copyButton("Copy the response", () => text),
        note,
      ),
      make("pre", { class: "response", tabindex: "0", role: "region", "aria-label": "Response" }, code),
    );
  }
}
