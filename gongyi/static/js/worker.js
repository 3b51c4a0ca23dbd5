// The service worker: without a network, any page of ours becomes the empty intake page, which belongs to nobody. It keeps that page
// and the static files it names, and nothing else. `FILES` and `VERSION` come before these lines, from the view.

const SHELL = "/offline/";

self.addEventListener("install", (event) => {
  const files = [new Request(SHELL, { credentials: "omit" }), ...FILES];
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(files)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const outdated = (names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(outdated).then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(SHELL)));
  else if (request.method === "GET" && FILES.includes(new URL(request.url).pathname))
    event.respondWith(fetch(request).catch(() => caches.match(request, { ignoreSearch: true })));
});
