// Lighthouse on the built page, as a phone on a slow line and as a desktop, served with compression as hosts do.
// `node audit.mjs [folder]`. Prints the scores; fails below performance 95 or anything else below 100.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as chromeLauncher from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";
import { serve } from "../e2e/support/server.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const folder = process.argv[2] ?? join(here, "..", "..", "dist");
const chromePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const needed = { performance: 95, accessibility: 100, "best-practices": 100, seo: 100 };
const out = join(here, "out");
mkdirSync(out, { recursive: true });

const host = await serve({ folder, prefix: "/", compress: true, cache: "max-age=600" });
// Packed once before, as hosts do.
for (const coding of ["br", "gzip"]) {
  for (const file of readdirSync(folder).filter((name) => /\.(html|js|css|wasm|json|svg|webmanifest)$/.test(name))) {
    await fetch(host.url + file, { headers: { "accept-encoding": coding } }).then((page) => page.arrayBuffer());
  }
}
let failed = false;
for (const [name, config] of [["phone", undefined], ["desktop", desktopConfig]]) {
  const chrome = await chromeLauncher.launch({ chromePath, chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
  const run = await lighthouse(host.url, { port: chrome.port, output: ["html"], logLevel: "error" }, config);
  const { categories, audits } = run.lhr;
  const scores = Object.keys(needed).map((id) => [id, Math.round(categories[id].score * 100)]);
  const times = ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift", "speed-index"]
    .map((id) => `${id} ${audits[id].displayValue}`);
  console.log(`${name.padEnd(8)} ${scores.map(([id, score]) => `${id} ${score}`).join(", ")}`);
  console.log(`         ${times.join(", ")}`);
  for (const [id, score] of scores) {
    if (score >= needed[id]) continue;
    failed = true;
    const faults = categories[id].auditRefs.map((ref) => audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 0.9);
    console.log(`         ${id} is below ${needed[id]}: ${faults.map((audit) => `${audit.id} (${audit.displayValue ?? audit.score})`).join(", ")}`);
  }
  writeFileSync(join(out, `${name}.html`), run.report[0]);
  await chrome.kill();
}
await host.close();
console.log(`reports in ${out}`);
process.exit(failed ? 1 : 0);
