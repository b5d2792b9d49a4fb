// Completion from the dataset's own prefixes, classes and properties.
import { given, local } from "./terms.js";

let known;
const used = () =>
  (known ??= fetch(given.terms).then((answer) => (answer.ok ? answer.json() : { classes: [], properties: [] })));
const MOST = 60;

/** Put our completers in place of the editor's own, which would ask other hosts. */
export function installCompletion(Yasqe) {
  Yasqe.registerAutocompleter(entities);
  const { prefixes, class: classes, property } = Yasqe.Autocompleters;
  const declared = Object.entries(given.prefixes).map(([prefix, iri]) => `${prefix}: <${iri}>`);
  Yasqe.registerAutocompleter({ ...prefixes, get: declared, persistenceId: null });
  Yasqe.registerAutocompleter(fromData(classes, "classes"));
  Yasqe.registerAutocompleter({
    ...fromData(property, "properties"),
    isValidCompletionPosition: (yasqe) => property.isValidCompletionPosition(yasqe) || namesProperty(yasqe),
  });
}

function fromData(completer, kind) {
  return {
    ...completer,
    autoShow: true,
    persistenceId: null,
    get: async (_, token) => matching((await used())[kind], token?.autocompletionString ?? ""),
    postProcessSuggestion: (yasqe, token, iri) => {
      const near = Object.entries(yasqe.getPrefixesFromQuery()).find(
        ([, space]) => iri.startsWith(space) && iri.length > space.length,
      );
      return near ? `${near[0]}:${iri.slice(near[1].length)}` : `<${iri}>`;
    },
  };
}

/** `id:niss` becomes the things whose names begin so. */
const entities = {
  name: "entity",
  bulk: false,
  autoShow: true,
  isValidCompletionPosition: (yasqe) => /^id:\w/.test(yasqe.getCompleteToken().string),
  get: async (_, token) => {
    const start = given.prefixes.id;
    const words = token.string.slice("id:".length).replaceAll("-", " ");
    const answer = await fetch(`${given.suggest}?${new URLSearchParams({ q: words })}`);
    const found = answer.ok ? (await answer.json()).suggestions : [];
    return found.filter(({ iri }) => iri.startsWith(start)).map(({ iri }) => `id:${iri.slice(start.length)}`);
  },
};

/** After `ev:property`, the object is a property of the vocabulary. */
function namesProperty(yasqe) {
  const token = yasqe.getCompleteToken();
  return Boolean(token.string.trim()) && !/^[?$]/.test(token.string) && token.state.lastProperty === "ev:property";
}

function matching(iris, text) {
  if (text.includes(":")) return iris.filter((iri) => iri.startsWith(text)).slice(0, MOST);
  const word = text.toLowerCase();
  return iris.filter((iri) => local(iri).toLowerCase().includes(word)).slice(0, MOST);
}
