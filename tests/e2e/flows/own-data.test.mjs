// A stakeholder drops their own files. Inputs that live outside the project are skipped visibly where absent.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, writeFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, root } from "../support/server.mjs";
import { dropFiles, kept, launch, open, results, state } from "../support/browser.mjs";
import { differences } from "../support/compare.mjs";

const data = process.env.QUADRANT_DATA ?? join(root, "..", "data");
const shared = process.env.QUADRANT_SHARED ?? join(root, "..", "shared");
const cli = process.env.QUADRANT_BIN ?? join(root, "target", "debug", "quadrant");
const star = (folder) => ["orders", "order_products__prior", "products", "aisles", "departments"].map((n) => join(folder, `${n}.parquet`));
const absent = (paths) => paths.find((path) => !existsSync(path));

let host, browser, scratch;
before(async () => { host = await serve(); browser = await launch(); scratch = mkdtempSync(join(tmpdir(), "quadrant-")); });
after(async () => { await browser?.close(); await host?.close(); rmSync(scratch, { recursive: true, force: true }); });

const fileOf = {};
function native(paths, name) {
  const out = join(scratch, name);
  execFileSync(cli, ["analyze", ...paths, "--out", out], { stdio: "pipe" });
  fileOf[name] = out;
  return JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
}

async function inBrowser(paths) {
  const { page, context, requests } = await open(browser, host.url);
  await state(page, "done");
  await kept(page);
  const loaded = requests.length;
  const found = await dropFiles(page, paths);
  assert.deepEqual(requests.slice(loaded).filter((url) => !url.startsWith("blob:")), [], "no request after load");
  return { page, context, found };
}

const counts = (found) => found.segments.map((segment) => segment.count);

test("the real user scores give the canonical thresholds and counts", async (t) => {
  const path = join(shared, "data", "instacart_user_scores.parquet");
  if (absent([path])) return t.skip(`SKIPPED: ${path} is absent`);
  const { context, found } = await inBrowser([path]);
  assert.equal(found.extract.layout, "customers");
  assert.equal(found.thresholds.frequency.p50, 0.06521739130434782);
  assert.equal(found.thresholds.loyalty.p50, 0.4634146341463415);
  assert.deepEqual(counts(found), [61317, 30055, 29851, 61000]);
  assert.equal(found.validation.given_segment.agree, 182223);
  assert.deepEqual(differences(native([path], "scores"), found), []);
  await context.close();
});

test("the 2,000-user star extract: five files in any order, the same as natively", async (t) => {
  const paths = star(join(data, "u2000"));
  if (absent(paths)) return t.skip(`SKIPPED: ${absent(paths)} is absent`);
  const { page, context, found } = await inBrowser([...paths].reverse());
  assert.equal(found.extract.layout, "star");
  assert.equal(found.extract.customers, 2000);
  assert.equal(found.extract.orders, 33179);
  assert.equal(found.features.customers, 1767);
  assert.equal(found.features.count, 149);
  assert.deepEqual(counts(found), [595, 291, 289, 592]);
  assert.equal(found.readiness.canonical.decision, "go");
  assert.deepEqual(differences(native([...paths].reverse(), "u2000"), found), []);
  for (const [id, file] of [["download-assignments-csv", "assignments.csv"], ["download-assignments-parquet", "assignments.parquet"], ["download-results", "results.json"]]) {
    const link = page.getByTestId(id).first();
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const bytes = readFileSync(await download.path());
    if (file === "results.json") {
      assert.deepEqual(differences(JSON.parse(bytes.toString()), found), []);
    } else {
      assert.ok(bytes.equals(readFileSync(join(fileOf.u2000, file))), `${file} is byte for byte the native one`);
    }
  }
  await context.close();
});

test("the wide form of the same extract gives the same segments", async (t) => {
  const paths = [join(data, "u2000", "order_lines.parquet")];
  if (absent(paths)) return t.skip(`SKIPPED: ${absent(paths)} is absent`);
  const { context, found } = await inBrowser(paths);
  assert.equal(found.extract.layout, "wide");
  assert.deepEqual(counts(found), [595, 291, 289, 592]);
  await context.close();
});

test("Complete Journey: two files dropped together, no manual mapping", async (t) => {
  const paths = ["transactions", "products"].map((name) => join(data, "cj", `${name}.parquet`));
  if (absent(paths)) return t.skip(`SKIPPED: ${absent(paths)} is absent`);
  const { context, found } = await inBrowser(paths);
  assert.equal(found.extract.layout, "wide");
  assert.equal(found.extract.customers, 2469);
  assert.equal(counts(found).reduce((a, b) => a + b, 0), found.features.customers);
  assert.deepEqual(differences(native(paths, "cj"), found), []);
  await context.close();
});

test("a file that is no Parquet: a clear error, and the last result stays", async () => {
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const before = await results(page);
  const path = join(scratch, "holiday.parquet");
  writeFileSync(path, "this is a postcard, not a table");
  await page.getByTestId("file-input").setInputFiles([path]);
  const error = page.getByTestId("error").first();
  await error.waitFor();
  assert.ok((await error.getAttribute("data-code")).length > 3);
  const text = await error.innerText();
  assert.ok(text.includes("holiday.parquet"), text);
  assert.deepEqual(await results(page), before, "the result on screen stays");
  await page.getByTestId("run").first().click();
  await state(page, "done");
  await context.close();
});
