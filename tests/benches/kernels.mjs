// One clustering kernel in a headless Chromium, on a worker as in the page.
// Usage: node tests/benches/kernels.mjs folder part. The folder holds the kernels as wasm-bindgen wrote them
// (clustering.js, clustering_bg.wasm), x14.f32 and labels2.u32. Prints one JSON line; asserts nothing.
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const e2e = join(dirname(fileURLToPath(import.meta.url)), "..", "e2e");
const { serve } = await import(pathToFileURL(join(e2e, "support", "server.mjs")));
const { launch } = await import(pathToFileURL(join(e2e, "support", "browser.mjs")));

const [folder, part] = process.argv.slice(2);
await writeFile(join(folder, "index.html"), "<!doctype html><title>kernels</title>");
await writeFile(join(folder, "kernels.js"), `
import start, { Part } from "./clustering.js";
onmessage = ({ data: name }) => measure(name).catch((error) => postMessage({ failed: String(error?.stack ?? error) }));
async function measure(name) {
  const wasm = await start();
  const read = async (file) => (await fetch(file)).arrayBuffer();
  const part = new Part(name, new Float32Array(await read("x14.f32")), new Uint32Array(await read("labels2.u32")));
  const begun = performance.now();
  const values = [...part.values()];
  const seconds = (performance.now() - begun) / 1000;
  const pairs = part.pairs() / seconds;
  postMessage({ part: name, seconds, ...(pairs ? { pairs_per_second: Math.round(pairs) } : {}), values, megabytes: wasm.memory.buffer.byteLength / 1e6 });
}`);
const host = await serve({ folder, prefix: "/" });
const browser = await launch();
const page = await browser.newPage();
await page.goto(host.url);
const found = await page.evaluate((name) => new Promise((resolve, reject) => {
  const worker = new Worker("kernels.js", { type: "module" });
  worker.onmessage = ({ data }) => (data.failed ? reject(new Error(data.failed)) : resolve(data));
  worker.onerror = (event) => reject(new Error(event.message || "the kernels could not start"));
  worker.postMessage(name);
}), part);
console.log(JSON.stringify(found));
await browser.close();
await host.close();
