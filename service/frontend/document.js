// A document's evidence: a tap shows the claim before a second one goes to it, Escape hides it, the list points along.
const marks = [...document.querySelectorAll(".source mark")];
const EDGE = 8; // pixels that a claim keeps from the window's side

for (const mark of marks) {
  const link = mark.querySelector("a");
  const tip = mark.querySelector(".tip");
  const beside = document.querySelector(`.beside a[href="${link.getAttribute("href")}"]`)?.closest("li");
  let touched = false;

  function show() {
    mark.classList.remove("dismissed");
    beside?.classList.add("pointed");
    tip.style.left = "0";
    const over = tip.getBoundingClientRect().right - document.documentElement.clientWidth + EDGE;
    if (over > 0) tip.style.left = `${-over}px`;
  }
  function leave() {
    beside?.classList.remove("pointed");
  }

  link.addEventListener("pointerdown", (event) => {
    touched = event.pointerType === "touch" && document.activeElement !== link;
  });
  link.addEventListener("click", (event) => {
    if (!touched) return;
    event.preventDefault();
    link.focus();
    touched = false;
  });
  for (const name of ["mouseenter", "focusin"]) mark.addEventListener(name, show);
  for (const name of ["mouseleave", "focusout"]) mark.addEventListener(name, leave);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") for (const mark of marks) mark.classList.add("dismissed");
});
