// A form is sent once, keeps what was typed, and the browser itself asks before unsent text is left behind.

const dirty = new Set();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "1";
  dirty.delete(form);
  // aria-disabled instead of disabled: a disabled button would not send its own name and value.
  event.submitter?.setAttribute("aria-disabled", "true");
  // A form that is answered with a file leaves the page as it is: it can be sent again.
  if ("file" in form.dataset) setTimeout(() => ready(form), 2000);
});

function ready(form) {
  delete form.dataset.sending;
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) ready(form);
});

// A page that comes back from the browser's own cache must work again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form").forEach(ready);
});

document.addEventListener("input", (event) => {
  const { form } = event.target;
  if (form) delete form.dataset.kept;
  if (form?.method === "post" && event.target.tagName === "TEXTAREA") dirty.add(form);
});

window.addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected && !form.dataset.kept)) event.preventDefault();
});

// A ready-made text joins what is already typed; without this script its link opens the form with the text in it.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-insert]");
  const box = link && document.getElementById(link.dataset.insert);
  if (!box) return;
  event.preventDefault();
  box.value = [box.value, link.parentElement.querySelector(".text").textContent].filter(Boolean).join("\n");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});
