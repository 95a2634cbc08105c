import { serve } from "/work/main/tests/e2e/support/server.mjs";
import { launch } from "/work/main/tests/e2e/support/browser.mjs";
const host = await serve({ folder: process.argv[2] ?? "/work/main/dist", prefix: "/", compress: true, cache: "max-age=600" });
for (const f of ["index.html"]) await fetch(host.url);
const browser = await launch();
for (let i = 0; i < 2; i++) {
  const context = await browser.newContext({ viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  if (process.argv[3]) await cdp.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 1.6e6/8, uploadThroughput: 750e3/8 });
  await page.addInitScript(() => {
    window.long = []; window.lcp = [];
    new PerformanceObserver((l) => { for (const e of l.getEntries()) window.long.push([Math.round(e.startTime), Math.round(e.duration)]); }).observe({ type: "longtask", buffered: true });
    new PerformanceObserver((l) => { for (const e of l.getEntries()) window.lcp.push([Math.round(e.startTime), e.size, e.element?.outerHTML?.slice(0, 120)]); }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  const chunks = [];
  if (process.argv[4]) {
    cdp.on("Tracing.dataCollected", (d) => chunks.push(...d.value));
    await cdp.send("Tracing.start", { traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-v8.cpu_profiler", "v8", "toplevel"] } });
  }
  await page.goto(host.url);
  await page.waitForFunction(() => document.documentElement.dataset.state === "done", null, { timeout: 60000 });
  await page.waitForTimeout(1500);
  console.log(JSON.stringify(await page.evaluate(() => ({ long: window.long, lcp: window.lcp, tbt: window.long.reduce((a, [, d]) => a + Math.max(0, d - 50), 0) })), null, 1));
  if (process.argv[4]) {
    const ended = new Promise((r) => cdp.on("Tracing.tracingComplete", r));
    await cdp.send("Tracing.end"); await ended;
    (await import("node:fs")).writeFileSync(process.argv[4], JSON.stringify(chunks));
  }
  await context.close();
}
await browser.close(); await host.close();
