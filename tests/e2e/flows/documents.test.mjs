// The documents as a reader gets them: valid HTML, Markdown with its tables intact, print that fits.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { HtmlValidate } from "html-validate";
import MarkdownIt from "markdown-it";
import { launch, open, state } from "../support/browser.mjs";
import { serve } from "../support/server.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const cli = process.env.QUADRANT_BIN ?? join(root, "target", "debug", "quadrant");
const validator = new HtmlValidate({ root: true, extends: ["html-validate:recommended"] });
const markdown = new MarkdownIt();

// Name, layout, scenario, customers: shipped, clusters, refused, one row per customer.
const extracts = [
  ["typical", "wide", 1200],
  ["clusters", "star", 1200],
  ["thin", "star", 800],
  ["typical", "customers", 1200],
];
const names = ["executive_summary", "decision_memo", "action_playbook", "experiment_plan", "monitoring_plan", "case_story"];

let folder, browser;
const made = [];
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "quadrant-documents-"));
  for (const [scenario, layout, customers] of extracts) {
    const [data, out] = [join(folder, `${scenario}-${layout}`), join(folder, `${scenario}-${layout}-out`)];
    execFileSync(cli, ["generate", "--customers", String(customers), "--layout", layout, "--scenario", scenario, "--seed", "3", "--out", data]);
    const files = readdirSync(data).filter((name) => name.endsWith(".parquet")).map((name) => join(data, name));
    execFileSync(cli, ["analyze", ...files, "--out", out], { stdio: "pipe" });
    made.push(out);
  }
  browser = await launch();
});
after(async () => {
  await browser?.close();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test("every document is valid HTML", async () => {
  for (const out of made) {
    for (const name of [...names.map((name) => `documents/${name}.html`), "report.html"]) {
      const result = await validator.validateString(readFileSync(join(out, name), "utf8"));
      const said = result.results.flatMap((one) => one.messages.map((m) => `${m.line}:${m.column} ${m.ruleId}: ${m.message}`));
      assert.deepEqual(said.slice(0, 5), [], `${out}/${name}`);
    }
  }
});

test("a common renderer shows every table of the Markdown with all its cells", () => {
  for (const out of made) {
    for (const name of names) {
      const text = readFileSync(join(out, "documents", `${name}.md`), "utf8");
      const html = markdown.render(text);
      const ruled = text.split("\n").filter((line) => /^\|(-+:?\|)+$/.test(line)).length;
      assert.equal((html.match(/<table>/g) ?? []).length, ruled, `${out}/${name}: tables`);
      for (const table of html.split("<table>").slice(1)) {
        const columns = (table.split("</thead>")[0].match(/<th[ >]/g) ?? []).length;
        for (const row of table.split("</table>")[0].split("<tr>").slice(2)) {
          assert.equal((row.match(/<td[ >]/g) ?? []).length, columns, `${out}/${name}: ${row}`);
        }
      }
      assert.ok(!html.includes("<script") && !/(^|[^*])\*\*[^*]/.test(html.replace(/<[^>]*>/g, "")), `${out}/${name}: stray marks`);
    }
  }
});

/** Pages that a document prints on. */
async function pages(page) {
  const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
  return (pdf.match(/\/Type\s*\/Page[^s]/g) ?? []).length;
}

test("memo, summary, case story and monitoring plan print on two pages at most", async () => {
  for (const out of made) {
    for (const name of ["executive_summary", "decision_memo", "monitoring_plan", "case_story"]) {
      const page = await browser.newPage();
      await page.goto(pathToFileURL(join(out, "documents", `${name}.html`)).href);
      const count = await pages(page);
      assert.ok(count >= 1 && count <= 2, `${out}/${name}: ${count} pages`);
      await page.close();
    }
  }
});

test("a file asks nothing of the network, and its numbers open without script", async () => {
  for (const out of made) {
    const page = await browser.newPage();
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(out, "documents", "decision_memo.html")).href);
    assert.equal(requests.length, 1, requests.join(" "));
    const number = page.locator(".num").first();
    await number.click();
    const working = page.locator(`#${await number.getAttribute("popovertarget")}`);
    assert.ok(await working.isVisible());
    assert.match(await working.innerText(), /results\.json/);
    await page.close();
  }
});

test("printed from the page, every sheet names extract and receipt, and no short table is split", async () => {
  const host = await serve();
  const { page, context, problems } = await open(browser, `${host.url}#/documents`);
  await state(page, "done");
  await page.getByTestId("open-action_playbook").click();
  await page.getByTestId("document-action_playbook").waitFor();
  const running = await page.locator(".running").textContent();
  assert.match(running, /\.parquet.* · \d{4}-\d{2}-\d{2} · receipt [0-9a-f]{16}$/);
  await page.emulateMedia({ media: "print" });
  const split = await page.locator(".paper .table:not(.long)").evaluateAll((all) => all.filter((one) => getComputedStyle(one).breakInside !== "avoid").length);
  assert.equal(split, 0);
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  const head = await page.evaluate(() => document.adoptedStyleSheets.map((sheet) => [...sheet.cssRules].map((rule) => rule.cssText).join("")).join(""));
  assert.match(head, /@page/);
  await page.emulateMedia({ media: null });
  for (const name of ["executive_summary", "decision_memo", "monitoring_plan", "case_story"]) {
    await page.getByTestId(`open-${name}`).click();
    await page.getByTestId(`document-${name}`).waitFor();
    const count = await pages(page);
    assert.ok(count >= 1 && count <= 2, `${name} from the page: ${count} pages`);
  }
  assert.deepEqual(problems, []);
  await context.close();
  await host.close();
});
