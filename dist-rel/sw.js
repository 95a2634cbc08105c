// Keeps one build on the device, so that the next visit works with the network off. A new build waits beside the old
// one until the reader reloads by the page's note (or opens the page afresh): page and engine are always of one build.
// The two lines below are written by .ci/stamp.mjs; a development build has none and is not kept.
const BUILD = "";
const FILES = [];

// Two copies of Quadrant on one host share its storage: the folder is part of the name.
const home = new URL("./", self.location);
const family = `quadrant ${home.pathname} `;

/** One file of this build, from the browser's cache where that has it, else from the server. */
async function fetched([address, integrity]) {
  const right = async (response) => {
    if (!response.ok) throw new Error(`${address}: ${response.status}`);
    // The page itself goes without a hash, since hosts add to it; it must name this build.
    if (!integrity && !(await response.clone().text()).includes(BUILD)) throw new Error(`${address} is of another build`);
    return response;
  };
  const options = integrity ? { integrity, priority: "low" } : { priority: "low" };
  try {
    return await right(await fetch(address, options));
  } catch {
    return right(await fetch(address, { ...options, cache: "reload" }));
  }
}

self.addEventListener("install", (event) => {
  const keep = async () => {
    const cache = await caches.open(family + BUILD);
    await Promise.all(FILES.map(async (file) => {
      const response = await fetched(file);
      // Made anew: an answer that was redirected may not open a page.
      await cache.put(file[0], new Response(response.body, { headers: response.headers }));
    }));
  };
  event.waitUntil(keep());
});

self.addEventListener("activate", (event) => {
  const forget = async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith(family) && name !== family + BUILD).map((name) => caches.delete(name)));
  };
  event.waitUntil(forget());
});

self.addEventListener("message", (event) => {
  if (event.data === "activate") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== home.origin || !url.pathname.startsWith(home.pathname)) return;
  const opens = request.mode === "navigate" && [home.pathname, `${home.pathname}index.html`].includes(url.pathname);
  const answer = async () => {
    const cache = await caches.open(family + BUILD);
    return (await cache.match(opens ? home.href : url.href, { ignoreVary: true })) ?? fetch(request);
  };
  event.respondWith(answer());
});
