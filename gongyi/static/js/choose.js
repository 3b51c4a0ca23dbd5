// Choosing rows: the box above ticks all of them, and how many are chosen is said. Without this script the box alone says "all".

const form = document.querySelector("[data-choose]");
const all = form?.querySelector("[data-check-all]");
const boxes = [...(form?.querySelectorAll("[name=row]") ?? [])];
const words = form?.querySelector("[data-chosen]");

function say() {
  const number = boxes.filter((box) => box.checked).length;
  all.checked = number === boxes.length;
  all.indeterminate = number > 0 && number < boxes.length;
  words.textContent = number ? `✓ ${number}` : "";
}

all?.addEventListener("change", () => {
  for (const box of boxes) box.checked = all.checked;
  say();
});
form?.addEventListener("change", (event) => {
  if (event.target !== all) say();
});
if (all) say();
