// The page at full scale in a headless Chromium: from drop to verdict, memory of the engine, cancel, thresholds moved; and
// the demo. Usage: node tests/benches/browser.mjs folder-with-the-star-files. Prints one JSON line; asserts nothing.
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dirname, join } from "node:path";

const e2e = join(dirname(fileURLToPath(import.meta.url)), "..", "e2e");
const { root, serve } = await import(pathToFileURL(join(e2e, "support", "server.mjs")));
const { launch, open, state } = await import(pathToFileURL(join(e2e, "support", "browser.mjs")));

const host = await serve();
const browser = await launch();
const { page } = await open(browser, host.url);
// When the engine was heard: it is silent as long as it neither tells of progress nor would hear of a cancel.
await page.addInitScript(() => {
  window.heard = [];
  window.Worker = class extends window.Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => window.heard.push(performance.now()));
    }
  };
});
await page.reload();
await state(page, "done");

/** Brings files, in place of those of an earlier drop. */
async function bring(paths) {
  await page.getByTestId("file-input").setInputFiles(paths);
  await page.waitForTimeout(20);
  const instead = page.getByTestId("replace-files");
  if (await instead.count()) await instead.click();
}

/**
 * Seconds from a drop until the first verdict on the new files stands on the page, and until the run is done.
 * The page says which run it shows (`data-shown`): a verdict counts when that is another run than before the drop. Where
 * the page asks whether the new files replace the old, the clock starts with the answer.
 */
async function drop(paths) {
  await page.evaluate(() => {
    const clock = (window.clock = { longest: 0 });
    const root = document.documentElement;
    const before = root.dataset.shown;
    let last = performance.now();
    const beat = () => { const now = performance.now(); clock.longest = Math.max(clock.longest, now - last); last = now; if (!clock.done) setTimeout(beat, 0); };
    beat();
    const started = () => { if (clock.verdict === undefined) clock.start = performance.now(); };
    document.querySelector("[data-testid=file-input]").addEventListener("change", started, { capture: true, once: true });
    document.addEventListener("click", (event) => { if (event.target.closest("[data-testid=replace-files]")) started(); }, { capture: true, once: true });
    const watch = setInterval(() => {
      if (clock.start === undefined) return;
      const fresh = root.dataset.shown !== before && document.querySelector("[data-testid=verdict]");
      if (clock.verdict === undefined && fresh) clock.verdict = performance.now();
      if (root.dataset.state === "running") clock.ran = true;
      if (root.dataset.state === "failed" || (clock.ran && fresh && root.dataset.state === "done")) {
        clock.done = performance.now(); clock.state = root.dataset.state; clearInterval(watch);
      }
    }, 5);
  });
  await bring(paths);
  await page.waitForFunction(() => window.clock.done, null, { timeout: 600_000 });
  const clock = await page.evaluate(() => {
    const { start, done } = window.clock;
    const heard = window.heard.filter((at) => at >= start && at <= done);
    return { ...window.clock, silence: Math.max(...heard.map((at, i) => at - (heard[i - 1] ?? start))) };
  });
  const seconds = (from, to) => Math.round(to - from) / 1000;
  return { state: clock.state, verdict: seconds(clock.start, clock.verdict), done: seconds(clock.start, clock.done), longest_ms: Math.round(clock.longest), silence_ms: Math.round(clock.silence) };
}

const memory = async () => {
  // The engine's and its second worker's.
  const each = page.workers().map((worker) => worker.evaluate(() => self.engineMemory?.buffer.byteLength ?? 0).catch(() => 0));
  const bytes = (await Promise.all(each)).reduce((sum, bytes) => sum + bytes, 0);
  return bytes ? Math.round(bytes / 1e6) : null;
};

/**
 * The lines on Segments: milliseconds from a key to the counts on the page, for steps one by one; while a line is dragged,
 * from each movement of the pointer to the first counts that know of it (or of a later one).
 */
async function lines() {
  await page.getByTestId("nav-segments").click();
  await page.getByTestId("line-frequency").waitFor();
  // The first answer is being prepared.
  await page.waitForTimeout(1500);
  const found = await page.evaluate(async () => {
    const line = document.querySelector("[data-testid=line-frequency]");
    const frame = () => new Promise((resolve) => requestAnimationFrame(() => resolve(performance.now())));
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    const shown = () => [...document.querySelectorAll("[data-testid^=try-count-]")].map((count) => count.textContent).join();
    const top = (list, share) => list.sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))];
    const told = (list) => ({ steps: list.length, median: Math.round(top(list, 0.5)), worst: Math.round(top(list, 1)) });
    let heard = () => {};
    new MutationObserver(() => heard(performance.now())).observe(document.querySelector(".quarters"), { subtree: true, characterData: true, childList: true });
    const keys = [];
    for (let step = 0; step < 20; step += 1) {
      const before = shown();
      const answered = new Promise((resolve) => { heard = (now) => { if (shown() !== before) resolve(now); }; });
      const start = performance.now();
      line.dispatchEvent(new KeyboardEvent("keydown", { key: step < 10 ? "ArrowRight" : "ArrowLeft", bubbles: true, cancelable: true }));
      const now = await Promise.race([answered, wait(3000)]);
      if (now) keys.push(now - start);
      // What follows the counts is there too.
      await wait(400);
    }
    const box = line.getBoundingClientRect();
    const pointer = (type, x) => line.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: box.top + 40, button: 0, pointerId: 1, bubbles: true }));
    const at = box.left + box.width / 2;
    const ages = [];
    let waiting = [];
    let last = shown();
    heard = (now) => {
      if (shown() === last) return;
      last = shown();
      // All but the movements since the question that is answered here went out.
      for (const one of waiting) ages.push(now - one);
      waiting = [];
    };
    pointer("pointerdown", at);
    for (let step = 1; step <= 90; step += 1) {
      waiting.push(performance.now());
      pointer("pointermove", at + (step <= 45 ? step : 90 - step) * 3);
      await frame();
    }
    const end = performance.now();
    let settled = end;
    heard = (now) => { if (shown() !== last) { last = shown(); settled = now; } };
    pointer("pointerup", at);
    await wait(1500);
    return { keys_ms: told(keys), drag_ms: told(ages), after_the_last_ms: Math.round(settled - end) };
  });
  await page.getByTestId("nav-overview").click();
  return found;
}

const files = (folder) => ["orders", "order_products__prior", "products", "aisles", "departments"].map((name) => join(folder, `${name}.parquet`));
const demos = [];
for (let run = 0; run < 3; run += 1) demos.push(await drop(files(join(root, "public", "demo"))));
const moved = { demo: await lines() };
// The real customers, where they are at hand: one row each.
const scores = join(process.env.QUADRANT_SHARED ?? "", "data", "instacart_user_scores.parquet");
if (existsSync(scores)) {
  await drop([scores]);
  moved.scores = await lines();
}
const star = files(process.argv[2]);
const full = await drop(star);
const counts = await page.evaluate(() => window.__quadrant.results().segments.map((segment) => segment.count));
const megabytes = await memory();
moved.full = await lines();

// Cancel in the midst of each of several moments of a second run.
const cancels = [];
for (const wait of [300, 1200, 2500]) {
  await bring(star);
  await page.waitForFunction(() => document.documentElement.dataset.state === "running", null, { timeout: 60_000 });
  await page.waitForTimeout(wait);
  const took = await page.evaluate(() => new Promise((resolve) => {
    const button = document.querySelector("[data-testid=cancel]");
    if (!button) { resolve(null); return; }
    const start = performance.now();
    button.click();
    const watch = setInterval(() => {
      if (document.documentElement.dataset.state !== "running") { clearInterval(watch); resolve(Math.round(performance.now() - start)); }
    }, 2);
  }));
  cancels.push(took);
}
console.log(JSON.stringify({ demos, full, counts, megabytes, cancels_ms: cancels, lines: moved }));
await browser.close();
await host.close();
