// The dictionary is searched where it stands, a feature opens on demand, and any table can be taken along.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { serve } from "../support/server.mjs";
import { launch, open, results, state } from "../support/browser.mjs";

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

const shown = (page, what) => page.locator(`${what}:visible`).count();

test("every feature is found by name, unit, formula or category", async () => {
  const { page, context, requests, problems } = await open(browser, `${host.url}#/features`);
  await state(page, "done");
  const found = await results(page);
  const rows = "li.feature, #main tbody tr";
  const { count, dictionary } = found.features;
  assert.equal(await page.locator("li.feature").count(), dictionary.filter((entry) => entry.group !== "category").length);
  assert.match(await page.locator("h1").innerText(), new RegExp(`${count} features`));
  const before = requests.length;
  const search = page.getByTestId("feature-search");
  for (const word of ["reorder_ratio", "Basket", "bits", dictionary[0].name]) {
    await search.fill(word);
    const left = await shown(page, "li.feature") + await shown(page, ".features + h3 ~ .table tbody tr");
    assert.ok(left > 0 && left < dictionary.length, `${word}: ${left}`);
    assert.match(await page.getByTestId("feature-count").innerText(), new RegExp(`^${left} of ${dictionary.length} shown$`));
  }
  await search.fill("<script>alert(1)</script>");
  assert.match(await page.getByTestId("feature-count").innerText(), /^0 of/);
  await search.fill("");
  assert.equal(await shown(page, "li.feature"), await page.locator("li.feature").count());
  assert.ok(await shown(page, rows) > 100);
  // Nothing of a feature is drawn before it is asked for.
  assert.equal(await page.locator("li.feature .figure").count(), 0);
  await page.locator("li.feature summary").first().press("Enter");
  await page.locator("li.feature .figure svg").first().waitFor();
  assert.equal(requests.length, before);
  assert.deepEqual(problems, []);
  await context.close();
});

test("a table is copied, or selected where the clipboard is denied", async () => {
  for (const denied of [false, true]) {
    const { page, context } = await open(browser, `${host.url}#/features`, { permissions: denied ? [] : ["clipboard-read", "clipboard-write"] });
    if (denied) await page.evaluate(() => { Object.defineProperty(navigator, "clipboard", { value: undefined, configurable: true }); });
    await state(page, "done");
    const button = page.locator("#main .table .copy:visible").first();
    await button.click();
    if (denied) {
      await page.getByText("Selected: now press").first().waitFor();
      const selected = await page.evaluate(() => String(window.getSelection()));
      assert.match(selected, /Mean share/);
    } else {
      await page.getByText("Copied").first().waitFor();
      const text = await page.evaluate(() => navigator.clipboard.readText());
      assert.match(text.split("\n")[0], /^Category\tName in files\tMean share\t/);
    }
    await context.close();
  }
});
