// Pictures of each page, desktop and phone, light and dark, into out/. `node screenshots.mjs [page ...]`
// `node screenshots.mjs --card`: the picture of a shared link, public/og.png, and the one in README.md.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { kept, launch, open, pagesOf, state } from "./support/browser.mjs";
import { root, serve } from "./support/server.mjs";

const wanted = process.argv.slice(2);
const folder = join(root, "tests", "e2e", "out");
mkdirSync(folder, { recursive: true });

const server = await serve();
const browser = await launch();
if (wanted.includes("--card")) {
  for (const [viewport, path] of [
    [{ width: 1200, height: 630 }, join(root, "public", "og.png")],
    [{ width: 1440, height: 900 }, join(root, "tests", "e2e", "pictures", "overview.png")],
  ]) {
    const { page, context } = await open(browser, server.url, { viewport, colorScheme: "light" });
    await state(page, "done");
    await page.waitForTimeout(300);
    await page.screenshot({ path });
    await context.close();
  }
} else {
  for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
    for (const colorScheme of ["light", "dark"]) {
      const options = { viewport, colorScheme, deviceScaleFactor: device === "phone" ? 2 : 1, isMobile: device === "phone", hasTouch: device === "phone" };
      const { page, context, problems } = await open(browser, server.url, options);
      await state(page, "done");
      await kept(page);
      for (const name of wanted.length ? wanted : await pagesOf(page)) {
        await page.getByTestId(`nav-${name}`).click();
        await page.waitForTimeout(400);
        const file = (part) => join(folder, `${name}-${device}-${colorScheme}${part}.png`);
        await page.screenshot({ path: file("") });
        await page.screenshot({ path: file("-whole"), fullPage: true });
      }
      if (problems.length) console.error(device, colorScheme, problems);
      await context.close();
    }
  }
}
await browser.close();
await server.close();
console.log(folder);
