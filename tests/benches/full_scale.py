"""Full scale: five star files to the verdict (quadrant) or only to the feature matrix (peers), one table of ratios.

The extract is $QUADRANT_DATA/full (206,209 customers, 32.4 million lines) or, where that is absent, one of the same
size from our own generator. The peers' scripts are $QUADRANT_SHARED/bench/bench_*.py; each row whose script or package
is missing is skipped, visibly. BENCH_TEXT=0 leaves out the extract whose ids are all text, BENCH_FULL=0 depth full.
"""

import json
import os
import shutil

from bench import QUADRANT, RUNS, SHARED, WORK, generated, in_turns, median, peer_python, say, skip
from bench import star_extract, star_files, table

PACKAGES = ["numpy", "pandas", "pyarrow", "scipy", "duckdb", "polars"]


def command(folder, name, depth="quick"):
    out = WORK / f"out-{name}"
    shutil.rmtree(out, ignore_errors=True)
    return [QUADRANT, "analyze", *star_files(folder), "--depth", depth, "--out", out]


def quadrant(folder, name, depth="quick", times=RUNS):
    found = median(command(folder, name, depth), times)
    counts(name, found)
    return found


def counts(name, found):
    if found is not None:
        results = json.loads((WORK / f"out-{name}" / "results.json").read_text())
        say(f"[bench] {name}: " + " / ".join(f"{segment['count']:,}" for segment in results["segments"]))


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    wanted = lambda part: os.environ.get(f"BENCH_{part}") != "0"
    full, label = star_extract()
    scripts = {peer: SHARED / "bench" / f"bench_{peer}.py" for peer in ("polars", "duckdb", "pandas")}
    python = peer_python(PACKAGES) if any(script.exists() for script in scripts.values()) else None
    peers = {}
    for peer, script in scripts.items():
        if peer == "pandas" and os.environ.get("BENCH_PANDAS") != "1":
            skip(peer, "takes minutes; BENCH_PANDAS=1 runs it")
        elif not script.exists():
            skip(peer, f"{script} absent")
        elif python is not None:
            peers[peer] = [python, script, full]
    ours, *theirs = in_turns([command(full, "integer-ids"), *peers.values()])
    counts("integer-ids", ours)
    rows = [(f"quadrant analyze, {label}, files to verdict and outputs", ours)]
    if wanted("FULL"):
        rows.append((f"quadrant analyze --depth full, {label} (once)", quadrant(full, "full-depth", "full", 1)))
    if wanted("TEXT"):
        texts = generated("string-ids")
        if texts is not None:
            rows.append(("quadrant analyze, generated extract, all ids text", quadrant(texts, "text-ids")))
    rows += [(f"{peer}, {label}, files to matrix only", found) for peer, found in zip(peers, theirs)]
    polars = dict(zip(peers, theirs)).get("polars")
    table(rows, "x polars", polars)


if __name__ == "__main__":
    main()
