// Serves dist/ as any static host would, under a sub-path, and counts what is asked for.
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
export const root = join(here, "..", "..", "..");
const types = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css",
  ".wasm": "application/wasm", ".json": "application/json", ".svg": "image/svg+xml", ".png": "image/png",
  ".webmanifest": "application/manifest+json", ".ico": "image/x-icon", ".parquet": "application/octet-stream",
  ".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8",
};
const packs = (type) => /^text|javascript|json|wasm|svg/.test(type);

/**
 * wasmType: the MIME type for wasm. cache: the cache-control header ("max-age=600" is what GitHub Pages sends).
 * compress: brotli or gzip, as hosts do. port: 0 for any. change: (name, bytes) => bytes, a host that serves another build.
 */
export async function serve({
  prefix = "/some/sub/path/", folder = process.env.QUADRANT_DIST ?? join(root, "dist"), wasmType = "application/wasm",
  cache = "no-store", compress = false, port = 0, change = (_, bytes) => bytes,
} = {}) {
  const requests = [];
  const packed = new Map();
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    requests.push(path);
    const inside = path.startsWith(prefix) ? normalize(path.slice(prefix.length)) : null;
    if (inside === null || inside.startsWith("..")) {
      response.writeHead(404).end();
      return;
    }
    try {
      const file = inside === "." || inside === "" ? "index.html" : inside;
      let body = change(file, await readFile(join(folder, file)));
      const type = file.endsWith(".wasm") ? wasmType : types[extname(file)] ?? "application/octet-stream";
      const headers = { "content-type": type, "cache-control": cache };
      const accepts = request.headers["accept-encoding"] ?? "";
      const coding = !compress || !packs(type) ? null : /\bbr\b/.test(accepts) ? "br" : /\bgzip\b/.test(accepts) ? "gzip" : null;
      if (coding) {
        const key = `${coding} ${file}`;
        if (!packed.has(key)) {
          packed.set(key, coding === "br"
            ? brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: body.length > 1e6 ? 9 : 11, [constants.BROTLI_PARAM_LGWIN]: 24 } })
            : gzipSync(body, { level: 9 }));
        }
        body = packed.get(key);
        Object.assign(headers, { "content-encoding": coding, vary: "accept-encoding" });
      }
      response.writeHead(200, headers).end(body);
    } catch {
      const page = await readFile(join(folder, "404.html")).catch(() => "");
      response.writeHead(404, { "content-type": types[".html"] }).end(page);
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  const { port: bound } = server.address();
  return {
    url: `http://127.0.0.1:${bound}${prefix}`,
    port: bound,
    requests,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }),
  };
}

// `node server.mjs [folder] [port]`: for looking at a build.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const host = await serve({ folder: process.argv[2] ?? join(root, "dist"), port: Number(process.argv[3] ?? 8080), prefix: "/", compress: true });
  console.log(host.url);
}
