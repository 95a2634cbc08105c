// axe-core finds nothing to object to on any page, in both themes, on a desktop and on a phone.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "../support/server.mjs";
import { launch, open, state } from "../support/browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pages = ["overview", "data", "features", "clustering", "segments", "validation", "documents", "about"];

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
    test(`no violation on a ${device}, ${colorScheme}`, async () => {
      const { page, context } = await open(browser, host.url, { colorScheme, viewport });
      await state(page, "done");
      for (const name of pages) {
        await page.getByTestId(`nav-${name}`).click();
        // Folded parts are looked at as well.
        await page.evaluate(() => document.querySelectorAll("details").forEach((details) => { details.open = true; }));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, {
          runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
        }));
        const said = violations.map((v) => `${v.id}: ${v.help}\n  ${v.nodes.slice(0, 3).map((n) => `${n.html.slice(0, 160)} ${n.any[0]?.message ?? ""}`).join("\n  ")}`);
        assert.deepEqual(said, [], `${name}:\n${said.join("\n")}`);
      }
      await context.close();
    });
  }
}
