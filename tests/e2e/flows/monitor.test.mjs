// Month two: a later extract beside its baseline, scored and called; receipts verified; bad baselines refused.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, root } from "../support/server.mjs";
import { killEngine, openMortal, launch, open, results, state } from "../support/browser.mjs";

const cli = process.env.QUADRANT_BIN ?? join(root, "target", "debug", "quadrant");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let host, browser, folder;
const made = {};
before(async () => {
  host = await serve();
  browser = await launch();
  folder = mkdtempSync(join(tmpdir(), "quadrant-monitor-"));
  for (const [name, scenario] of [["reference", "typical"], ["later", "slower"]]) {
    const out = join(folder, name);
    execFileSync(cli, ["generate", "--customers", "3000", "--layout", "star", "--scenario", scenario, "--seed", "7", "--out", out]);
    made[name] = readdirSync(out).filter((file) => file.endsWith(".parquet")).map((file) => join(out, file));
  }
  made.out = join(folder, "out");
  execFileSync(cli, ["analyze", ...made.reference, "--out", made.out], { stdio: "pipe" });
});
after(async () => {
  await browser?.close();
  await host?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const of = (name) => join(made.out, name);

/** The page with the demo analysed, on the monitor page. */
async function opened(options) {
  const found = await open(browser, host.url, options);
  await state(found.page, "done");
  await found.page.getByTestId("nav-monitor").click();
  return found;
}

/** Puts files on the tray and waits until whatever follows from them is over. */
async function put(page, paths, wanted = "done") {
  await page.getByTestId("file-input-later").setInputFiles(paths);
  await page.waitForFunction((count) => document.querySelectorAll("[data-testid=tray] li").length >= count, paths.length);
  await state(page, wanted, 120_000);
}

async function download(page, testid) {
  const [event] = await Promise.all([page.waitForEvent("download"), page.getByTestId(testid).click()]);
  return readFileSync(await event.path());
}

const call = (page) => page.getByTestId("call").getAttribute("data-call");

test("baseline and later extract give the call of the command line, file for file", async () => {
  const { page, context, requests } = await opened();
  const loaded = requests.length;
  await put(page, [of("baseline.json"), of("assignments.parquet"), ...made.later]);
  const kinds = await page.locator(".tray-kind").allInnerTexts();
  assert.deepEqual(kinds.sort(), ["baseline", "earlier assignments", ...made.later.map(() => "later extract")].sort());
  assert.equal(await call(page), "watch");

  const native = join(folder, "native");
  let code = 0;
  try {
    execFileSync(cli, ["monitor", ...made.later, "--baseline", of("baseline.json"), "--previous", of("assignments.parquet"), "--out", native], { stdio: "pipe" });
  } catch (error) {
    code = error.status;
  }
  assert.equal(code, 3);
  const drift = await download(page, "download-drift-json");
  assert.ok(drift.equals(readFileSync(join(native, "drift.json"))), "drift.json as the command line writes it");
  assert.ok((await download(page, "download-drift-md")).equals(readFileSync(join(native, "drift.md"))));
  assert.ok((await download(page, "download-drift-html")).equals(readFileSync(join(native, "drift.html"))));
  const scored = await download(page, "download-scored-parquet");
  assert.ok(scored.equals(readFileSync(join(native, "assignments.parquet"))), "assignments.parquet, the same");
  const csv = (await download(page, "download-scored-csv")).toString("utf8").trimEnd().split("\r\n");
  assert.match(csv[0], /^user_id,segment,freq_score,.*,confidence,status,shadow_segment,previous_segment,change$/);
  assert.ok(csv.some((line) => line.includes("below_minimum")) && csv.some((line) => line.endsWith(",moved")));

  // This window's own drift beside it: one window is not two (the rehearsal below has a second one).
  const earlier = join(folder, "drift.json");
  writeFileSync(earlier, drift);
  await page.getByTestId("file-input-later").setInputFiles([earlier]);
  await page.waitForFunction(() => document.querySelector("[data-testid=call]")?.dataset.call === "scored");
  assert.match(await page.locator("main").innerText(), /an alert needs two windows/);
  assert.deepEqual(requests.slice(loaded).filter((url) => !url.startsWith("blob:")), [], "no request after load");
  await context.close();
});

test("a later extract alone is held against the result on screen", async () => {
  const { page, context } = await opened();
  assert.match(await page.getByTestId("baseline-now").innerText(), /the result on screen/);
  await put(page, made.later);
  assert.ok(["keep", "watch"].includes(await call(page)));
  assert.match(await page.locator("main").innerText(), /no earlier assignments were given/);
  await context.close();
});

test("a second file set, answered with compare: held against the reader's own result, which stays", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const demo = JSON.stringify(await results(page));
  await page.getByTestId("file-input").setInputFiles(made.reference);
  await page.waitForFunction((demo) => document.documentElement.dataset.state === "done"
    && JSON.stringify(window.__quadrant.results()) !== demo, demo, { timeout: 120_000 });
  const own = await results(page);
  await page.getByTestId("file-input").setInputFiles(made.later);
  await page.getByTestId("compare-files").click();
  await page.getByTestId("call").waitFor({ timeout: 120_000 });
  assert.match(page.url(), /#\/monitor/);
  // Everybody is slower by a fifth: as natively with the baseline of the same extract.
  assert.equal(await call(page), "watch");
  assert.deepEqual(await results(page), own);
  await context.close();
});

test("a visitor sees the monitor at work in one click, and is told that it is synthetic", async () => {
  const { page, context } = await opened();
  await page.getByTestId("rehearse-slower").click();
  await page.getByTestId("call").waitFor();
  assert.equal(await call(page), "watch");
  assert.match(await page.getByTestId("synthetic").innerText(), /Synthetic.*made up in this tab/);
  await page.getByTestId("rehearse-slower").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=call]").dataset.call === "recalibrate");
  await page.getByTestId("rehearse-quiet").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=call]").dataset.call === "keep");
  await page.getByTestId("rehearse-broken").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=call]").dataset.call === "alert");
  await context.close();
});

test("an engine that dies takes no comparison along: its charts are drawn after the same windows once more", async () => {
  const { page, context } = await openMortal(browser, host.url);
  await page.getByTestId("nav-monitor").click();
  for (const wanted of ["watch", "recalibrate"]) {
    await page.getByTestId("rehearse-slower").click();
    await page.waitForFunction((wanted) => document.querySelector("[data-testid=call]")?.dataset.call === wanted, wanted);
  }
  const words = () => page.locator("#drift-shares").locator("xpath=..").innerText();
  const drawn = () => page.waitForFunction(() => {
    const plates = [...document.querySelectorAll("main figure.figure .ink")];
    return plates.length >= 2 && plates.every((ink) => ink.querySelector("svg"))
      && document.querySelector("[data-testid=call]").dataset.call === "recalibrate";
  }, null, { timeout: 60_000 });
  await drawn();
  const before = await words();
  await page.getByTestId("nav-about").click();
  await killEngine(page);
  await page.getByTestId("nav-monitor").click();
  await drawn();
  await state(page, "done");
  assert.equal(await words(), before);
  assert.equal(await page.getByTestId("error").count(), 0);
  await context.close();
});

test("the reader's names stand in a comparison, in one that is there already too", async () => {
  const { page, context } = await opened();
  await page.getByTestId("rehearse-slower").click();
  await page.getByTestId("call").waitFor();
  const ours = async () => {
    await page.waitForFunction(() => document.querySelector("#moved")?.parentElement.innerText.includes("Regulars"));
    for (const section of ["#moved", "#drift-shares", "#shadow"]) {
      const text = await page.locator(section).locator("xpath=..").innerText();
      assert.ok(!text.includes("Champions"), `${section}: ${text}`);
    }
  };
  await page.getByTestId("nav-segments").click();
  await page.getByTestId("name-champions").fill("Regulars");
  await page.getByTestId("save-names").click();
  await page.getByTestId("nav-monitor").click();
  await ours();
  await page.getByTestId("rehearse-slower").click();
  await page.waitForFunction(() => document.querySelector("[data-testid=call]").dataset.call === "recalibrate");
  await ours();
  await context.close();
});

test("a receipt dropped anywhere leads here: identical with its files, and told apart from others", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await page.getByTestId("file-input").setInputFiles([of("receipt.json")]);
  await page.getByTestId("tray").waitFor();
  assert.equal(await page.getByTestId("nav-monitor").getAttribute("aria-current"), "page");
  await put(page, made.reference);
  await page.getByTestId("receipt").waitFor({ timeout: 120_000 });
  assert.equal(await page.getByTestId("receipt").getAttribute("data-receipt"), "identical", await page.locator("main").innerText());

  await put(page, made.later);
  await page.waitForFunction(() => document.querySelector("[data-testid=receipt]")?.dataset.receipt === "differs");
  assert.match(await page.locator("main").innerText(), /input orders\.parquet: .* another content/);
  await context.close();
});

test("a changed receipt with its own files says what differs", async () => {
  const sound = JSON.parse(readFileSync(of("receipt.json"), "utf8"));
  const [input, output] = [sound.inputs[0].name, sound.outputs.find((file) => file.name === "results.json").name];
  const other = (files, name) => files.map((file) => (file.name === name ? { ...file, sha256: "0".repeat(64) } : file));
  for (const [changed, said] of [
    [{ outputs: other(sound.outputs, output) }, new RegExp(`output ${output}: .* another content`)],
    [{ inputs: other(sound.inputs, input) }, new RegExp(`input ${input}: .* another content`)],
    [{ seed: sound.seed + 1 }, /the parameters differ/],
  ]) {
    const path = join(folder, "changed-receipt.json");
    writeFileSync(path, JSON.stringify({ ...sound, ...changed }));
    const { page, context } = await open(browser, host.url);
    await state(page, "done");
    await page.getByTestId("file-input").setInputFiles([path]);
    await page.getByTestId("tray").waitFor();
    await put(page, made.reference);
    await page.getByTestId("receipt").waitFor({ timeout: 120_000 });
    assert.equal(await page.getByTestId("receipt").getAttribute("data-receipt"), "differs");
    assert.match(await page.locator("main").innerText(), said);
    await context.close();
  }
});

test("a receipt of the result on screen is verified with the files in hand", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const receipt = join(folder, "demo-receipt.json");
  writeFileSync(receipt, await download(page, "download-receipt"));
  await page.getByTestId("file-input").setInputFiles([receipt]);
  await page.getByTestId("verify").click();
  await page.getByTestId("receipt").waitFor();
  assert.equal(await page.getByTestId("receipt").getAttribute("data-receipt"), "identical");
  await context.close();
});

test("what cannot be used is refused with its reason, and the page goes on", async () => {
  const bad = join(folder, "bad");
  mkdirSync(bad);
  const text = readFileSync(of("baseline.json"), "utf8");
  const cases = [
    ["changed", text.replace(/"customers": \d+/, '"customers": 7'), "baseline_hash_mismatch"],
    ["newer", text.replace('"schema_version": 1', '"schema_version": 99'), "baseline_newer_schema"],
    ["torn", text.slice(0, 500), "unknown_json"],
    ["results", readFileSync(of("results.json"), "utf8"), "unknown_json"],
    ["empty", "{}", "unknown_json"],
  ];
  const { page, context } = await opened();
  for (const [name, content, code] of cases) {
    const path = join(bad, `${name}.json`);
    writeFileSync(path, content);
    await page.getByTestId("file-input-later").setInputFiles([path]);
    await page.locator(`[data-testid=error][data-code=${code}]`).waitFor();
    await page.getByRole("button", { name: `Take ${name}.json off` }).click();
    await page.waitForFunction(() => !document.querySelector("[data-testid=tray]"));
    await state(page, "done");
  }
  // Files that are no later extract of this baseline.
  await put(page, [of("baseline.json"), made.later.find((path) => path.endsWith("orders.parquet"))], "failed");
  assert.ok(await page.getByTestId("error").getAttribute("data-code"));
  await context.close();
});

for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the call reads well on a ${device}, ${colorScheme}`, async () => {
      const { page, context, problems } = await opened({ colorScheme, viewport });
      await page.getByTestId("rehearse-slower").click();
      await page.getByTestId("call").waitFor();
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(wide <= 0, `${wide} pixels too wide`);
      await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
      }));
      assert.deepEqual(violations.map((v) => `${v.id}: ${v.nodes[0].html.slice(0, 200)}`), []);
      assert.deepEqual(problems, []);
      await context.close();
    });
  }
}
