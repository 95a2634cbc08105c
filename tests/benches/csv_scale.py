"""CSV beside Parquet: the same extract of full size in both, and DuckDB's read_csv over the same files, in one run.

The extract is $QUADRANT_DATA/full (or one of our own generator, as in full_scale.py), written as CSV once, in
$QUADRANT_DATA/full_csv or below target/bench. `order_products__train.csv`, as the public download has it, lies beside:
its lines must play no part. Asserted: thresholds and counts from CSV are those from Parquet.
"""

import json
import shutil
import sys

from bench import DATA, QUADRANT, ROOT, WORK, measure, median, peer_python, say, skip, star_extract, star_files, table

# The two scores need each order's lines and reordered lines per customer: one scan of both large files, one join.
READ = """
import sys, duckdb
folder, ending = sys.argv[1], sys.argv[2]
db = duckdb.connect()
read = "read_csv" if ending == "csv" else "read_parquet"
print(db.execute(f\"\"\"
    with lines as (
        select o.user_id, count(*) as n, sum(reordered) as again
        from {read}('{folder}/order_products__prior.{ending}') l
        join {read}('{folder}/orders.{ending}') o using (order_id) group by 1),
    orders as (
        select user_id, avg(days_since_prior_order) as gap
        from {read}('{folder}/orders.{ending}') group by 1 having count(*) >= 5)
    select count(*), median(1 / (gap + 1)), median(again / n) from orders join lines using (user_id)
\"\"\").fetchall())
"""


def written(full, python):
    """The extract as CSV."""
    out = (DATA if full.parent == DATA else WORK) / f"{full.name}_csv"
    if (out / ".done").exists():
        return out
    out.mkdir(parents=True, exist_ok=True)
    say(f"[bench] writing {out}")
    seconds, _ = measure([python, ROOT / "tests" / "tools" / "as_csv.py", full, out])
    if seconds is None:
        return None
    (out / ".done").touch()
    return out


def analysed(files, name):
    """Median seconds and peak megabytes, and what came out."""
    out = WORK / f"out-{name}"
    shutil.rmtree(out, ignore_errors=True)
    found = median([QUADRANT, "analyze", *files, "--out", out])
    if found is None:
        return None, None
    results = json.loads((out / "results.json").read_text())
    thresholds = [results["thresholds"][axis]["p50"] for axis in ("frequency", "loyalty")]
    outcome = thresholds, [segment["count"] for segment in results["segments"]]
    warnings = {w["code"]: w["count"] for w in results["extract"]["warnings"]}
    say(f"[bench] {name}: {outcome}, held-out lines {warnings.get('held_out_lines', 0):,}")
    return found, outcome


def main():
    WORK.mkdir(parents=True, exist_ok=True)
    python = peer_python(["duckdb", "pyarrow"])
    if python is None:
        return
    full, _ = star_extract()
    folder = written(full, python)
    if folder is None:
        skip("CSV beside Parquet", "the extract could not be written as CSV")
        return
    six = sorted(folder.glob("*.csv"))
    megabytes = sum(path.stat().st_size for path in six) / 1e6
    rows = []
    parquet, expected = analysed(star_files(full), "parquet")
    rows.append(("quadrant analyze, Parquet", parquet))
    csv, outcome = analysed(six, "csv")
    rows.append((f"quadrant analyze, CSV ({megabytes:,.0f} MB)", csv))
    rows.append(("DuckDB, Parquet, two scores and medians only", median([python, "-c", READ, full, "parquet"])))
    rows.append(("DuckDB read_csv, CSV, two scores and medians only", median([python, "-c", READ, folder, "csv"])))
    table(rows, "x Parquet", parquet)
    if expected is None or outcome != expected:
        sys.exit(f"CSV gives {outcome}, Parquet {expected}")


if __name__ == "__main__":
    main()
