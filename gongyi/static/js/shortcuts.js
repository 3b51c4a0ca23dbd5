// "/" goes to the search box, "?" to the help page; menus close with Escape or a click beside them;
// folded texts open for printing.
// A button with data-shortcuts-switch turns the two keys off and on in this browser (WCAG 2.1.4).

const OFF = "gongyi-shortcuts-off";
const stored = () => {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
};
const typing = (element) => element.closest?.("input, textarea, select, [contenteditable]");

function closeMenus(except) {
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(except)) menu.open = false;
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const menu = document.activeElement.closest?.("details.menu[open]");
    closeMenus(null);
    menu?.querySelector("summary").focus();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || stored()) return;
  const search = document.getElementById("search");
  const { help } = document.body.dataset;
  if (event.key === "/" && search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "?" && help) location.assign(help);
});

document.addEventListener("click", (event) => closeMenus(event.target));

// Paper cannot be unfolded.
window.addEventListener("beforeprint", () => document.querySelectorAll("details.fold").forEach((fold) => (fold.open = true)));

document.querySelectorAll("[data-shortcuts-switch]").forEach((button) => {
  button.setAttribute("aria-pressed", String(!stored()));
  button.addEventListener("click", () => {
    if (stored()) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
    button.setAttribute("aria-pressed", String(!stored()));
  });
});
