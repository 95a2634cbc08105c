// What the page asks of the browser for visits without a network, and the count of requests since everything has
// loaded. It speaks to the page through attributes of <html> and an event "quadrant:shell":
//   data-offline   "keeping", "kept" or "none"       data-update     "ready": a new version waits for a reload
//   data-requests  requests since everything loaded
// The page speaks back with "quadrant:loaded", "quadrant:update" and "quadrant:forget" on window.
const root = document.documentElement;
const tell = (name, value) => {
  root.dataset[name] = value;
  dispatchEvent(new Event("quadrant:shell"));
};
const heard = (name) => new Promise((resolve) => addEventListener(name, resolve, { once: true }));
const settled = (worker) => new Promise((resolve) => {
  const look = () => { if (worker.state === "activated" || worker.state === "redundant") resolve(worker.state); };
  worker.addEventListener("statechange", look);
  look();
});

/** Registers the service worker, and resolves when this build is kept or will not be. */
async function keep() {
  if (!("serviceWorker" in navigator)) throw new Error("no service worker here");
  tell("offline", "keeping");
  // "all": the browser's own look for a new version, on opening the page, goes by the server's cache headers too.
  const registration = await navigator.serviceWorker.register("./sw.js", { updateViaCache: "all" });
  addEventListener("quadrant:update", async () => {
    const next = registration.waiting;
    if (next) {
      next.postMessage("activate");
      await settled(next);
    }
    location.reload();
  });
  const offer = () => { if (registration.waiting && navigator.serviceWorker.controller) tell("update", "ready"); };
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", offer));
  offer();
  if (!registration.active) {
    const first = registration.installing ?? registration.waiting;
    if (!first || (await settled(first)) === "redundant") throw new Error("not kept");
  }
}

addEventListener("quadrant:forget", async () => {
  try {
    await (await navigator.serviceWorker.getRegistration("./"))?.unregister();
    const family = `quadrant ${new URL("./", document.baseURI).pathname} `;
    for (const name of await caches.keys()) if (name.startsWith(family)) await caches.delete(name);
  } catch {
    // Denied: then there is nothing.
  }
  tell("offline", "none");
});

export async function start(build) {
  // Not before everything is here: two that ask for the engine at once get in each other's way in the browser's cache.
  await heard("quadrant:loaded");
  // A development build names no build and is not kept.
  const kept = build ? keep() : Promise.reject(new Error("a development build"));
  await kept.then(() => tell("offline", "kept"), () => tell("offline", "none"));
  const since = performance.now();
  let requests = 0;
  tell("requests", requests);
  new PerformanceObserver((list) => {
    const more = list.getEntries().filter((entry) => entry.startTime > since && /^https?:/.test(entry.name)).length;
    if (more) tell("requests", (requests += more));
  }).observe({ type: "resource" });
}
