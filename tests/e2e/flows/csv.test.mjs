// CSV files, dropped as they are. Inputs that live outside the project are skipped visibly where absent.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync, rmSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { gzipSync } from "node:zlib";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve, root } from "../support/server.mjs";
import { dropFiles, launch, open, results, state } from "../support/browser.mjs";
import { differences } from "../support/compare.mjs";

const data = process.env.QUADRANT_DATA ?? join(root, "..", "data");
const cli = process.env.QUADRANT_BIN ?? join(root, "target", "debug", "quadrant");

let host, browser, scratch;
before(async () => { host = await serve(); browser = await launch(); scratch = mkdtempSync(join(tmpdir(), "quadrant-csv-")); });
after(async () => { await browser?.close(); await host?.close(); rmSync(scratch, { recursive: true, force: true }); });

const counts = (found) => found.segments.map((segment) => segment.count);

function native(paths, name) {
  const out = join(scratch, name);
  execFileSync(cli, ["analyze", ...paths, "--out", out], { stdio: "pipe" });
  return JSON.parse(readFileSync(join(out, "results.json"), "utf8"));
}

/// What an extract holds but for the files it came in.
function beside(found) {
  const { files, mapping, warnings, ...rest } = found.extract;
  return { ...found, extract: rest };
}

test("the six files of the public download, with 2,000 customers: the result from Parquet, and what natively comes out", async (t) => {
  const parquet = ["orders", "order_products__prior", "products", "aisles", "departments"].map((n) => join(data, "u2000", `${n}.parquet`));
  const folder = join(data, "u2000_csv");
  const missing = [...parquet, join(folder, ".done")].find((path) => !existsSync(path));
  if (missing) return t.skip(`SKIPPED: ${missing} is absent`);
  const paths = readdirSync(folder).filter((name) => name.endsWith(".csv")).map((name) => join(folder, name));
  assert.equal(paths.length, 6);
  const { page, context, requests } = await open(browser, host.url);
  await state(page, "done");
  const loaded = requests.length;
  const found = await dropFiles(page, paths);
  assert.deepEqual(requests.slice(loaded).filter((url) => !url.startsWith("blob:")), [], "no request after load");
  assert.deepEqual(counts(found), [595, 291, 289, 592]);
  assert.deepEqual(differences(native(paths, "u2000-csv"), found), []);
  assert.deepEqual(differences(beside(native(parquet, "u2000-parquet")), beside(found)), []);
  const held = found.extract.warnings.find((warning) => warning.code === "held_out_lines");
  assert.ok(held.count > 0 && held.message.includes("order_products__train.csv"), JSON.stringify(held));

  // The lines kept apart can be counted.
  await page.goto(`${host.url}#/data`);
  const box = page.getByTestId("count-lines").first();
  await box.check();
  await page.getByTestId("run").first().click();
  const more = found.extract.order_lines + held.count;
  await page.waitForFunction(
    (more) => document.documentElement.dataset.state === "done" && window.__quadrant.results().extract.order_lines === more,
    more, { timeout: 60_000 });
  await context.close();
});

/// A small wide extract whose dates may have the day or the month first.
function sales() {
  const rows = ["Kunde;Rechnung;Datum;Artikel;Menge"];
  for (let customer = 1; customer <= 60; customer++) {
    for (let order = 0; order < 8; order++) {
      const day = 1 + ((customer + order) % 12), month = 1 + order;
      for (let line = 0; line < 3; line++) {
        const product = (customer * 7 + line * (1 + (order % 3))) % 40;
        rows.push(`K${String(customer).padStart(3, "0")};${customer * 100 + order};${String(day).padStart(2, "0")}/${String(month).padStart(2, "0")}/2024;"Ware ""${product}""";1,${line}`);
      }
    }
  }
  return rows.join("\r\n") + "\r\n";
}

test("semicolons, decimal commas, gzip, and dates that somebody must read: one choice in the mapping, then a result", async () => {
  const path = join(scratch, "verkauf.csv.gz");
  writeFileSync(path, gzipSync(sales()));
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  await page.getByTestId("file-input").setInputFiles([path]);
  const error = page.getByTestId("error").first();
  await error.waitFor();
  assert.equal(await error.getAttribute("data-code"), "day_or_month");
  assert.ok((await error.innerText()).includes("Datum"));
  await page.waitForURL(/#\/data/);
  const choice = page.getByTestId("read-as-order_timestamp").first();
  await choice.selectOption("time_day_first");
  await page.getByTestId("run").first().click();
  await page.waitForFunction(
    () => document.documentElement.dataset.state === "done" && window.__quadrant.results().extract.files[0].name.endsWith(".gz"),
    null, { timeout: 60_000 });
  const found = await results(page);
  assert.equal(found.extract.layout, "wide");
  assert.equal(found.extract.customers, 60);
  assert.equal(found.extract.orders, 480);
  assert.deepEqual(found.extract.files.map((file) => [file.name, file.rows, file.row_groups]), [["verkauf.csv.gz", 1440, 0]]);
  await context.close();
});
