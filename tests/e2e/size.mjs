// What a first visit loads, gzipped as a static host would send it, and the engine, which is asked for after first paint,
// with brotli. Neither may grow past its budget.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = process.argv[2] ?? join(import.meta.dirname, "../../dist");
const BUDGET = { page: 350_000, engine: 1_600_000 };

const shell = (name) =>
  ["index.html", "boot.js", "offline.js", "theme.js"].includes(name) || name.endsWith(".css") || /^page-.*\.(js|wasm)$/.test(name);
const files = readdirSync(dist).filter(shell).sort();
const row = (name, raw, packed) => console.log(`${name.padEnd(40)}${String(raw).padStart(12)}${String(packed).padStart(12)}`);

row("page", "bytes", "gzip -9");
let total = 0;
for (const name of files) {
  const bytes = readFileSync(join(dist, name));
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  row(name, bytes.length, packed);
}
row("in all", "", total);

const engine = readFileSync(join(dist, "engine_bg.wasm"));
const brotli = brotliCompressSync(engine, {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: engine.length,
  },
}).length;
row("engine", "bytes", "brotli -11");
row("engine_bg.wasm", engine.length, brotli);

if (!files.some((name) => name.endsWith(".wasm"))) {
  console.error(`no page in ${dist}: make build`);
  process.exit(1);
}
for (const [what, weighs] of [["page", total], ["engine", brotli]]) {
  if (weighs > BUDGET[what]) {
    console.error(`OVER BUDGET: the ${what} is ${weighs} bytes, ${weighs - BUDGET[what]} above its ${BUDGET[what]}`);
    process.exitCode = 1;
  }
}
