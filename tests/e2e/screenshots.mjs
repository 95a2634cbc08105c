// Pictures of each page, desktop and phone, light and dark, into out/. `node screenshots.mjs [page ...]`
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { launch, open, state } from "./support/browser.mjs";
import { root, serve } from "./support/server.mjs";

const pages = ["overview", "data", "features", "clustering", "validation", "documents", "about"];
const wanted = process.argv.slice(2).filter((name) => pages.includes(name));
const folder = join(root, "tests", "e2e", "out");
mkdirSync(folder, { recursive: true });

const server = await serve();
const browser = await launch();
for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
  for (const colorScheme of ["light", "dark"]) {
    const options = { viewport, colorScheme, deviceScaleFactor: device === "phone" ? 2 : 1 };
    const { page, context, problems } = await open(browser, server.url, options);
    await state(page, "done");
    for (const name of wanted.length ? wanted : pages) {
      await page.getByTestId(`nav-${name}`).click();
      await page.waitForTimeout(250);
      const file = (part) => join(folder, `${name}-${device}-${colorScheme}${part}.png`);
      await page.screenshot({ path: file("") });
      await page.screenshot({ path: file("-whole"), fullPage: true });
    }
    if (problems.length) console.error(device, colorScheme, problems);
    await context.close();
  }
}
await browser.close();
await server.close();
console.log(folder);
