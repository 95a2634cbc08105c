// A visitor opens the link: a finished, living case within a second, and nothing leaves the page.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { serve } from "../support/server.mjs";
import { kept, launch, open, pagesOf, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

const segments = ["champions", "frequent-explorers", "loyal-occasionals", "at-risk"];

test("the demo runs on arrival and shows verdict, recommendation and four segments", async () => {
  const { page, context, problems } = await open(browser, host.url);
  await state(page, "done");
  const found = await results(page);
  assert.equal(found.schema_version, 1);
  assert.equal(found.segments.length, 4);
  const total = found.segments.reduce((sum, segment) => sum + segment.count, 0);
  assert.equal(total, found.features.customers);
  for (const [index, slug] of segments.entries()) {
    const shown = (await page.getByTestId(`segment-count-${slug}`).first().textContent()).replace(/\D/g, "");
    assert.equal(Number(shown), found.segments[index].count, `${slug} on the page and in the results`);
  }
  const verdict = (await page.getByTestId("verdict").first().innerText()).toLowerCase();
  const words = { go: "go", go_with_caveats: "go with caveats", no_go: "no-go" };
  assert.ok(verdict.includes(words[found.readiness.verdict]), `${verdict} says ${found.readiness.verdict}`);
  assert.ok((await page.getByTestId("recommendation").first().innerText()).length > 20);
  assert.deepEqual(problems, []);
  await context.close();
});

test("no request goes out once page, engine and demo have loaded", async () => {
  const { page, context, requests } = await open(browser, host.url);
  await state(page, "done");
  await kept(page);
  const loaded = requests.length;
  for (const url of requests) assert.ok(url.startsWith(host.url) || url.startsWith("blob:") || url.startsWith("data:"), url);
  for (const name of await pagesOf(page)) {
    await page.getByTestId(`nav-${name}`).click();
    await page.waitForTimeout(100);
  }
  await page.waitForTimeout(1500);
  assert.deepEqual(requests.slice(loaded).filter((url) => !url.startsWith("blob:")), []);
  await context.close();
});

test("with the network off after load, a second run still works", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await context.setOffline(true);
  await page.getByTestId("nav-data").first().click();
  await page.getByTestId("run").first().click();
  await state(page, "done");
  assert.equal((await results(page)).segments.length, 4);
  await context.close();
});

test("a phone sees the same case, without scrolling sideways", async () => {
  const { page, context } = await open(browser, host.url, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await state(page, "done");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  await context.close();
});
