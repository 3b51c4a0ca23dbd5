// In a list j and k go down and up its rows, Enter opens the one in focus; never while typing, and off with the other keys.

const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");
const off = () => {
  try {
    return localStorage.getItem("gongyi-shortcuts-off") === "1";
  } catch {
    return false;
  }
};

document.addEventListener("keydown", (event) => {
  if (!["j", "k"].includes(event.key) || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || off()) return;
  const rows = [...document.querySelectorAll("main .rows .item-title")];
  const at = rows.indexOf(document.activeElement);
  const to = at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + (event.key === "j" ? 1 : -1)));
  rows[to]?.focus();
  rows[to]?.scrollIntoView({ block: "nearest" });
});
