// Finishes the build after Trunk has put it together (Trunk.toml, [[hooks]]). The style sheets become one, since each would
// cost a slow line a trip before anything is shown; what the page's own wasm needs is asked for after first paint
// (public/boot.js). Then the build is named by its content: the service worker gets the list of what it keeps, the page the
// name of the build and the hash of its engine. Fails where there is nothing to name.
//   QUADRANT_URL   where it will be published, for the addresses in link previews, which must be absolute
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const folder = process.env.TRUNK_STAGING_DIR ?? process.argv[2];
const fail = (why) => { console.error(`[stamp] ${why}`); process.exit(1); };
if (!folder) fail("which folder?");
const read = (name) => readFileSync(join(folder, name));
const hash = (bytes, kind = "sha384") => `${kind}-${createHash(kind).update(bytes).digest("base64")}`;

const swap = (text, from, to) => (text.includes(from) || fail(`${from} is not there`), text.replace(from, to));
let page = read("index.html").toString();
const sheets = [...page.matchAll(/<link rel="stylesheet" href="\.\/([^"]+\.css)"[^>]*>\s*/g)];
if (!sheets.length) fail("no style sheet in index.html");
const style = sheets.map(([, name]) => read(name).toString().trim()).join("\n");
const styleName = `style-${createHash("sha256").update(style).digest("hex").slice(0, 16)}.css`;
for (const [at, [link, name]] of sheets.entries()) {
  rmSync(join(folder, name));
  page = swap(page, link, at ? "" : `<link rel="stylesheet" href="./${styleName}" integrity="${hash(style)}" crossorigin="anonymous" />`);
}
writeFileSync(join(folder, styleName), style);
for (const kind of ["modulepreload", "preload"]) page = swap(page, `<link rel="${kind}" href="./page`, `<link data-rel="${kind}" href="./page`);

// Not asked for by the page: previews, errors of the host, the truth behind the demo, licences, old browsers.
const apart = new Set(["sw.js", "404.html", "og.png", "demo/truth.json", "fonts/OFL.txt", "old.js", "robots.txt"]);
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
  .filter((name) => !apart.has(name))
  .sort();
for (const needed of ["index.html", "boot.js", "offline.js", "engine.js", "engine_bg.wasm"]) {
  if (!files.includes(needed)) fail(`${needed} is missing in ${folder}`);
}
if (!files.some((name) => /^page[-_].*\.wasm$/.test(name)) || !files.some((name) => name.startsWith("demo/"))) fail("page or demo is missing");

const whole = createHash("sha256");
writeFileSync(join(folder, "index.html"), page);
for (const name of [...files, "sw.js"]) whole.update(name).update("\0").update(read(name)).update("\0");
const build = whole.digest("hex").slice(0, 12);

// Files that keep their names from build to build are asked for by build, so that no cache on the way mixes two.
const versioned = new Set(["boot.js", "offline.js", "theme.js", "engine.js", "engine_bg.wasm"]);
const address = (name) => {
  if (name === "index.html") return "./";
  return `./${name}${versioned.has(name) || name.startsWith("demo/") ? `?v=${build}` : ""}`;
};
const kept = files.map((name) => (name === "index.html" ? [address(name)] : [address(name), hash(read(name))]));

let worker = read("sw.js").toString();
worker = swap(worker, 'const BUILD = "";', `const BUILD = "${build}";`);
worker = swap(worker, "const FILES = [];", `const FILES = ${JSON.stringify(kept)};`);
writeFileSync(join(folder, "sw.js"), worker);

page = swap(page, 'src="./theme.js"', `src="./theme.js?v=${build}"`);
page = swap(page, 'src="./boot.js"', `src="./boot.js?v=${build}" data-build="${build}" data-engine="${hash(read("engine_bg.wasm"))}"`);
const url = process.env.QUADRANT_URL?.replace(/\/*$/, "/");
if (url) {
  page = swap(page, 'content="./og.png"', `content="${url}og.png"`);
  page = swap(page, '<meta property="og:type"', `<meta property="og:url" content="${url}" />\n    <link rel="canonical" href="${url}" />\n    <meta property="og:type"`);
}
writeFileSync(join(folder, "index.html"), page);
console.log(`[stamp] build ${build}: ${kept.length} files, ${files.reduce((sum, name) => sum + read(name).length, 0)} bytes`);
