// The grid of the reception register: Enter goes to the next box; only the button sends.

const grid = document.querySelector("[data-grid]");
const boxes = [...(grid?.querySelectorAll("td input") ?? [])];

grid?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  const at = boxes.indexOf(event.target);
  (boxes[at + 1] ?? grid.querySelector("button")).focus();
});
(grid?.querySelector("[aria-invalid]") ?? boxes[0])?.focus();
