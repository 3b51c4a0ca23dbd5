// A form with data-queue that is sent without a network waits in this browser and is sent once when the network is back: the key of
// the form goes with it, so the server takes it once however often it comes. What waits belongs to the person who typed it, and goes
// when it was taken, at sign-out, when somebody else signs in, and after seven days. Files are not kept.

const PREFIX = "gongyi-queue:";
const OWNER = "gongyi-owner";
const DAYS = 7 * 24 * 3600 * 1000;
const LEFT_OUT = new Set(["csrfmiddlewaretoken", "_key", "propose"]);
const shell = "shell" in document.body.dataset;

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // no local storage: nothing waits, and forms are sent as ever
  }
}

const owner = shell ? stored(OWNER) || "" : document.body.dataset.owner || "";
const boxes = () => [...document.querySelectorAll("[data-queue-box]")];
const names = () => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX));

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name)) || {};
  } catch {
    return {};
  }
}

const waiting = () =>
  names().filter((name) => name.startsWith(`${PREFIX}${owner}:`)).map((name) => ({ name, ...read(name) })).sort((a, b) => a.at - b.at);

function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, i) => ([4, 6, 8, 10].includes(i) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}

// --- what waits, in words ---------------------------------------------------------------------------------------------

function line(box, entry) {
  const item = box.querySelector("template[data-line]").content.firstElementChild.cloneNode(true);
  const words = box.querySelector("template[data-words]").content;
  const text = (Object.fromEntries(entry.fields).content || "").replace(/(\d{3})\d{4,}/g, "$1****");
  item.querySelector(".text-line").textContent = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  item.querySelector(".quiet").textContent = words.querySelector(entry.refused ? "[data-refused]" : "[data-waiting]").textContent;
  item.querySelector("[data-drop]").addEventListener("click", () => {
    localStorage.removeItem(entry.name);
    show();
  });
  return item;
}

function show(taken = []) {
  const entries = waiting();
  boxes().forEach((box) => {
    box.querySelectorAll(":scope > section, :scope > p").forEach((old) => old.remove());
    box.hidden = !entries.length && !taken.length;
    if (taken.length) {
      const note = document.createElement("p");
      note.className = "notice tone-done";
      note.setAttribute("role", "status");
      note.textContent = box.querySelector("template[data-words]").content.querySelector("[data-sent]").textContent;
      taken.forEach((url, i) => note.append(Object.assign(document.createElement("a"), { href: url, textContent: ` ${i + 1}` })));
      box.append(note);
    }
    if (!entries.length) return;
    const section = box.querySelector("template").content.firstElementChild.cloneNode(true);
    const title = section.querySelector("[data-title]");
    title.textContent = title.dataset.title.replace("NUMBER", entries.length);
    section.querySelector("ul").append(...entries.map((entry) => line(box, entry)));
    section.querySelector("[data-send]").addEventListener("click", send);
    box.append(section);
  });
}

// --- sending ----------------------------------------------------------------------------------------------------------

async function sendOne(entry, token) {
  const body = new URLSearchParams(entry.fields);
  body.set("_key", entry.key);
  body.set("csrfmiddlewaretoken", token);
  const answer = await fetch(entry.action, { method: "POST", body, credentials: "same-origin" });
  const { pathname } = new URL(answer.url);
  if (answer.ok && answer.redirected && pathname.startsWith("/cases/") && pathname !== entry.action) return answer.url;
  if (answer.redirected || answer.status >= 500) throw new Error("not now"); // to the sign-in page, or the server is ill
  localStorage.setItem(entry.name, JSON.stringify({ ...entry, name: undefined, refused: true }));
  return "";
}

async function sendAll() {
  const token = document.querySelector('[name="csrfmiddlewaretoken"]')?.value;
  const taken = [];
  try {
    for (const entry of waiting()) {
      if (!token || !stored(entry.name)) continue;
      const url = await sendOne(entry, token);
      if (!url) continue;
      localStorage.removeItem(entry.name);
      taken.push(url);
    }
  } catch {
    // Still no network, or nobody signed in: it goes on waiting.
  }
  show(taken);
}

function send() {
  if (!navigator.onLine || !owner || !waiting().length) return;
  if (shell) location.assign("/today/");
  else if (navigator.locks) navigator.locks.request("gongyi-queue", { ifAvailable: true }, (lock) => lock && sendAll());
  else sendAll();
}

// --- keeping ----------------------------------------------------------------------------------------------------------

function keep(form) {
  const fields = [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !LEFT_OUT.has(name));
  if (form.elements.propose) fields.push(["later", "on"]);
  const key = form.elements._key?.value || newKey();
  const entry = { at: Date.now(), action: new URL(form.action).pathname, key, fields };
  localStorage.setItem(`${PREFIX}${owner}:${key}`, JSON.stringify(entry));
  localStorage.removeItem(`gongyi-draft:${owner}:${form.dataset.draft}`);
  form.reset();
  form.dataset.kept = "1"; // form.js need not ask before this page is left
  if (form.elements._key) form.elements._key.value = newKey();
  show();
  boxes()[0]?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("forgetDrafts" in form.dataset) {
    names().forEach((name) => localStorage.removeItem(name));
    localStorage.removeItem(OWNER);
  }
  if (!("queue" in form.dataset) || (navigator.onLine && !shell) || !owner) return;
  event.preventDefault();
  if (form.elements.content?.value.trim()) keep(form);
  else form.elements.content?.focus();
}, true);

function start() {
  names().forEach((name) => {
    const mine = !owner || name.startsWith(`${PREFIX}${owner}:`);
    if (!mine || !(Date.now() - read(name).at < DAYS)) localStorage.removeItem(name);
  });
  if (owner && !shell) {
    localStorage.setItem(OWNER, owner);
    navigator.serviceWorker?.register("/sw.js").catch(() => {}); // without it only a page that is open works without a network
  }
  document.querySelectorAll("[data-known]").forEach((part) => (part.hidden = !owner));
  document.querySelectorAll("[data-stranger]").forEach((part) => (part.hidden = Boolean(owner)));
  show();
  send();
}

window.addEventListener("online", send);
try {
  start();
} catch {
  // No local storage: no queue.
}
