// Keys for the review of claims: j and k go on and back, a, r, m and u press what a claim's form offers.
// They act only while a claim has the focus, so that nobody decides by typing elsewhere.
const list = document.querySelector("[data-keys]");
const items = [...(list?.querySelectorAll(".review-item") ?? [])];

if (items.length) {
  document.querySelector(".keys").hidden = false;
  const asked = document.getElementById(location.hash.slice(1));
  (items.includes(asked) ? asked : (list.querySelector(".review-item.open") ?? items[0])).focus();
}

list?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
  const item = event.target.closest(".review-item");
  if (!item) return;
  const step = { j: 1, k: -1 }[event.key];
  const button = /^[armu]$/.test(event.key) && item.querySelector(`[data-key="${event.key}"]`);
  if (step) items[items.indexOf(item) + step]?.focus();
  else if (event.key === "m") amend(item);
  else if (button) button.click();
  else return;
  event.preventDefault();
});

/** Open a claim's form and go to its first field. */
function amend(item) {
  const form = item.querySelector("details.amend");
  form.open = true;
  form.querySelector("input:not([type=hidden])").focus();
}
