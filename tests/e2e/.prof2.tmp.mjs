import { serve } from "./support/server.mjs";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
const [, , folder, data] = process.argv;
const host = await serve({ folder, prefix: "/", cache: "max-age=600" });
const chrome = spawn("/usr/bin/chromium", ["--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-port=9333", "--user-data-dir=/tmp/chr" + Date.now(), "about:blank"], { stdio: "ignore" });
await new Promise((r) => setTimeout(r, 2500));
const targets = await (await fetch("http://127.0.0.1:9333/json")).json();
const ws = new WebSocket(targets.find((t) => t.type === "page").webSocketDebuggerUrl);
await new Promise((r) => (ws.onopen = r));
let id = 0; const waits = new Map(); const sessions = [];
ws.onmessage = (m) => {
  const d = JSON.parse(m.data);
  if (d.id) { waits.get(d.id)?.(d); return; }
  if (d.method === "Target.attachedToTarget") {
    const s = d.params.sessionId; sessions.push(s); console.log("attached", d.params.targetInfo.type);
    send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true }, s);
    send("Profiler.enable", {}, s); send("Profiler.setSamplingInterval", { interval: 1000 }, s); send("Profiler.start", {}, s);
  }
};
const send = (method, params = {}, sessionId) => new Promise((r) => { const i = ++id; waits.set(i, r); ws.send(JSON.stringify({ id: i, method, params, sessionId })); });
await send("Page.enable"); await send("Runtime.enable"); await send("DOM.enable");
await send("Page.navigate", { url: host.url });
const ev = async (e) => (await send("Runtime.evaluate", { expression: e, returnByValue: true })).result.result?.value;
const until = async (e) => { while (!(await ev(e))) await new Promise((r) => setTimeout(r, 20)); };
await until("document.documentElement.dataset.state==='done'");
await send("Target.setAutoAttach", { autoAttach: true, waitForDebuggerOnStart: false, flatten: true });
await new Promise((r) => setTimeout(r, 500));
const doc = await send("DOM.getDocument", {});
const input = await send("DOM.querySelector", { nodeId: doc.result.root.nodeId, selector: "[data-testid=file-input]" });
const before = await ev("document.documentElement.dataset.shown");
const t0 = Date.now();
await send("DOM.setFileInputFiles", { nodeId: input.result.nodeId, files: ["orders", "order_products__prior", "products", "aisles", "departments"].map((n) => `${data}/${n}.parquet`) });
let last = "";
for (;;) {
  const s = await ev("document.querySelector('[data-testid=progress],[role=progressbar]')?.closest('section,div')?.innerText?.slice(0,60)+'|'+document.documentElement.dataset.shown+'|'+document.documentElement.dataset.state");
  const stage = (s ?? "").replace(/[0-9.,%]+/g, "#");
  if (stage !== last) { console.log(Date.now() - t0, JSON.stringify(s)); last = stage; }
  if (s?.endsWith("|done") && s.split("|")[1] !== String(before)) break;
  await new Promise((r) => setTimeout(r, 15));
}
let n = 0;
for (const s of sessions) { const p = await send("Profiler.stop", {}, s); if (p.result?.profile) writeFileSync(`/tmp/wprof${n++}.json`, JSON.stringify(p.result.profile)); }
chrome.kill(); await host.close(); process.exit(0);
