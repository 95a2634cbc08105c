// What the page owes its reader whatever the extract: addresses, themes, keyboard, a policy, an engine that comes back.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { root, serve } from "../support/server.mjs";
import { killEngine, launch, open, openMortal, pagesOf, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

test("every page has an address of its own, and the back button works", async () => {
  const { page, context, problems } = await open(browser, host.url);
  await state(page, "done");
  const pages = await pagesOf(page);
  for (const name of ["overview", "data", "clustering", "validation", "documents", "about"]) assert.ok(pages.includes(name), name);
  for (const name of pages) {
    await page.getByTestId(`nav-${name}`).click();
    await page.waitForFunction((name) => document.querySelector(`[data-testid=nav-${name}]`).getAttribute("aria-current") === "page", name);
    assert.equal(await page.locator("main h1").count(), 1, `${name} has one headline`);
  }
  await page.goBack();
  assert.equal(await page.getByTestId(`nav-${pages.at(-2)}`).getAttribute("aria-current"), "page");
  await page.getByTestId("nav-documents").click();
  await page.getByTestId("document-decision_memo").waitFor();
  const deep = await context.newPage();
  await deep.goto(`${host.url}#/validation`);
  await state(deep, "done");
  assert.equal(await deep.getByTestId("nav-validation").getAttribute("aria-current"), "page");
  assert.deepEqual(problems, []);
  await context.close();
});

test("every page has its headline before there is anything to show", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/engine_bg.wasm", () => {});
  await page.goto(host.url);
  await page.getByTestId("nav-about").waitFor();
  for (const name of await pagesOf(page)) {
    await page.getByTestId(`nav-${name}`).click();
    await page.waitForFunction((name) => document.querySelector(`[data-testid=nav-${name}]`).getAttribute("aria-current") === "page", name);
    assert.equal(await page.locator("main h1").count(), 1, `${name} has one headline`);
    assert.ok(await page.locator("main .waiting").count() <= 1, `${name} says at most once that it waits`);
  }
  await context.close();
});

test("light or dark: as the system says, until the reader chooses, and the choice is kept", async () => {
  const { page, context } = await open(browser, host.url, { colorScheme: "dark" });
  const theme = (page) => page.evaluate(() => document.documentElement.dataset.theme);
  await state(page, "done");
  assert.equal(await theme(page), "dark");
  await page.getByRole("button", { name: "Dark theme" }).click();
  assert.equal(await theme(page), "light");
  await page.reload();
  assert.equal(await theme(page), "light");
  const stored = await page.evaluate(() => Object.keys(localStorage));
  assert.deepEqual(stored, ["quadrant.theme"], "nothing else is stored");
  await context.close();
});

test("the policy allows no inline script, no inline style, no other origin, and nothing breaks it", async () => {
  const html = readFileSync(join(process.env.QUADRANT_DIST ?? join(root, "dist"), "index.html"), "utf8");
  const policy = /http-equiv="?Content-Security-Policy"?\s+content="([^"]+)"/i.exec(html)?.[1];
  assert.ok(policy, "index.html carries a policy");
  assert.ok(!/unsafe-inline|'unsafe-eval'|https?:|\*/.test(policy), policy);
  for (const rule of ["default-src 'none'", "connect-src 'self'", "form-action 'none'", "base-uri 'none'"]) {
    assert.ok(policy.includes(rule), rule);
  }
  const { page, context, problems } = await open(browser, host.url);
  await page.evaluate(() => {
    window.__violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(event.violatedDirective));
  });
  await state(page, "done");
  for (const name of await pagesOf(page)) await page.getByTestId(`nav-${name}`).click();
  assert.deepEqual(await page.evaluate(() => window.__violations), []);
  assert.deepEqual(problems, []);
  // The policy holds for the engine as well: a worker started as it is cannot reach another origin that would answer.
  const elsewhere = createServer((_, response) => response.writeHead(200, { "access-control-allow-origin": "*" }).end("hello"));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const reached = await page.evaluate((port) => new Promise((resolve) => {
    const script = `fetch('http://127.0.0.1:${port}/').then(() => postMessage('reached'), () => postMessage('refused'));`;
    const worker = new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
    worker.addEventListener("message", (event) => resolve(event.data));
  }), elsewhere.address().port);
  elsewhere.close();
  assert.equal(reached, "refused");
  await context.close();
});

test("an engine that cannot be loaded is said, and can be started again", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  let broken = true;
  await page.route("**/engine_bg.wasm*", (route) => (broken ? route.abort() : route.continue()));
  await page.goto(host.url);
  await state(page, "failed");
  const error = page.getByTestId("error");
  assert.equal(await error.getAttribute("data-code"), "engine_failed");
  broken = false;
  await page.getByTestId("restart").click();
  await state(page, "done");
  assert.equal((await results(page)).segments.length, 4);
  assert.equal(await page.getByTestId("error").count(), 0);
  await context.close();
});

test("files dropped on the page are read, wherever they fall", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const bytes = [...Buffer.from("PAR1 this is not a table PAR1")];
  await page.evaluate((bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "fallen.parquet"));
    const target = document.querySelector("footer");
    target.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
    target.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, bytes);
  const error = page.getByTestId("error");
  await error.waitFor();
  assert.match(await error.innerText(), /fallen\.parquet/);
  assert.ok(await page.getByTestId("segment-count-champions").isVisible(), "the earlier result stays on screen");
  await context.close();
});

test("a changed mapping runs again, and what was detected can be had back", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const before = await results(page);
  await page.getByTestId("nav-data").click();
  const select = page.getByTestId("mapping-hour");
  await select.selectOption("");
  await page.getByTestId("run").first().click();
  await page.waitForFunction(() => !("hour" in window.__quadrant.results().extract.mapping));
  await page.getByRole("button", { name: "Back to what was detected" }).click();
  await page.getByTestId("run").first().click();
  await page.waitForFunction(() => "hour" in window.__quadrant.results().extract.mapping);
  assert.deepEqual((await results(page)).segments.map((s) => s.count), before.segments.map((s) => s.count));
  await context.close();
});

test("cancel keeps the result on screen, and downloads still work after it", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const before = await results(page);
  await page.getByTestId("nav-data").click();
  await page.getByTestId("depth-full").check();
  await page.getByTestId("run").first().click();
  await page.getByTestId("cancel").click();
  const clicked = Date.now();
  await page.waitForFunction(() => document.documentElement.dataset.state === "done");
  assert.ok(Date.now() - clicked < 1500, "cancelled soon");
  assert.deepEqual(await results(page), before);
  await page.getByTestId("nav-documents").click();
  const [download] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), page.getByTestId("download-memo").click()]);
  const memo = readFileSync(await download.path(), "utf8");
  assert.match(memo, /^# Decision memo/);
  await context.close();
});

test("everything on the first screen can be reached by the keyboard, with focus in sight", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const seen = new Set();
  for (let press = 0; press < 60; press += 1) {
    await page.keyboard.press("Tab");
    seen.add(await page.evaluate(() => {
      const at = document.activeElement;
      const box = at.closest(".picker") ?? at;
      const style = getComputedStyle(box);
      return `${at.dataset.testid ?? at.getAttribute("class") ?? at.tagName}|${style.outlineStyle}`;
    }));
  }
  const names = [...seen].map((entry) => entry.split("|")[0]);
  for (const name of ["skip", "nav-overview", "file-input", "quiet theme", "tile champions"]) assert.ok(names.includes(name), `${name} in ${names}`);
  for (const entry of seen) assert.ok(!entry.endsWith("|none") || entry.startsWith("BODY"), entry);
  await context.close();
});

test("an engine that dies leaves the result on screen, and a page opened after it has its charts", async () => {
  const { page, context } = await openMortal(browser, host.url);
  const before = await results(page);
  await killEngine(page);
  assert.equal(await page.getByTestId("verdict").count(), 1, "the verdict stays");
  await page.getByTestId("nav-validation").click();
  await page.waitForFunction(() => {
    const plates = [...document.querySelectorAll("main figure.figure .ink")];
    return plates.length > 0 && plates.every((ink) => ink.querySelector("svg"));
  }, null, { timeout: 60_000 });
  await state(page, "done");
  assert.deepEqual(await results(page), before);
  await context.close();
});

test("the tools of a document are those of the open one, and none lies over another", async () => {
  for (const [width, isMobile] of [[1440, false], [390, true]]) {
    const { page, context } = await open(browser, host.url, { viewport: { width, height: 844 }, isMobile, hasTouch: isMobile });
    await state(page, "done");
    await page.getByTestId("nav-documents").click();
    for (const [name, lists, plan] of [["decision_memo", false, false], ["action_playbook", true, false], ["experiment_plan", false, true]]) {
      await page.getByTestId(`open-${name}`).click();
      assert.equal(await page.getByTestId("list-champions").isVisible(), lists, `${name} at ${width}`);
      assert.equal(await page.getByTestId("plan-power").isVisible(), plan, `${name} at ${width}`);
      const { over, plain } = await page.evaluate((name) => {
        const parts = [...document.querySelectorAll(".paper-tools > *")].filter((part) => part.getClientRects().length);
        const words = parts.map((part) => {
          const range = document.createRange();
          range.selectNodeContents(part);
          return range.getBoundingClientRect();
        });
        const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        const over = words.flatMap((a, i) => words.slice(i + 1).flatMap((b, j) => (meet(a, b) ? [`${parts[i].innerText} / ${parts[i + 1 + j].innerText}`] : [])));
        const look = (part) => getComputedStyle(part).fontWeight;
        const open = document.querySelector(`[data-testid=open-${name}]`);
        return { over, plain: look(open) === look(document.querySelector("[data-testid=open-case_story]")) };
      }, name);
      assert.deepEqual(over, [], `${name} at ${width}`);
      assert.equal(plain, false, "the open one stands out");
    }
    await context.close();
  }
});
