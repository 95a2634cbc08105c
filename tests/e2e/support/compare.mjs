// Browser and native results must be identical. A field that may differ through a dependency is listed here by
// name, with the largest relative difference it may have (at most 1e-12).
const mayDiffer = [];

export function differences(a, b, path = "") {
  if (a === b) return [];
  if (typeof a === "number" && typeof b === "number") {
    const allowed = mayDiffer.find((rule) => rule.path.test(path));
    if (allowed && Math.abs(a - b) <= allowed.relative * Math.max(Math.abs(a), Math.abs(b))) return [];
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return [`${path}: ${JSON.stringify(a)} against ${JSON.stringify(b)}`];
  }
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].flatMap((key) => differences(a[key], b[key], `${path}.${key}`));
}
