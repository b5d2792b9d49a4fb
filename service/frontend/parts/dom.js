// Elements without markup in strings: text is never read as HTML.

/** An element with properties (`class`, `on…`, attributes) and children (elements or text; empty ones are passed over). */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== ""));
  return element;
}

/** A button that copies what `text()` gives and says so. */
export function copyButton(label, text) {
  const button = make("button", { type: "button", class: "plain-button", onclick: copy }, label);
  async function copy() {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Cannot copy here";
    }
    setTimeout(() => (button.textContent = label), 2000);
  }
  return button;
}
