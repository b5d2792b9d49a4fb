// Ask an endpoint through comunica: node comunica.js ENDPOINT QUERY; prints rows (or triples) as JSON.
import { QueryEngine } from "@comunica/query-sparql";

const [endpoint, query] = process.argv.slice(2);
const answer = await new QueryEngine().query(query, { sources: [endpoint] });
const shown = (term) => term.value;
let found;
if (answer.resultType === "boolean") found = await answer.execute();
else if (answer.resultType === "quads") {
  const quads = await (await answer.execute()).toArray();
  found = quads.map((quad) => [quad.subject, quad.predicate, quad.object].map(shown));
} else {
  const rows = await (await answer.execute()).toArray();
  found = rows.map((row) => Object.fromEntries([...row].map(([variable, term]) => [variable.value, term.value])));
}
console.log(JSON.stringify(found));
