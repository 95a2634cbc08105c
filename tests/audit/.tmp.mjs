import { readdirSync, writeFileSync } from "node:fs";
import * as chromeLauncher from "chrome-launcher";
import lighthouse from "lighthouse";
import { serve } from "../e2e/support/server.mjs";
const folder = process.argv[2];
const host = await serve({ folder, prefix: "/", compress: true, cache: "max-age=600" });
for (const coding of ["br", "gzip"]) for (const file of readdirSync(folder).filter((name) => /\.(html|js|css|wasm|json|svg|webmanifest)$/.test(name))) await fetch(host.url + file, { headers: { "accept-encoding": coding } }).then((p) => p.arrayBuffer());
for (let i = 0; i < +(process.argv[3] ?? 1); i++) {
const chrome = await chromeLauncher.launch({ chromePath: "/usr/bin/chromium", chromeFlags: ["--headless=new", "--no-sandbox", "--disable-gpu"] });
const run = await lighthouse(host.url, { port: chrome.port, output: ["json"], logLevel: "error", onlyCategories: ["performance"] });
const a = run.lhr.audits;
console.log(run.lhr.categories.performance.score, ["first-contentful-paint","largest-contentful-paint","total-blocking-time","cumulative-layout-shift","speed-index","interactive"].map((id)=>id+" "+a[id]?.displayValue+" ("+a[id]?.score+")").join(", "));
writeFileSync("/tmp/lh.json", run.report[0]);
await chrome.kill();
}
await host.close(); process.exit(0);
