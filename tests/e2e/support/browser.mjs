// Debian's Chromium under playwright-core; every page reports console errors, failed loads and panics.
import { chromium } from "playwright-core";
import { existsSync } from "node:fs";

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

export function launch() {
  if (!executablePath) throw new Error("no Chromium found; run `make setup-test`");
  return chromium.launch({
    executablePath,
    // The rest keeps Chromium from talking to the outside by itself.
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync", "--disable-quic", "--js-flags=--expose-gc"],
  });
}

/** A page that remembers what went wrong and which requests left it. */
export async function open(browser, url, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, ...options });
  const page = await context.newPage();
  const problems = [];
  const requests = [];
  page.on("console", (message) => { if (message.type() === "error") problems.push(message.text()); });
  page.on("pageerror", (error) => problems.push(String(error)));
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, context, problems, requests };
}

/** A page whose engine can be made to die (see `killEngine`). */
export async function openMortal(browser, url) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.workers = [];
    window.Worker = class extends window.Worker {
      constructor(...given) { super(...given); window.workers.push(this); }
    };
  });
  await page.goto(url);
  await state(page, "done");
  return { page, context };
}

/** The engine of a page of `openMortal` dies as a panic ends it. */
export const killEngine = (page) => page.evaluate(() => {
  const engine = window.workers.at(-1);
  engine.terminate();
  engine.dispatchEvent(new ErrorEvent("error", { message: "unreachable executed" }));
});

export const state = (page, wanted, timeout = 60_000) =>
  page.waitForFunction((wanted) => document.documentElement.dataset.state === wanted, wanted, { timeout });

/** Waits until everything has loaded, the copy for visits without a network included; "kept" or "none". */
export async function kept(page, timeout = 60_000) {
  await page.waitForFunction(() => "requests" in document.documentElement.dataset, null, { timeout });
  return page.evaluate(() => document.documentElement.dataset.offline);
}

/** Names of all pages in the navigation. */
export const pagesOf = (page) =>
  page.evaluate(() => [...document.querySelectorAll("nav [data-testid^=nav-]")].map((link) => link.dataset.testid.slice(4)));

export const results = (page) => page.evaluate(() => window.__quadrant.results());

/** Drops files on the page's input and waits for the next finished run. */
export async function dropFiles(page, paths, timeout = 120_000) {
  const before = await page.evaluate(() => window.__quadrant.results());
  await page.getByTestId("file-input").setInputFiles(paths);
  await page.waitForTimeout(20);
  // With a result of one's own on screen the page asks what they are for.
  const instead = page.getByTestId("replace-files");
  if (await instead.count()) await instead.click();
  await page.waitForFunction(
    (before) => {
      const state = document.documentElement.dataset.state;
      if (state === "failed") return true;
      return state === "done" && JSON.stringify(window.__quadrant.results()) !== before;
    },
    JSON.stringify(before), { timeout });
  return results(page);
}
