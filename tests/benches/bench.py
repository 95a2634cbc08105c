"""What the benchmarks share: where things are, how a run is measured, how a table is printed. Standard library only."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target" / "bench"
QUADRANT = Path(os.environ.get("QUADRANT_BINARY") or ROOT / "target" / "release" / "quadrant")
DATA = Path(os.environ.get("QUADRANT_DATA") or ROOT / "target" / "data")
SHARED = Path(os.environ.get("QUADRANT_SHARED") or ROOT.parent / "shared")
RUNS = int(os.environ.get("BENCH_RUNS", "3"))
CUSTOMERS = int(os.environ.get("BENCH_CUSTOMERS", "206209"))
STAR = ["orders", "order_products__prior", "products", "aisles", "departments"]


def say(text):
    print(text, flush=True)


def skip(what, why):
    """A part that is left out says so."""
    say(f"SKIPPED: {what} ({why})")


def peer_python(packages):
    """A Python below target/bench that has the peers' packages, or None."""
    check = "import " + ", ".join({"scikit-learn": "sklearn"}.get(name, name) for name in packages)
    python = WORK / "venv" / "bin" / "python"
    try:
        if not python.exists():
            say(f"[bench] virtual environment with {', '.join(packages)} in {python.parents[1]}")
            subprocess.run([sys.executable, "-m", "venv", python.parents[1]], check=True, stdout=subprocess.DEVNULL)
        if subprocess.run([python, "-c", check], stderr=subprocess.DEVNULL).returncode != 0:
            subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        return python
    except (subprocess.CalledProcessError, OSError) as error:
        skip(", ".join(packages), f"could not be installed: {error}")
        return None


def generated(scenario):
    """A star extract of full size from our own generator, kept for the next time; None if it cannot be made."""
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


def star_extract():
    """The folder of the full extract and what to call it: $QUADRANT_DATA/full, or one of our own of the same size."""
    full = DATA / "full"
    if (full / "orders.parquet").exists():
        return full, "full extract"
    skip(full, "absent; an extract of our own generator instead")
    out = generated("typical")
    if out is None:
        sys.exit(1)
    return out, "generated extract"


def star_files(folder):
    return [folder / f"{part}.parquet" for part in STAR]


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
        skip(" ".join(command[:2]), f"ended with {process.returncode}: {output.strip()[-400:]}")
        return None, None
    # Linux counts kilobytes, macOS bytes.
    return seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def median(command, times=RUNS):
    """Median seconds and peak megabytes of several runs; None if one fails."""
    return in_turns([command], times)[0]


def in_turns(commands, times=RUNS):
    """As `median` for each of several commands, run in turns: where the machine's speed changes it does for all."""
    rounds = [[measure(command) for command in commands] for _ in range(times)]

    def middle(runs):
        if any(seconds is None for seconds, _ in runs):
            return None
        return statistics.median(s for s, _ in runs), max(m for _, m in runs)

    return [middle(runs) for runs in zip(*rounds)]


def table(rows, unit, of):
    """Prints (name, (seconds, megabytes) or None) rows beside the seconds of the row `of`, headed `unit`."""
    say(f"\n{os.cpu_count()} cores, median of {RUNS} runs, peak of all")
    say(f"{'':<66} {'seconds':>8} {'MB':>7} {unit:>9}")
    for name, found in rows:
        if found is None:
            say(f"{name:<66} {'failed':>8}")
            continue
        ratio = f"{found[0] / of[0]:.2f}" if of else "-"
        say(f"{name:<66} {found[0]:>8.2f} {found[1]:>7.0f} {ratio:>9}")
