// The query as code, for people who go on in Python, in a shell or in JavaScript.
import { copyButton, make } from "./dom.js";

const CODE = {
  Python: (endpoint, query, graph) => `from SPARQLWrapper import ${graph ? "TURTLE" : "JSON"}, SPARQLWrapper

sparql = SPARQLWrapper("${endpoint}")
sparql.setQuery(r"""
${query.replaceAll('"""', '\\"\\"\\"')}
""")
sparql.setReturnFormat(${graph ? "TURTLE" : "JSON"})
${graph ? "print(sparql.query().convert().decode())" : 'for row in sparql.queryAndConvert()["results"]["bindings"]:\n    print({name: term["value"] for name, term in row.items()})'}
`,
  curl: (endpoint, query, graph) => `curl --fail-with-body '${endpoint}' \\
  --header 'Accept: ${graph ? "text/turtle" : "text/csv"}' \\
  --data-urlencode 'query=${query.replaceAll("'", "'\\''")}'
`,
  JavaScript: (endpoint, query, graph) => `const query = ${"`"}${query.replace(/[\\`$]/g, "\\$&")}${"`"};
const answer = await fetch("${endpoint}", {
  method: "POST",
  headers: { "Content-Type": "application/sparql-query", Accept: "${graph ? "text/turtle" : "application/sparql-results+json"}" },
  body: query,
});
if (!answer.ok) throw new Error(await answer.text());
${graph ? "console.log(await answer.text());" : "const { results } = await answer.json();\nconsole.table(results.bindings.map((row) => Object.fromEntries(Object.entries(row).map(([name, term]) => [name, term.value]))));"}
`,
};

/** A closed section with the query as code; it is written when it is opened, and by its `renew()`. */
export function snippets(endpoint, queryOf, isGraph) {
  const section = make(
    "details",
    { class: "snippets" },
    make("summary", {}, "Use this query from Python, curl or JavaScript"),
  );
  const blocks = Object.entries(CODE).map(([name, write]) => {
    const code = make("code");
    const text = () => write(endpoint, queryOf().trim(), isGraph());
    const head = make("p", { class: "snippet-head" }, make("b", {}, name), copyButton(`Copy ${name}`, text));
    section.append(head, make("pre", { tabindex: "0", role: "region", "aria-label": `${name} code` }, code));
    return () => (code.textContent = text());
  });
  const renew = () => section.open && blocks.forEach((write) => write());
  section.addEventListener("toggle", renew);
  return { section, renew };
}
