// Turns the text box of a picker into a list of at most eight hits that can be chosen with keys or a tap.

let count = 0;

function hiddenOf(box, name) {
  let hidden = box.querySelector('input[type="hidden"]');
  if (!hidden) {
    box.querySelector("fieldset")?.remove();
    hidden = Object.assign(document.createElement("input"), { type: "hidden", name });
    box.append(hidden);
  }
  return hidden;
}

function listOf(box, input) {
  const list = document.createElement("ul");
  list.className = "hits";
  list.id = `hits-${(count += 1)}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.firstChild?.textContent || "");
  box.append(list);
  return list;
}

function status(box) {
  const words = document.createElement("p");
  words.className = "hint";
  words.setAttribute("role", "status");
  box.append(words);
  return words;
}

function setUp(box) {
  const input = box.querySelector('input[type="text"]');
  const url = box.dataset.picker;
  if (!input || !url || input.getAttribute("role")) return;
  const list = listOf(box, input);
  const said = status(box);
  let timer;
  let asked = 0;
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");

  const options = () => [...list.querySelectorAll('[role="option"]')];
  const current = () => list.querySelector('[aria-selected="true"]');

  function show(open) {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (open) list.scrollIntoView({ block: "nearest" });
    else input.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
    if (!option) return;
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  function choose(option) {
    input.value = option.dataset.words;
    hiddenOf(box, input.name.replace(/_text$/, "")).value = option.dataset.value;
    show(false);
  }

  async function ask() {
    const mine = (asked += 1);
    const query = new URLSearchParams({ q: input.value.trim() });
    const answer = await fetch(`${url}?${query}`, { headers: { "HX-Request": "true" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    list.innerHTML = await answer.text();
    options().forEach((option, index) => (option.id = `${list.id}-${index}`));
    said.textContent = options().length || !input.value.trim() ? "" : document.body.dataset.none;
    mark(null);
    show(options().length > 0 && document.activeElement === input);
  }

  input.addEventListener("input", () => {
    hiddenOf(box, input.name.replace(/_text$/, "")).value = "";
    asked += 1; // what was asked before these letters comes too late
    clearTimeout(timer);
    timer = setTimeout(ask, 200);
  });
  input.addEventListener("focus", () => {
    if (!input.value) ask();
  });
  input.addEventListener("blur", () => setTimeout(() => show(false), 150));
  input.addEventListener("keydown", (event) => {
    const all = options();
    const at = all.indexOf(current());
    if (event.key === "Escape") show(false);
    else if (list.hidden || !all.length) return;
    else if (event.key === "ArrowDown") mark(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") mark(all[(at - 1 + all.length) % all.length]);
    else if (event.key === "Enter" && current()) choose(current());
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest('[role="option"]');
    event.preventDefault();
    if (option) choose(option);
  });
}

document.querySelectorAll("[data-picker]").forEach(setUp);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-picker]").forEach(setUp));
