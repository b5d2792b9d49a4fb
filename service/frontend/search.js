// Suggestions under a search box as one types. Without this script the box is a form like any other.
import { make } from "./parts/dom.js";

const PAUSE = 120; // milliseconds without a key before the server is asked

for (const form of document.querySelectorAll("form[data-suggest]"))
  suggest(form, form.querySelector("input[type=search]"));

/** Make a form's box a combobox (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/) over the service's names. */
function suggest(form, input) {
  const id = `suggestions-${[...document.forms].indexOf(form)}`;
  const list = make("ul", { class: "suggestions", role: "listbox", id, "aria-label": "Suggestions", hidden: true });
  const status = make("span", { class: "unseen", role: "status" });
  let timer,
    request,
    active = -1;

  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": id,
    "aria-expanded": "false",
    autocomplete: "off",
  }))
    input.setAttribute(name, value);
  form.append(list, status);

  function close() {
    clearTimeout(timer);
    request?.abort();
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(next) {
    active = next;
    [...list.children].forEach((option, i) => option.setAttribute("aria-selected", String(i === active)));
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    const text = input.value.trim();
    if (text.length < 2) return close();
    request?.abort();
    request = new AbortController();
    try {
      const answer = await fetch(`${form.dataset.suggest}?${new URLSearchParams({ q: text })}`, {
        signal: request.signal,
      });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch {
      // a newer key stopped this request, or there is no connection: the form still searches
    }
  }

  function show(suggestions) {
    const options = suggestions.map(({ label, href, kind }, i) =>
      make(
        "li",
        { role: "option", id: `${id}-${i}`, "aria-selected": "false", onclick: () => location.assign(href) },
        label,
        kind ? make("span", { class: "quiet small" }, ` ${kind}`) : "",
      ),
    );
    options.forEach((option, i) => (option.dataset.href = suggestions[i].href));
    list.replaceChildren(...options);
    list.hidden = !options.length;
    input.setAttribute("aria-expanded", String(Boolean(options.length)));
    status.textContent = options.length === 1 ? "1 suggestion" : `${options.length} suggestions`;
    choose(-1);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "ArrowDown" && list.hidden) ask();
    else if (event.key === "ArrowDown") choose(active + 1 < list.children.length ? active + 1 : -1);
    else if (event.key === "ArrowUp" && !list.hidden) choose(active < 0 ? list.children.length - 1 : active - 1);
    else if (event.key === "Enter" && active >= 0) location.assign(list.children[active].dataset.href);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the focus, so a click is not a blur
  input.addEventListener("blur", close);
}
