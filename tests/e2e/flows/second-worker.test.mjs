// A second worker decodes large Parquet files. Where none starts, or it fails early or midway, results are the same.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { serve, root } from "../support/server.mjs";
import { dropFiles, launch, open, state } from "../support/browser.mjs";
import { differences } from "../support/compare.mjs";

const data = process.env.QUADRANT_DATA ?? join(root, "..", "data");
// 309,923 order lines: more than a second worker starts for.
const star = ["orders", "order_products__prior", "products", "aisles", "departments"].map((name) => join(data, "u2000", `${name}.parquet`));
const absent = star.find((path) => !existsSync(path));

let browser;
before(async () => { browser = await launch(); });
after(async () => { await browser?.close(); });

/** The star's results with `prefix` before the engine's script, and what the workers of the page say of `self.starts`. */
async function found(prefix) {
  const host = await serve({ change: (name, bytes) => (name === "engine.js" ? Buffer.concat([Buffer.from(prefix), bytes]) : bytes) });
  const { page, context } = await open(browser, host.url);
  await state(page, "done");
  const results = await dropFiles(page, star);
  const said = await Promise.all(page.workers().map((worker) => worker.evaluate(() => self.starts).catch(() => undefined)));
  await context.close();
  await host.close();
  return { results, said: said.find((said) => said !== undefined) };
}

/** The browser's own worker, but another kind of it; counts those that were started and the batches that came of them. */
const other = (body) => `{const Own=self.Worker;self.starts={workers:0,batches:0};self.Worker=class extends Own{
  constructor(script){${body}
    self.starts.workers+=1;
    this.addEventListener("message",(event)=>{if(event.data.batch)self.starts.batches+=1;this.heard?.()});
  }}}\n`;

test("a second worker decodes; without it, or where it dies, results are the same", async (t) => {
  if (absent) return t.skip(`SKIPPED: ${absent} is absent`);
  const usual = await found(other("super(script);"));
  assert.equal(usual.said.workers, 1, "a second worker starts for this file");
  assert.ok(usual.said.batches > 5, JSON.stringify(usual.said));
  assert.deepEqual(usual.results.segments.map((segment) => segment.count), [595, 291, 289, 592]);

  await t.test("a browser that knows no workers within workers", async () => {
    const { results } = await found("self.Worker=undefined;\n");
    assert.deepEqual(differences(usual.results, results), []);
  });
  await t.test("one that refuses to start them", async () => {
    const { results, said } = await found(other(`self.starts.refused=1;throw new DOMException("denied","SecurityError");`));
    assert.equal(said.refused, 1, "it was tried");
    assert.deepEqual(differences(usual.results, results), []);
  });
  await t.test("one that throws as soon as it starts", async () => {
    const { results, said } = await found(other(`super(URL.createObjectURL(new Blob(["throw new Error('no')"])));`));
    // Each table that is read tries again.
    assert.ok(said.workers >= 1 && said.batches === 0, JSON.stringify(said));
    assert.deepEqual(differences(usual.results, results), []);
  });
  await t.test("one that dies midway", async () => {
    const die = `super(script);this.heard=()=>{if(self.starts.batches===3){this.terminate();this.dispatchEvent(new ErrorEvent("error",{message:"gone",cancelable:true}))}};`;
    const { results, said } = await found(other(die));
    assert.ok(said.workers >= 1 && said.batches === 3, JSON.stringify(said));
    assert.deepEqual(differences(usual.results, results), []);
  });
});
