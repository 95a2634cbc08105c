// What happens between a drop and a result: a mapping that is remembered, a second file set, progress, a page that
// stays where it is while its numbers get better, storage that can be erased.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, serve } from "../support/server.mjs";
import { dropFiles, kept, launch, open, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

const cli = process.env.QUADRANT_BIN ?? join(root, "target", "debug", "quadrant");

// The demo's files serve as files of one's own.
const folder = join(root, "public", "demo");
const own = readdirSync(folder).filter((name) => name.endsWith(".parquet")).map((name) => join(folder, name));
const renamed = own.map((path) => ({ name: `next-${path.split("/").at(-1)}`, mimeType: "application/octet-stream", buffer: readFileSync(path) }));

/** Files of one's own, while the demo or nothing is on screen. */
async function bring(page, files = own) {
  await page.getByTestId("file-input").setInputFiles(files);
  await page.waitForFunction(() => document.querySelector(".strip").textContent.includes("nothing was sent"));
  await state(page, "done");
}

const answer = async (page, testid) => {
  await page.getByTestId("question").waitFor();
  await page.getByTestId(testid).click();
};
const files = async (page) => (await results(page)).extract.files.map((file) => file.name).sort();

test("the demo says that it is made up, and how to bring one's own", async () => {
  for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
    const { page, context } = await open(browser, host.url, { viewport });
    await state(page, "done");
    const words = await page.getByTestId("drop-zone").innerText();
    assert.match(words, /synthetic/i);
    assert.match(words, /your own/i);
    await context.close();
  }
});

test("a corrected mapping is remembered for files of the same shape, said, and undone", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await bring(page);
  assert.ok("hour" in (await results(page)).extract.mapping);
  await page.getByTestId("nav-data").click();
  const select = page.getByTestId("mapping-hour");
  await select.focus();
  await select.selectOption("");
  await page.waitForTimeout(100);
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), "mapping-hour", "the focus stays");
  await page.getByTestId("run").first().click();
  await page.waitForFunction(() => !("hour" in window.__quadrant.results().extract.mapping));
  const stored = await page.evaluate(() => Object.entries(localStorage));
  assert.equal(stored.length, 1);
  assert.ok(!stored[0][1].includes(".parquet"), "no file name is kept");
  await page.reload();
  await state(page, "done");
  await bring(page, renamed);
  await page.getByTestId("mapping-remembered").waitFor();
  assert.ok(!("hour" in (await results(page)).extract.mapping), "applied to files of other names");
  await page.getByTestId("mapping-detected").click();
  await page.waitForFunction(() => "hour" in window.__quadrant.results().extract.mapping);
  assert.equal(await page.getByTestId("mapping-remembered").count(), 0);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), [], "and forgotten");
  await context.close();
});

test("first rows and reasons stand beside the mapping", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await page.getByTestId("nav-data").click();
  await page.getByText("First rows of orders.parquet").click();
  const table = page.getByRole("table", { name: /orders\.parquet/ }).last();
  assert.equal(await table.locator("tbody tr").count(), 5);
  assert.match(await table.locator("thead").innerText(), /Customer/);
  assert.match(await page.locator(".role").first().innerText(), /\d+% sure/);
  await context.close();
});

test("a second file set asks: replace, add, or leave", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await bring(page);
  const before = await results(page);
  const again = () => page.getByTestId("file-input").setInputFiles(renamed);
  await again();
  await page.getByTestId("question").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.testid), "question", "the question has the focus");
  await page.keyboard.press("Escape");
  assert.equal(await page.getByTestId("question").count(), 0);
  assert.deepEqual(await results(page), before);
  await again();
  await answer(page, "replace-files");
  await page.waitForFunction(() => window.__quadrant.results().extract.files.some((file) => file.name.startsWith("next-")));
  assert.ok((await files(page)).every((name) => name.startsWith("next-")));
  // One file of the same name replaces the one in hand; the others stay.
  const orders = renamed.filter((file) => file.name === "next-orders.parquet");
  const was = JSON.stringify(await results(page));
  await page.getByTestId("file-input").setInputFiles(orders);
  await answer(page, "add-files");
  await page.waitForFunction(() => document.documentElement.dataset.state === "running");
  await state(page, "done");
  assert.equal((await files(page)).length, own.length);
  assert.equal(was.length, JSON.stringify(await results(page)).length);
  await context.close();
});

// One run for both, on fewer customers than the demo has: full depth is minutes of work on a slow machine, and how long
// it takes is `make bench`'s affair.
test("full depth says its stage, never goes back within one, and refines the open page without moving it", async (t) => {
  const made = mkdtempSync(join(tmpdir(), "quadrant-full-"));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  execFileSync(cli, ["generate", "--customers", "600", "--layout", "star", "--scenario", "typical", "--seed", "3", "--out", made]);
  const { page, context, problems } = await open(browser, host.url);
  await state(page, "done");
  await bring(page, readdirSync(made).filter((name) => name.endsWith(".parquet")).map((name) => join(made, name)));
  await page.getByTestId("customer-id").fill("17");
  await page.getByTestId("customer-ask").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=customer-card]").textContent.length > 20);
  const summary = page.locator("details.behind > summary").first();
  await summary.click();
  await page.getByTestId("customer-id").evaluate((input) => { input.scrollIntoView({ block: "start" }); input.focus(); input.setSelectionRange(0, 1); });
  await page.evaluate(() => {
    window.said = [];
    new MutationObserver(() => {
      const bar = document.querySelector("[data-testid=progress]");
      const stage = document.querySelector("[data-testid=stage]");
      if (bar && stage) window.said.push([stage.textContent, Number(bar.getAttribute("aria-valuenow"))]);
    }).observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
  });
  const measured = await page.evaluate(() => new Promise((resolve) => {
    const input = document.querySelector("[data-testid=customer-id]");
    const top = () => document.querySelector("[data-testid=customer-id]").getBoundingClientRect().top;
    const from = top();
    let moved = 0, ran = false;
    const watch = () => {
      // What is painted: observers look after all that a frame still sets right.
      const painted = new IntersectionObserver(([entry]) => {
        moved = Math.max(moved, Math.abs(entry.boundingClientRect.top - from));
        painted.disconnect();
      });
      painted.observe(document.querySelector("[data-testid=customer-id]"));
      const state = document.documentElement.dataset.state;
      ran ||= state === "running";
      if (ran && state === "done") {
        const at = document.querySelector("[data-testid=customer-id]");
        resolve({
          moved, value: at.value, same: at === input, focused: document.activeElement === at, selected: [at.selectionStart, at.selectionEnd],
          open: document.querySelectorAll("details.behind[open]").length,
        });
      } else requestAnimationFrame(watch);
    };
    document.querySelector("[data-testid=run-full]").click();
    requestAnimationFrame(watch);
  }));
  assert.ok(measured.moved <= 2, `moved by ${measured.moved} px`);
  assert.deepEqual({ ...measured, moved: 0 }, { moved: 0, value: "17", same: true, focused: true, selected: [0, 1], open: 1 });
  const said = await page.evaluate(() => window.said);
  const stages = new Set(said.map(([stage]) => stage));
  assert.ok(stages.size >= 3, [...stages].join(", "));
  for (let i = 1; i < said.length; i += 1) {
    if (said[i][0] === said[i - 1][0]) assert.ok(said[i][1] >= said[i - 1][1] - 1e-9, `${said[i - 1]} then ${said[i]}`);
  }
  // The live region holds the stage alone: numbers that run would chatter.
  assert.doesNotMatch([...stages].join(" "), /\d{3}/);
  assert.deepEqual(problems, []);
  await context.close();
});

test("About lists what is kept and erases it", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const offline = await kept(page);
  await page.getByRole("button", { name: "Dark theme" }).click();
  await page.getByTestId("nav-about").click();
  assert.match(await page.getByTestId("stored").innerText(), /quadrant\.theme/);
  if (offline === "kept") assert.match(await page.getByTestId("offline").innerText(), /kept on this device/);
  await page.getByTestId("erase").click();
  await page.waitForFunction(async () => localStorage.length === 0 && (await caches.keys()).length === 0 && (await navigator.serviceWorker.getRegistrations()).length === 0);
  assert.equal(await page.getByTestId("stored").count(), 0);
  await context.close();
});

test("on a phone: one's own files by the picker, then every page without scrolling sideways", async () => {
  const { page, context } = await open(browser, host.url, { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  await state(page, "done");
  assert.ok(await dropFiles(page, renamed));
  for (const link of await page.locator("nav [data-testid^=nav-]").all()) {
    await link.click();
    await page.waitForTimeout(100);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${await link.innerText()}: ${overflow} px too wide`);
  }
  await context.close();
});
