// Keeps the page itself for when the line is down: never an answer, never anything that was said.

const CACHE = "shell-/* version */";
const FILES = /* files */ [];
const PATIENCE = 5000; // ms for the page over a line that is not quite down

async function keep() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { credentials: "omit" })));
  await self.skipWaiting();
}

async function takeOver() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await self.clients.claim();
}

const kept = (file) => caches.match(file, { cacheName: CACHE });

/** The page of now, or, where it does not come, the one kept. */
async function page(request) {
  const patience = new Promise((_, fail) => setTimeout(fail, PATIENCE));
  try {
    const answer = await Promise.race([fetch(request), patience]);
    if (answer.status < 500) return answer;
  } catch {
    // No line, or hardly one.
  }
  return (await kept(FILES[0])) ?? fetch(request);
}

async function file(request) {
  return (await kept(request)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (pathname === "/") event.respondWith(page(request));
  } else if (FILES.includes(pathname)) event.respondWith(file(request));
});
