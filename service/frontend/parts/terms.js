// IRIs and literals of results as a reader wants them: short, and leading to the page on this host.
import { make } from "./dom.js";

/** What the page says: endpoint, prefixes, where things have their pages, the query and its answer. */
export const given = JSON.parse(document.getElementById("editor-data").textContent);

const spaces = Object.entries(given.prefixes).sort((a, b) => b[1].length - a[1].length);
const NUMBERS = /#(integer|decimal|double|float|int|long|short|nonNegativeInteger|positiveInteger)$/;
const TIMES = /#(date|dateTime|gYear|gYearMonth)$/;

/** `ev:Claim` for its IRI; an IRI of an unknown space stays whole. */
export function shorten(iri) {
  const found = spaces.find(([, space]) => iri.startsWith(space) && iri.length > space.length);
  return found ? `${found[0]}:${iri.slice(found[1].length)}` : iri;
}

/** The last part of an IRI. */
export const local = (iri) => iri.replace(/[/#]$/, "").split(/[/#]/).pop();

/** Where an IRI leads: to this host for what this dataset names, else to itself if it is a web address. */
export function address(iri) {
  const home = given.homes.find(([start]) => iri.startsWith(start));
  if (home) return home[1] + iri.slice(home[0].length);
  return /^https?:/.test(iri) ? iri : null;
}

/** A term as a link (an IRI, in the words of `worded`) or text with its language. */
export function shown(term, worded = shorten) {
  if (!term) return "";
  if (term.type === "uri") {
    const href = address(term.value);
    return href ? make("a", { href, title: term.value }, worded(term.value)) : shorten(term.value);
  }
  const language = term["xml:lang"];
  return make("span", {}, readable(term), language ? make("small", { class: "quiet" }, ` @${language}`) : "");
}

/** A term as plain text. */
export function plain(term) {
  if (!term) return "";
  if (term.type === "uri") return shorten(term.value);
  if (term.type === "bnode") return `_:${term.value}`;
  if (term.type !== "triple") return term.value;
  return `<<( ${["subject", "predicate", "object"].map((part) => plain(term.value[part])).join(" ")} )>>`;
}

export const isNumber = (term) =>
  NUMBERS.test(term?.datatype ?? "") && term.value !== "" && Number.isFinite(Number(term.value));
export const isTime = (term) => TIMES.test(term?.datatype ?? "");

function readable(term) {
  if (!isNumber(term) || !/^-?\d{5,}(\.\d+)?$/.test(term.value)) return plain(term);
  return Number(term.value).toLocaleString("en-GB", { maximumFractionDigits: 6 });
}
