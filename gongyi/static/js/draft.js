// Text typed into a form with data-draft="key" survives a lost connection. It stays in this browser only, belongs to the person
// who typed it, and goes when it was sent, at sign-out, and after seven days. Fields that hold people's contacts are left out.

const PREFIX = "gongyi-draft:";
const DAYS = 7 * 24 * 3600 * 1000;
const FIELDS = 'textarea:not([data-private]), input[type="text"]:not([data-private])';
const owner = document.body.dataset.owner || "";

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    return {};
  }
}

function write(key, draft) {
  try {
    localStorage.setItem(key, JSON.stringify(draft));
  } catch {
    // A full or forbidden store only means that there is no safety net.
  }
}

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const keyOf = (form) => `${PREFIX}${owner}:${form.dataset.draft}`;
const fieldsOf = (form) => [...form.querySelectorAll(FIELDS)].filter((field) => field.name && !field.name.startsWith("_"));
const forms = () => [...document.querySelectorAll("form[data-draft]")];

function forget(test) {
  keys().filter((key) => test(key, read(key))).forEach((key) => localStorage.removeItem(key));
}

function keep(form) {
  const fields = fieldsOf(form).filter((field) => field.value !== field.defaultValue);
  if (!fields.length) return localStorage.removeItem(keyOf(form));
  return write(keyOf(form), { at: Date.now(), key: read(keyOf(form)).key, text: Object.fromEntries(fields.map((field) => [field.name, field.value])) });
}

function note(form) {
  const box = document.createElement("div");
  box.className = "notice";
  box.setAttribute("role", "status");
  const words = document.createElement("div");
  words.textContent = document.body.dataset.restored;
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "btn btn-quiet";
  discard.textContent = document.body.dataset.discard;
  discard.addEventListener("click", () => {
    fieldsOf(form).forEach((field) => (field.value = field.defaultValue));
    localStorage.removeItem(keyOf(form));
    box.remove();
  });
  box.append(words, discard);
  form.prepend(box);
}

function restore(form) {
  const { text, key } = read(keyOf(form));
  if (!text) return;
  if (key && form.elements._key) form.elements._key.value = key; // if it did arrive the first time, it is not taken again
  const fields = fieldsOf(form).filter((field) => field.name in text && field.value !== text[field.name]);
  fields.forEach((field) => (field.value = text[field.name]));
  if (fields.length) note(form);
}

// What was sent has arrived if a page of ours answers: one that does not say "not saved" and is not the same form with errors.
function settle() {
  const answered = document.referrer.startsWith(location.origin) && performance.getEntriesByType("navigation")[0]?.type === "navigate";
  const refused = "unsent" in document.body.dataset || document.querySelector(".error-summary");
  keys().forEach((key) => {
    const draft = read(key);
    if (!draft.sent) return;
    if (answered && !refused) localStorage.removeItem(key);
    else write(key, { ...draft, sent: undefined });
  });
}

function start() {
  forget((key, draft) => !(Date.now() - draft.at < DAYS));
  if (owner) forget((key) => !key.startsWith(`${PREFIX}${owner}:`));
  settle();
  forms().forEach(restore);
}

document.addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form) keep(form);
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if ("forgetDrafts" in form.dataset) forget(() => true);
  const draft = form.dataset.draft && read(keyOf(form));
  if (draft?.text) write(keyOf(form), { ...draft, sent: true, key: form.elements._key?.value });
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (form && event.detail.successful) localStorage.removeItem(keyOf(form));
});

try {
  start();
} catch {
  // No local storage: nothing to restore.
}
