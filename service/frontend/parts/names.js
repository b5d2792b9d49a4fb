// The names of things, asked of the endpoint once for each thing.
import { given, local, shorten } from "./terms.js";

const MOST = 300; // things in one request
const known = new Map();

/** Learn the names of what this dataset has under `iris`; without an answer things keep their IRIs. */
export async function learn(iris) {
  const own = (iri) => given.homes.some(([start]) => iri.startsWith(start)) && !/[<>"{}|^`\\\s]/.test(iri);
  const asked = [...new Set(iris)].filter((iri) => own(iri) && !known.has(iri)).slice(0, MOST);
  if (!asked.length) return;
  const query = `SELECT ?thing (MIN(?one) AS ?name) WHERE { VALUES ?thing { ${asked.map((iri) => `<${iri}>`).join(" ")} }
    ?thing skos:prefLabel|rdfs:label|dct:title ?one FILTER(LANG(?one) IN ("", "en")) } GROUP BY ?thing`;
  const headers = { Accept: "application/sparql-results+json" };
  try {
    const answer = await fetch(given.endpoint, { method: "POST", headers, body: new URLSearchParams({ query }) });
    if (!answer.ok) return;
    for (const iri of asked) known.set(iri, null);
    for (const row of (await answer.json()).results.bindings) known.set(row.thing.value, row.name.value);
  } catch {
    // no connection: the next drawing asks again
  }
}

/** The name of a thing, else the last part of its IRI. */
export const nameOf = (iri) => known.get(iri) ?? local(iri);

/** The name of a thing, else its IRI with a prefix. */
export const nameOrIri = (iri) => known.get(iri) ?? shorten(iri);
