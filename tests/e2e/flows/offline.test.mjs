// The second visit works with the network off; a new version comes when the reader says so; an engine never meets a
// page of another build.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { serve } from "../support/server.mjs";
import { kept, launch, open, results, state } from "../support/browser.mjs";

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

const build = (page) => page.evaluate(() => document.querySelector("script[data-page-js]").dataset.build);

test("the second visit needs no server at all, and the first fetched nothing twice", async () => {
  const host = await serve({ cache: "max-age=600", compress: true });
  const { page, context, problems } = await open(browser, host.url);
  await state(page, "done");
  assert.equal(await kept(page), "kept");
  const first = await results(page);
  const twice = host.requests.filter((path, index) => host.requests.indexOf(path) !== index);
  assert.deepEqual(twice, [], "asked for twice");
  await host.close();
  await page.goto("about:blank");
  await page.goto(`${host.url}?from=a-bookmark#/validation`);
  await state(page, "done");
  assert.deepEqual(await results(page), first, "the same result from the kept copy");
  await page.getByTestId("nav-data").click();
  await page.getByTestId("run").first().click();
  await state(page, "done");
  assert.deepEqual(problems, []);
  await context.close();
});

test("after loading nothing is asked for by itself: page, engine, service worker", async () => {
  const host = await serve({ cache: "max-age=600" });
  const { page, context, requests } = await open(browser, host.url);
  await state(page, "done");
  await kept(page);
  const [served, seen] = [host.requests.length, requests.length];
  await page.getByTestId("nav-data").click();
  await page.getByTestId("run").first().click();
  await state(page, "done");
  await page.waitForTimeout(2500);
  assert.deepEqual(host.requests.slice(served), []);
  assert.deepEqual(requests.slice(seen).filter((url) => !url.startsWith("blob:")), []);
  assert.equal(await page.getByTestId("requests-since-load").innerText(), "0");
  // The counter counts.
  await page.evaluate(() => fetch("./manifest.webmanifest?again", { cache: "reload" }));
  await page.waitForFunction(() => document.querySelector("[data-testid=requests-since-load]").textContent === "1");
  await context.close();
  await host.close();
});

test("a new version waits for the reader, then page and engine change together", async () => {
  let old = null;
  const next = "f00dfeedf00d";
  const host = await serve({
    cache: "no-cache",
    change: (name, bytes) => (old && ["index.html", "sw.js"].includes(name) ? Buffer.from(bytes.toString().replaceAll(old, next)) : bytes),
  });
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  assert.equal(await kept(page), "kept");
  old = await build(page);
  await page.reload();
  await state(page, "done");
  assert.equal(await build(page), old, "the kept page, not half of the new one");
  const note = page.getByTestId("update-ready");
  await note.waitFor({ timeout: 30_000 });
  assert.equal(await build(page), old, "nothing changes by itself");
  await Promise.all([page.waitForEvent("load"), page.getByTestId("update-reload").click()]);
  await state(page, "done");
  assert.equal(await build(page), next);
  assert.equal((await results(page)).segments.length, 4);
  const caches = await page.evaluate(() => window.caches.keys());
  assert.equal(caches.length, 1, `${caches}`);
  assert.ok(caches[0].includes(next));
  await context.close();
  await host.close();
});

test("an engine of another build than the page's does not start", async () => {
  // A custom section changes nothing but the hash.
  const section = Buffer.from([0, 2, 1, 120]);
  const host = await serve({ change: (name, bytes) => (name === "engine_bg.wasm" ? Buffer.concat([bytes, section]) : bytes) });
  const { page, context } = await open(browser, host.url);
  await state(page, "failed");
  const error = page.getByTestId("error");
  assert.equal(await error.getAttribute("data-code"), "engine_failed");
  assert.match(await error.innerText(), /reload the page/);
  await context.close();
  await host.close();
});
