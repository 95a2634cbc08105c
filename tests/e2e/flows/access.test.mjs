// axe-core finds nothing to object to on any page, in both themes, on a desktop and on a phone; nothing is lost at 320
// pixels (a desktop at 400%), with forced colours, with text spaced out or without motion.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { serve } from "../support/server.mjs";
import { launch, open, pagesOf, state } from "../support/browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let host, browser;
before(async () => { host = await serve(); browser = await launch(); });
after(async () => { await browser?.close(); await host?.close(); });

for (const colorScheme of ["light", "dark"]) {
  for (const [device, viewport] of [["desktop", { width: 1440, height: 900 }], ["phone", { width: 390, height: 844 }]]) {
    test(`no violation on a ${device}, ${colorScheme}`, async () => {
      const { page, context } = await open(browser, host.url, { colorScheme, viewport });
      await state(page, "done");
      for (const name of await pagesOf(page)) {
        await page.getByTestId(`nav-${name}`).click();
        await page.waitForTimeout(100);
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

async function everyPage(options, look) {
  const { page, context } = await open(browser, host.url, options);
  await state(page, "done");
  for (const name of await pagesOf(page)) {
    await page.getByTestId(`nav-${name}`).click();
    await page.waitForTimeout(100);
    await look(page, name);
  }
  await context.close();
}

const tooWide = (page) => page.evaluate(() => {
  const wide = document.documentElement.clientWidth;
  // Tables and charts may scroll within themselves.
  const out = [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > wide + 1
    && !element.closest(".table, .masthead nav, svg, .unseen, .picker input, [hidden]") && getComputedStyle(element).position !== "absolute");
  return { over: document.documentElement.scrollWidth - wide, out: out.slice(0, 3).map((element) => element.outerHTML.slice(0, 120)) };
});

test("at 320 pixels, which is a desktop at 400%, pages scroll one way only", () =>
  everyPage({ viewport: { width: 320, height: 512 } }, async (page, name) => {
    const { over, out } = await tooWide(page);
    assert.ok(over <= 0 && out.length === 0, `${name}: ${over} px too wide; ${out.join("\n")}`);
  }));

test("with text spaced out as WCAG 1.4.12 asks, no words are cut off", () =>
  everyPage({ viewport: { width: 1440, height: 900 } }, async (page, name) => {
    // Not as a style element: the page's policy would refuse it.
    const spacing = await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
      document.adoptedStyleSheets = [sheet];
      return getComputedStyle(document.querySelector("main h1")).letterSpacing;
    });
    assert.notEqual(spacing, "normal");
    const { over } = await tooWide(page);
    assert.ok(over <= 0, `${name}: ${over} px too wide`);
    // First values beside a role are in full in the table of first rows.
    const cut = await page.evaluate(() => [...document.querySelectorAll("main *, header *, .strip *, footer *")]
      .filter((element) => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0 && getComputedStyle(element).overflowX === "hidden")
      .filter((element) => !element.matches(".role-values, .unseen, .going") && !element.closest(".picker"))
      .map((element) => element.outerHTML.slice(0, 120)));
    assert.deepEqual(cut, [], name);
  }));

test("with forced colours controls have borders and segments keep their glyphs", async () => {
  const { page, context } = await open(browser, host.url, { forcedColors: "active" });
  await state(page, "done");
  assert.ok(await page.evaluate(() => matchMedia("(forced-colors: active)").matches));
  for (const button of await page.locator(".button:visible").all()) {
    const border = await button.evaluate((element) => getComputedStyle(element).borderTopStyle + getComputedStyle(element).borderTopWidth);
    assert.match(border, /^solid[1-9]/);
  }
  // The four tiles of the figure are told apart by more than colour: each has a border of its own.
  const strokes = await page.evaluate(() => [...document.querySelectorAll(".hero .tile")].map((tile) => getComputedStyle(tile).stroke));
  assert.equal(strokes.length, 4);
  for (const stroke of strokes) assert.notEqual(stroke, "none");
  const bar = await page.evaluate(() => getComputedStyle(document.querySelector("nav a[aria-current=page]")).borderBottomColor);
  const other = await page.evaluate(() => getComputedStyle(document.querySelector("nav a:not([aria-current=page])")).borderBottomColor);
  assert.notEqual(bar, other, "the page one is on is marked");
  await context.close();
});

test("without motion, nothing moves", async () => {
  const { page, context } = await open(browser, host.url, { reducedMotion: "reduce" });
  await state(page, "done");
  const moving = await page.evaluate(() => document.getAnimations().filter((animation) => animation.effect.getTiming().duration > 1).length);
  assert.equal(moving, 0);
  await context.close();
});

test("headings go down one step at a time, under one h1, and landmarks are there once", () =>
  everyPage({}, async (page, name) => {
    const levels = await page.evaluate(() => [...document.querySelectorAll("main :is(h1,h2,h3,h4)")].filter((heading) => heading.checkVisibility()).map((heading) => Number(heading.tagName[1])));
    assert.equal(levels.filter((level) => level === 1).length, 1, name);
    levels.reduce((before, level) => { assert.ok(level <= before + 1, `${name}: h${before} then h${level}`); return level; }, 1);
    for (const landmark of ["header", "nav", "main", "footer"]) {
      assert.ok((await page.locator(`body > ${landmark}, body > header > ${landmark}`).count()) >= 1, `${name}: ${landmark}`);
    }
  }));
