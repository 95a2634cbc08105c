"""Full scale: five star files to the verdict (quadrant) or only to the feature matrix (peers), one table of ratios.

The extract is $QUADRANT_DATA/full (206,209 customers, 32.4 million lines) or, where that is absent, one of the same
size from our own generator. The peers' scripts are $QUADRANT_SHARED/bench/bench_*.py; each row whose script or package
is missing is skipped, visibly. Standard library only; the peers get a virtual environment below target/.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "bench"
QUADRANT = ROOT / "target" / "release" / "quadrant"
DATA = Path(os.environ.get("QUADRANT_DATA", ROOT / "target" / "data"))
SHARED = Path(os.environ.get("QUADRANT_SHARED", ROOT / ".." / "shared"))
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "206209"))
STAR = ["orders", "order_products__prior", "products", "aisles", "departments"]
PACKAGES = ["numpy", "pandas", "pyarrow", "scipy", "duckdb", "polars"]


def say(text):
    print(text, flush=True)


def peer_python(packages=PACKAGES, check=None):
    """A Python that has the peers, or None."""
    check = check or "import " + ", ".join(packages)
    python = WORK / "venv" / "bin" / "python"
    try:
        if not python.exists():
            say(f"[bench] virtual environment with {', '.join(packages)} in {python.parents[1]}")
            subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True, stdout=subprocess.DEVNULL)
        if subprocess.run([python, "-c", check], stderr=subprocess.DEVNULL).returncode != 0:
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        return python
    except (subprocess.CalledProcessError, OSError) as error:
        say(f"SKIPPED: the peers' Python packages could not be installed ({error})")
        return None


def generated(scenario):
    """A star extract of full size from our own generator, kept for the next time."""
    out = WORK / f"{scenario}-{CUSTOMERS}"
    if not (out / "truth.json").exists():
        say(f"[bench] generating {out.name}")
        seconds, peak = measure(
            [QUADRANT, "generate", "--customers", CUSTOMERS, "--layout", "star", "--scenario", scenario]
            + ["--seed", 7, "--out", out]
        )
        if seconds is None:
            return None
        say(f"[bench] generated in {seconds:.1f} s with {peak:.0f} MB")
    return out


def measure(command, said=None):
    """Wall seconds and peak resident megabytes of one run, (None, None) if it fails; what it said goes to `said`."""
    command = [str(part) for part in command]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    if said is not None:
        said.append(output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        say(f"SKIPPED: {' '.join(command[:2])} ended with {process.returncode}: {output.strip()[-400:]}")
        return None, None
    # Linux counts kilobytes, macOS bytes.
    return seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def median(command, times=RUNS):
    runs = [measure(command) for _ in range(times)]
    if any(seconds is None for seconds, _ in runs):
        return None
    return statistics.median(s for s, _ in runs), max(m for _, m in runs)


def quadrant(folder, name, depth="quick", times=RUNS):
    out = WORK / f"out-{name}"
    shutil.rmtree(out, ignore_errors=True)
    files = [folder / f"{part}.parquet" for part in STAR]
    found = median([QUADRANT, "analyze", *files, "--depth", depth, "--out", out], times)
    if found is not None:
        results = json.loads((out / "results.json").read_text())
        counts = " / ".join(f"{segment['count']:,}" for segment in results["segments"])
        say(f"[bench] {name}: {counts}")
    return found


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    rows = []
    full = DATA / "full"
    if (full / "orders.parquet").exists():
        label = "full extract"
    else:
        say(f"SKIPPED: {full} absent; an extract of our own generator instead")
        full, label = generated("typical"), "generated extract"
        if full is None:
            sys.exit(1)

    rows.append((f"quadrant analyze, {label}, files to verdict and outputs", quadrant(full, "integer-ids")))
    rows.append((f"quadrant analyze --depth full, {label} (once)", quadrant(full, "full-depth", "full", 1)))
    texts = generated("string-ids")
    if texts is not None:
        rows.append(("quadrant analyze, generated extract, all ids text", quadrant(texts, "text-ids")))

    python = peer_python()
    peers = [("polars", True), ("duckdb", True), ("pandas", os.environ.get("BENCH_PANDAS") == "1")]
    for peer, wanted in peers:
        script = SHARED / "bench" / f"bench_{peer}.py"
        name = f"{peer}, {label}, files to matrix only"
        if not wanted:
            say(f"SKIPPED: {peer} (takes minutes; BENCH_PANDAS=1 runs it)")
        elif not script.exists():
            say(f"SKIPPED: {script} absent")
        elif python is not None:
            rows.append((name, median([python, script, full])))

    polars = next((found for name, found in rows if name.startswith("polars") and found), None)
    say(f"\n{os.cpu_count()} cores, median of {RUNS} runs, peak of all")
    say(f"{'':<66} {'seconds':>8} {'MB':>7} {'x polars':>9}")
    for name, found in rows:
        if found is None:
            say(f"{name:<66} {'failed':>8}")
            continue
        ratio = f"{found[0] / polars[0]:.2f}" if polars else "-"
        say(f"{name:<66} {found[0]:>8.2f} {found[1]:>7.0f} {ratio:>9}")


if __name__ == "__main__":
    main()
