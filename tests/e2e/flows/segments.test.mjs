// The thresholds as an instrument: moved by mouse, finger and key; everything follows, nothing jumps, documents say so.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { serve } from "../support/server.mjs";
import { launch, open, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

const slugs = ["champions", "frequent-explorers", "loyal-occasionals", "at-risk"];
const number = (text) => Number(text.replace(/[^\d.]/g, ""));
const counts = (page) => Promise.all(slugs.map(async (slug) => number(await page.getByTestId(`try-count-${slug}`).innerText())));
const sum = (list) => list.reduce((a, b) => a + b, 0);
const moved = (page, before) => page.waitForFunction(
  ([slugs, before]) => slugs.some((slug, i) =>
    document.querySelector(`[data-testid=try-count-${slug}]`).textContent.replace(/\D/g, "") !== String(before[i])),
  [slugs, before]);

async function arrive(options = {}) {
  const opened = await open(browser, host.url, options);
  await state(opened.page, "done");
  await opened.page.getByTestId("nav-segments").click();
  await opened.page.getByTestId("line-frequency").waitFor();
  return opened;
}

test("a line dragged by the mouse moves the counts, which sum to all customers", async () => {
  const { page, context, problems } = await arrive();
  const recommended = await counts(page);
  const total = (await results(page)).segments.reduce((all, segment) => all + segment.count, 0);
  assert.equal(sum(recommended), total);
  assert.equal(await page.getByTestId("departed").isVisible(), false);
  const line = page.getByTestId("line-frequency");
  const box = await line.boundingBox();
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 3);
  await page.mouse.down();
  for (let step = 1; step <= 12; step += 1) await page.mouse.move(box.x + box.width / 2 + step * 8, box.y + box.height / 3);
  await moved(page, recommended);
  await page.mouse.up();
  await page.waitForTimeout(300);
  const now = await counts(page);
  assert.equal(sum(now), total);
  // To the right is more often: fewer are frequent.
  assert.ok(now[0] + now[1] < recommended[0] + recommended[1], `${now} after ${recommended}`);
  assert.ok(await page.getByTestId("departed").isVisible());
  // One step back undoes the whole drag.
  await page.getByTestId("undo-lines").click();
  await moved(page, now);
  assert.deepEqual(await counts(page), recommended);
  assert.ok(await page.getByTestId("undo-lines").isDisabled());
  assert.equal(await page.getByTestId("departed").isVisible(), false);
  assert.deepEqual(problems, []);
  await context.close();
});

test("keys move a line, its value is told, and the way back is one button", async () => {
  const { page, context } = await arrive();
  const recommended = await counts(page);
  const line = page.getByTestId("line-loyalty");
  await line.focus();
  const told = async () => [await line.getAttribute("aria-valuetext"), Number(await line.getAttribute("aria-valuenow"))];
  const [words, value] = await told();
  assert.match(words, /at least [\d.]+% bought before/);
  for (let i = 0; i < 6; i += 1) await page.keyboard.press("ArrowUp");
  const [, after] = await told();
  assert.ok(after > value);
  await moved(page, recommended);
  await page.keyboard.press("Home");
  assert.equal((await told())[1], Number(await line.getAttribute("aria-valuemin")));
  await page.waitForFunction(() => document.querySelector("[data-testid=try-count-at-risk]").textContent === "0");
  await page.keyboard.press("End");
  assert.equal((await told())[1], Number(await line.getAttribute("aria-valuemax")));
  await page.getByTestId("line-frequency").focus();
  const often = Number(await page.getByTestId("line-frequency").getAttribute("aria-valuenow"));
  await page.keyboard.press("PageUp");
  assert.ok(Number(await page.getByTestId("line-frequency").getAttribute("aria-valuenow")) > often);
  await page.getByTestId("reset-lines").click();
  await page.waitForFunction(
    ([slugs, wanted]) => slugs.every((slug, i) => document.querySelector(`[data-testid=try-count-${slug}]`).textContent.replace(/\D/g, "") === String(wanted[i])),
    [slugs, recommended]);
  await context.close();
});

test("lines that are used reach results, overview and memo, and the page stays where it was", async () => {
  const { page, context } = await arrive();
  const before = await results(page);
  await page.getByTestId("typed-frequency").fill("9");
  await page.getByTestId("typed-frequency").press("Enter");
  await page.waitForFunction(() => !document.querySelector("[data-testid=apply-lines]").disabled);
  await page.waitForTimeout(300);
  const tried = await counts(page);
  const sure = await page.getByTestId("try-sure").innerText();
  // Until they are used, nothing else changes.
  assert.equal((await results(page)).params.frequency_threshold, null);
  await page.evaluate(() => window.scrollTo(0, 240));
  await page.getByTestId("apply-lines").click();
  await page.waitForFunction(() => window.__quadrant.results()?.params.frequency_threshold !== null);
  await state(page, "done");
  assert.equal(await page.evaluate(() => Math.round(window.scrollY)), 240);
  const found = await results(page);
  assert.equal(found.params.frequency_threshold, 0.1);
  assert.deepEqual(found.segments.map((segment) => segment.count), tried);
  assert.equal(await page.getByTestId("try-sure").innerText(), sure);
  assert.equal(found.thresholds.frequency.p50, before.thresholds.frequency.p50);
  const away = found.thresholds.departure.moved;
  assert.ok(away > 0);
  await page.getByTestId("nav-overview").click();
  const mark = await page.getByTestId("departed-line").innerText();
  assert.ok(mark.includes(away.toLocaleString("en")) && mark.includes("9.0 days"), mark);
  await page.getByTestId("nav-documents").click();
  for (const name of ["decision_memo", "executive_summary", "monitoring_plan"]) {
    await page.getByTestId(`open-${name}`).click();
    const paper = page.getByTestId(`document-${name}`);
    await paper.waitFor();
    const words = await paper.innerText();
    assert.ok(/set by hand/i.test(words) && words.includes(away.toLocaleString("en")), `${name} says what was set by hand`);
  }
  // A run at full depth keeps them.
  await page.getByTestId("nav-segments").click();
  await page.getByTestId("reset-lines").click();
  await page.waitForFunction(() => !document.querySelector("[data-testid=apply-lines]").disabled);
  await page.getByTestId("apply-lines").click();
  await page.waitForFunction(() => window.__quadrant.results()?.params.frequency_threshold === null);
  assert.deepEqual((await results(page)).segments.map((s) => s.count), before.segments.map((s) => s.count));
  await context.close();
});

test("a customer is explained where the lines are", async () => {
  const { page, context } = await arrive();
  const [made] = await Promise.all([page.waitForEvent("download"),
    (async () => { await page.getByTestId("nav-overview").click(); await page.getByTestId("download-assignments-csv").click(); })()]);
  const { readFile } = await import("node:fs/promises");
  const row = (await readFile(await made.path(), "utf8")).split(/\r?\n/)[7].split(",");
  await page.getByTestId("nav-segments").click();
  await page.getByTestId("customer-id").fill(row[0]);
  await page.getByTestId("customer-ask").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=customer-card]").textContent.includes("To "));
  const card = await page.getByTestId("customer-card").innerText();
  assert.ok(card.includes(`${row[0]}: ${row[1]}`), card);
  assert.match(card, /(next|more) (order|line|\d)/);
  await context.close();
});

test("names of one's own stand on the page and in the memo, as words, and come back at the next visit", async () => {
  const { page, context, problems } = await arrive();
  const evil = `<img src=x onerror="window.hit=1"> Regulars`;
  await page.getByTestId("name-champions").fill(evil);
  await page.getByTestId("money-unit").fill("EUR");
  await page.getByTestId("save-names").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=try-champions] h2").textContent.includes("Regulars"));
  assert.equal((await results(page)).segments[0].name, "Champions");
  assert.equal((await results(page)).params.labels.segments[0], evil);
  await page.getByTestId("nav-overview").click();
  assert.ok((await page.locator("main").innerText()).includes("Regulars"));
  await page.getByTestId("nav-documents").click();
  const paper = page.getByTestId("document-decision_memo");
  await paper.waitFor();
  const memo = await paper.innerText();
  assert.ok(memo.includes(evil) && memo.includes("is Champions"), memo.slice(-400));
  assert.equal(await page.evaluate(() => window.hit), undefined);
  assert.equal(await page.locator("main img").count(), 0);
  await page.reload();
  await state(page, "done");
  await page.getByTestId("nav-segments").click();
  assert.ok((await page.getByTestId("try-champions").innerText()).includes("Regulars"));
  await page.getByTestId("published-names").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=try-champions] h2").textContent.includes("Champions"));
  assert.equal(await page.evaluate(() => localStorage.getItem("quadrant.names")), null);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a minimum of orders and an as-of date go into the next run", async () => {
  const { page, context } = await arrive();
  await page.getByTestId("nav-data").click();
  await page.getByTestId("min-orders").fill("8");
  await page.getByTestId("min-orders").press("Tab");
  await page.getByTestId("run").first().click();
  await page.waitForFunction(() => window.__quadrant.results()?.params.min_orders === 8);
  await context.close();
});

test("a finger moves a line on a phone, and the page does not scroll sideways", async () => {
  const { page, context } = await arrive({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true });
  const recommended = await counts(page);
  const line = page.getByTestId("line-frequency");
  await line.scrollIntoViewIfNeeded();
  const box = await line.boundingBox();
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 4 };
  const client = await context.newCDPSession(page);
  const touch = (type, x) => client.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y: at.y }] });
  await touch("touchStart", at.x);
  for (let step = 1; step <= 8; step += 1) await touch("touchMove", at.x + step * 5);
  await touch("touchEnd", at.x + 40);
  await moved(page, recommended);
  assert.ok(await page.getByTestId("departed").isVisible());
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    await page.waitForTimeout(150);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), `at ${width}`);
  }
  await context.close();
});
