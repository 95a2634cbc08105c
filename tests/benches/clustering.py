"""Clustering kernels at full scale, ours beside scikit-learn's: same matrix, same machine, same run.

The matrix is the 182,223 x 14 of $QUADRANT_DATA/full (or of a generated extract of that size). Each part is a process
of its own on both sides: seconds are those of the part alone, megabytes the peak of its process. scikit-learn uses all
cores, ours one; "page" is ours as wasm in a headless Chromium (made by `run`). `clustering.py PART FOLDER` is
scikit-learn's side of one part.

    BENCH_SILALL=0    leaves out the exact silhouette of all rows (scikit-learn: minutes)
"""

import json
import os
import sys
import time
from pathlib import Path

import bench

PARTS = {
    "kmeans": ("k-means, k = 2..10, 10 starts", 1.5),
    "sil10k": ("silhouette, 10,000 rows", 1.0),
    "sil25k": ("silhouette, 25,000 rows", 1.0),
    "silall": ("silhouette, all rows", 0.35),
}


def sklearn_part(part, folder):
    import numpy as np

    x = np.fromfile(folder / "x14.f32", dtype="<f4").reshape(-1, 14).astype(np.float64)
    if part == "kmeans":
        from sklearn.cluster import KMeans

        start = time.perf_counter()
        values = [
            float(KMeans(n_clusters=k, random_state=42, n_init=10, max_iter=300).fit(x).inertia_) for k in range(2, 11)
        ]
    else:
        from sklearn.metrics import silhouette_score

        labels = np.fromfile(folder / "labels2.u32", dtype="<u4")
        n = {"sil10k": 10_000, "sil25k": 25_000, "silall": len(x)}[part]
        rows = np.random.default_rng(42).choice(len(x), n, replace=False) if n < len(x) else slice(None)
        start = time.perf_counter()
        values = [float(silhouette_score(x[rows], labels[rows]))]
    seconds = time.perf_counter() - start
    print(json.dumps({"part": part, "seconds": seconds, "values": values}))


def main():
    extract, _ = bench.star_extract()
    folder = bench.WORK / "clustering"
    folder.mkdir(parents=True, exist_ok=True)
    ours = bench.ROOT / "target" / "release" / "examples" / "clustering"
    if bench.measure([ours, "prep", folder, *bench.star_files(extract)])[0] is None:
        sys.exit(1)
    python = bench.peer_python(["numpy", "scikit-learn"])
    rows = []
    for part, (title, target) in PARTS.items():
        if part == "silall" and os.environ.get("BENCH_SILALL") == "0":
            bench.skip("the exact silhouette of all rows", "BENCH_SILALL=0")
            continue
        theirs = timed([python, __file__, part, folder]) if python else None
        rows.append((title, "native", None, timed([ours, part, folder]), theirs))
        if (folder / "clustering_bg.wasm").exists():
            page = timed(["node", Path(__file__).parent / "kernels.mjs", folder, part])
            rows.append((title, "page", target, page and (page[0], page[0]["megabytes"]), theirs))
    if not (folder / "clustering_bg.wasm").exists():
        bench.skip("the kernels in a browser", "not built as wasm: see tests/benches/run")
    bench.say(f"\n{os.cpu_count()} cores, ours on one of them; megabytes are peaks, those of the page its wasm memory")
    bench.say(f"{'':<41} {'ours s':>8} {'MB':>6} {'M pairs/s':>10} {'sklearn s':>10} {'MB':>7} {'ratio':>6} {'target':>7}")
    for title, where, target, mine, theirs in rows:
        if mine is None:
            bench.say(f"{title:<34} {where:<6} {'failed':>8}")
            continue
        pairs = mine[0].get("pairs_per_second")
        pairs = f"{pairs / 1e6:,.0f}" if pairs else "-"
        line = f"{title:<34} {where:<6} {mine[0]['seconds']:>8.2f} {mine[1]:>6.0f} {pairs:>10}"
        if theirs:
            ratio = mine[0]["seconds"] / theirs[0]["seconds"]
            line += f" {theirs[0]['seconds']:>10.2f} {theirs[1]:>7.0f} {ratio:>6.2f} {target or '-':>7}"
            agree(title, mine[0]["values"], theirs[0]["values"])
        bench.say(line)


def timed(command):
    """The JSON line that the part prints, and its peak megabytes."""
    output = []
    seconds, peak = bench.measure(command, output)
    return None if seconds is None else (json.loads(output[0].strip().splitlines()[-1]), peak)


def agree(title, mine, theirs):
    """Says where the two disagree: k-means by more than half a percent, silhouettes by more than sampling can."""
    margin = 0.005 if len(mine) > 1 else 0.02
    for index, (a, b) in enumerate(zip(mine, theirs)):
        if abs(a - b) > margin * max(abs(b), 0.1):
            bench.say(f"  {title}: ours {a:.4f}, scikit-learn {b:.4f} (value {index + 1})")


if len(sys.argv) > 2:
    sklearn_part(sys.argv[1], Path(sys.argv[2]))
else:
    main()
