// Whatever the host and the browser: sub-paths, MIME types, lost addresses, old browsers, blocked workers, denied storage.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root, serve } from "../support/server.mjs";
import { launch, open, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

const dist = process.env.QUADRANT_DIST ?? join(root, "dist");

for (const prefix of ["/", "/a/", "/some/very/deep/sub-path/of%20a%20host/"]) {
  test(`served under ${prefix}`, async () => {
    const here = await serve({ prefix });
    const { page, context, problems } = await open(browser, here.url);
    await state(page, "done");
    assert.equal((await results(page)).segments.length, 4);
    assert.deepEqual(problems, []);
    await context.close();
    await here.close();
  });
}

for (const wasmType of ["application/octet-stream", "text/plain", ""]) {
  test(`wasm served as "${wasmType}"`, async () => {
    const here = await serve({ wasmType });
    const { page, context } = await open(browser, here.url);
    await state(page, "done");
    assert.equal((await results(page)).segments.length, 4);
    await context.close();
    await here.close();
  });
}

test("a lost address finds its way back, at any depth, by a policy of its own", async () => {
  const html = readFileSync(join(dist, "404.html"), "utf8");
  const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  assert.ok(html.includes(hash(/<script>([\s\S]*?)<\/script>/.exec(html)[1])), "hash of its script");
  assert.ok(html.includes(hash(/<style>([\s\S]*?)<\/style>/.exec(html)[1])), "hash of its style");
  for (const lost of ["nothing-here", "reports/2024/june.html"]) {
    const context = await browser.newContext();
    const page = await context.newPage();
    const response = await page.goto(host.url + lost);
    assert.equal(response.status(), 404);
    await page.waitForFunction((url) => document.getElementById("home").href === url, host.url);
    await page.getByRole("link", { name: "Open Quadrant" }).click();
    await state(page, "done");
    await context.close();
  }
});

test("a shared link has a title, a description and a picture of the right size", async () => {
  const html = readFileSync(join(dist, "index.html"), "utf8");
  for (const name of ["og:title", "og:description", "og:image", "og:image:alt", "description"]) {
    assert.match(html, new RegExp(`(name|property)="?${name}"?\\s+content="[^"]{5,}"`), name);
  }
  const png = readFileSync(join(dist, "og.png"));
  assert.deepEqual([png.readUInt32BE(16), png.readUInt32BE(20)], [1200, 630]);
  assert.ok(png.length < 300_000, `${png.length} bytes`);
});

test("the page can be installed: a manifest with scope, start and icons of the sizes it says", async () => {
  const manifest = JSON.parse(readFileSync(join(dist, "manifest.webmanifest"), "utf8"));
  assert.equal(manifest.start_url, "./");
  assert.equal(manifest.scope, "./");
  for (const icon of manifest.icons.filter((icon) => icon.type === "image/png")) {
    const png = readFileSync(join(dist, icon.src));
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, icon.sizes);
  }
});

async function spoiled(spoil, late = 0) {
  const context = await browser.newContext({ serviceWorkers: late ? "block" : "allow" });
  const page = await context.newPage();
  if (late) {
    await page.route("**/demo/**", async (route) => {
      await new Promise((resolve) => setTimeout(resolve, late));
      await route.continue();
    });
  }
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.addInitScript(spoil);
  await page.goto(host.url);
  return { context, page, problems };
}

test("an old browser is told what it lacks", async () => {
  const { context, page } = await spoiled(() => { WebAssembly.validate = () => false; });
  await state(page, "failed");
  const error = page.getByTestId("error");
  assert.equal(await error.getAttribute("data-code"), "old_browser");
  assert.match(await error.innerText(), /too old .* Safari 16\.4/);
  await context.close();
});

for (const [when, late] of [["", 0], [", and the demo comes late", 1_500]]) {
  test(`a browser that blocks workers${when}: what is wrong, what to do, and a way to try again`, async () => {
    const { context, page } = await spoiled(() => {
      const real = window.Worker;
      window.allow = () => { window.Worker = real; };
      window.Worker = class { constructor() { throw new DOMException("Access to workers is denied", "SecurityError"); } };
    }, late);
    await state(page, "failed");
    // The demo's arrival does not take the message away.
    await page.waitForTimeout(late && late + 500);
    const error = page.getByTestId("error");
    assert.equal(await error.getAttribute("data-code"), "worker_blocked");
    assert.match(await error.innerText(), /workers.*denied/i);
    assert.match(await error.innerText(), /allow them/);
    // Nor does trying again before they are allowed.
    await page.getByTestId("restart").click();
    assert.equal(await error.getAttribute("data-code"), "worker_blocked");
    await page.evaluate(() => window.allow());
    await page.getByTestId("restart").click();
    await state(page, "done");
    await context.close();
  });
}

test("with storage denied everything works, and About says that nothing is kept", async () => {
  const { context, page, problems } = await spoiled(() => {
    const denied = { get() { throw new DOMException("denied", "SecurityError"); } };
    Object.defineProperty(window, "localStorage", denied);
    Object.defineProperty(window, "caches", denied);
    Object.defineProperty(Navigator.prototype, "serviceWorker", denied);
  });
  await state(page, "done");
  await page.getByRole("button", { name: "Dark theme" }).click();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.getByTestId("nav-data").click();
  await page.getByTestId("run").first().click();
  await state(page, "done");
  await page.getByTestId("nav-about").click();
  assert.match(await page.locator("main").innerText(), /denies storage/);
  await page.getByTestId("erase").click();
  assert.deepEqual(problems, []);
  await context.close();
});

test("without its fonts the page reads on in the system's", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/*.woff2", (route) => route.abort());
  await page.goto(host.url);
  await state(page, "done");
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(overflow <= 0, `${overflow} px too wide`);
  await context.close();
});
