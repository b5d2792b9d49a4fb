// The relations of an entity with those of its neighbours, in place of the picture that has only its own.
import { make } from "./parts/dom.js";
import { drawNetwork } from "./parts/network.js";

for (const figure of document.querySelectorAll("figure[data-network]")) offer(figure);

/** Put a button under the picture that exchanges it for the wider one, and back. */
function offer(figure) {
  const own = figure.firstElementChild;
  const more = "Also show the facts between these";
  const status = make("span", { class: "small quiet", role: "status" });
  const button = make("button", { type: "button", class: "plain-button", "aria-pressed": "false", onclick: swap }, more);
  let wider;
  figure.append(make("p", {}, button, " ", status));

  async function swap() {
    const on = button.getAttribute("aria-pressed") === "true";
    try {
      wider ??= await load(figure.dataset.network, figure.clientWidth);
    } catch {
      status.textContent = "These facts could not be fetched.";
      return;
    }
    if (!wider) {
      status.textContent = "No facts link these with one another.";
      return;
    }
    button.setAttribute("aria-pressed", String(!on));
    button.textContent = on ? more : "Only its own relations";
    status.textContent = on ? "" : "Drag a thing to move it.";
    figure.firstElementChild.replaceWith(on ? own : wider);
  }
}

async function load(address, width) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.statusText);
  const { nodes, links } = await answer.json();
  if (!links.length) return null;
  const titled = (items) => items.map((item) => ({ ...item, title: item.text }));
  return make("div", { class: "graph" }, drawNetwork(titled(nodes), titled(links), width));
}
