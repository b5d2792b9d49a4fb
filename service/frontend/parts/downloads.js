// The whole answer as a file, in every format the endpoint has.
import { make } from "./dom.js";

const TABLES = {
  JSON: ["application/sparql-results+json", "srj"],
  XML: ["application/sparql-results+xml", "srx"],
  CSV: ["text/csv", "csv"],
  TSV: ["text/tab-separated-values", "tsv"],
};
const GRAPHS = {
  Turtle: ["text/turtle", "ttl"],
  "JSON-LD": ["application/ld+json", "jsonld"],
  "N-Triples": ["application/n-triples", "nt"],
  "RDF/XML": ["application/rdf+xml", "rdf"],
  TriG: ["application/trig", "trig"],
  "N-Quads": ["application/n-quads", "nq"],
  N3: ["text/n3", "n3"],
};

/** A line of buttons; each asks for the answer in its format and saves it. */
export function downloads(endpoint, queryOf, isGraph) {
  const status = make("span", { role: "status", class: "quiet" });
  const buttons = make("span");
  const line = make("p", { class: "downloads small" }, "Download: ", buttons, status);

  async function save(media, ending) {
    status.textContent = " …";
    const body = new URLSearchParams({ query: queryOf() });
    try {
      const answer = await fetch(endpoint, { method: "POST", headers: { Accept: media }, body });
      if (!answer.ok) throw new Error((await answer.json()).detail);
      const file = URL.createObjectURL(await answer.blob());
      make("a", { href: file, download: `evplans.${ending}` }).click();
      setTimeout(() => URL.revokeObjectURL(file), 10_000);
      status.textContent = "";
    } catch (error) {
      status.textContent = ` ${error.message}`;
    }
  }

  const renew = () => {
    const offered = Object.entries(isGraph() ? GRAPHS : TABLES);
    buttons.replaceChildren(
      ...offered.map(([name, [media, ending]]) =>
        make("button", { type: "button", class: "plain-button", onclick: () => save(media, ending) }, name),
      ),
    );
  };
  renew();
  return { line, renew };
}
