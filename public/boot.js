// Starts the page's WebAssembly. A file of its own, so that the content security policy can forbid inline scripts.
const note = document.getElementById("boot-note");
const tag = document.querySelector("script[data-page-js]");

// The smallest module with a SIMD instruction: both page and engine need it (Chrome 91, Firefox 89, Safari 16.4).
const simd = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

function say(code, text) {
  document.documentElement.dataset.state = "failed";
  if (note) {
    note.textContent = text;
    note.setAttribute("role", "alert");
    note.dataset.testid = "error";
    note.dataset.code = code;
  }
}

// The opening comes first: what the page is made of would compete with it for a slow line. Nothing is painted in a tab
// behind another, and some browsers do not say when they paint.
const painted = new Promise((resolve) => {
  const supported = typeof PerformanceObserver === "function" && PerformanceObserver.supportedEntryTypes?.includes("paint");
  if (document.visibilityState !== "visible" || !supported) return resolve();
  new PerformanceObserver(resolve).observe({ type: "paint", buffered: true });
  setTimeout(resolve, 1000);
});

async function boot() {
  if (typeof WebAssembly !== "object" || !WebAssembly.validate(simd)) {
    say("old_browser", "This browser is too old for Quadrant: it needs WebAssembly with SIMD (Chrome or Edge 91, Firefox 89, Safari 16.4, or newer). Open the page in a newer one. Nothing was sent anywhere.");
    return;
  }
  await painted;
  for (const link of document.querySelectorAll("link[data-rel]")) link.rel = link.dataset.rel;
  try {
    const page = await import(new URL(tag.dataset.pageJs, document.baseURI));
    // As bytes: a module that is compiled while it arrives is checked on the page's thread.
    const wasm = await fetch(new URL(tag.dataset.pageWasm, document.baseURI));
    await page.default({ module_or_path: await wasm.arrayBuffer() });
  } catch (error) {
    console.error(error);
    say("page_failed", "The page could not start. Reload it; if that does not help, the copy on this server may be incomplete. Nothing was sent anywhere.");
    return;
  }
  // After the page stands: what only the next visit needs.
  const { start } = await import(new URL("offline.js" + new URL(import.meta.url).search, import.meta.url));
  await start(tag.dataset.build);
}

// Printed sheets of a document name extract, day and receipt. Only a style sheet can write there, and the content security
// policy forbids inline ones: this one is made when it is needed.
const head = typeof CSSStyleSheet === "function" && "replaceSync" in CSSStyleSheet.prototype ? new CSSStyleSheet() : null;
addEventListener("beforeprint", () => {
  const words = document.querySelector(".running")?.textContent ?? "";
  const safe = Array.from(words, (letter) => (/[a-z0-9 ]/i.test(letter) ? letter : `\\${letter.codePointAt(0).toString(16)} `)).join("");
  head?.replaceSync(`@page { @top-left { content: "${safe}"; font: 8pt sans-serif; } }`);
  if (head && !document.adoptedStyleSheets.includes(head)) document.adoptedStyleSheets = [...document.adoptedStyleSheets, head];
});

boot().catch((error) => console.error(error));
