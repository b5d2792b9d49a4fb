// Where YASGUI stumbles: over RDF 1.2's triple terms, and over a Content-Security-Policy without inline styles.
import { plain } from "./terms.js";

const IN_JSON = /"type"\s*:\s*"triple"/;
const MARK = "Not SPARQL 1.1 as the editor knows it; Run has the server's word.";

/** Let results hold triple terms: they come as text. */
export function mendResults(Yasr) {
  const { setResponse } = Yasr.prototype;
  Yasr.prototype.setResponse = function (response, duration) {
    const mended = typeof response?.content === "string" && IN_JSON.test(response.content);
    setResponse.call(this, mended ? { ...response, content: flat(response.content) } : response, duration);
  };
}

function flat(content) {
  const found = JSON.parse(content);
  for (const row of found.results.bindings)
    for (const [name, term] of Object.entries(row))
      if (term.type === "triple") row[name] = { type: "literal", value: plain(term) };
  return JSON.stringify(found);
}

/** Say what the mark beside a line means in a title: YASGUI's own note has styles in its markup. */
export function mendMarks(root) {
  for (const kind of ["mouseover", "mouseout"]) root.addEventListener(kind, note, true);
  function note(event) {
    const mark = event.target.closest(".parseErrorIcon");
    if (!mark) return;
    event.stopPropagation();
    mark.title = MARK;
  }
}
