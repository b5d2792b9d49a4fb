// The list of stored questions: searched as one types, opened in the editor instead of by a new page.
import { make } from "./dom.js";

/** `open(title, query)` is called for the question that was chosen. */
export function searchableQuestions(section, open) {
  const items = [...section.querySelectorAll("li")];
  const status = make("span", { class: "quiet small", role: "status" });
  const filter = make("input", {
    type: "search",
    "aria-label": "Search the questions",
    placeholder: "Search the questions",
    oninput: search,
  });
  section.querySelector("div").before(make("p", { class: "row-filter" }, filter, status));

  function search() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const item of items) item.hidden = !words.every((word) => item.textContent.toLowerCase().includes(word));
    const left = items.filter((item) => !item.hidden).length;
    status.textContent = words.length ? `${left} of ${items.length}` : "";
  }

  section.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link.textContent, new URL(link.href).searchParams.get("query"));
  });
}
