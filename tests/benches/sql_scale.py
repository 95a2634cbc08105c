"""Full scale where the data live: the exported scoring SQL on DuckDB and Spark beside our own run, with the differences.

Needs the full star extract below $QUADRANT_DATA (else skips) and the environment of `.ci/engines` (target/venv).
"""

import subprocess
import sys
import time

from bench import DATA, QUADRANT, WORK, say, skip

OUT = WORK / "sql"
FILES = [DATA / "full" / f"{name}.parquet" for name in ("orders", "order_products__prior", "products", "aisles")]


def duckdb_seconds(check, scoring):
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads TO 2")
    for path in [*FILES, OUT / "assignments.parquet"]:
        connection.execute(f"CREATE VIEW \"{path.stem}\" AS SELECT * FROM read_parquet('{path}')")
    started = time.perf_counter()
    rows = connection.execute(f"SELECT COUNT(*), COUNT(segment), SUM(freq_score) FROM ({scoring})").fetchone()
    seconds = time.perf_counter() - started
    return seconds, rows, connection.execute(check).fetchone()


def spark_seconds(check, scoring):
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "6g")
        .config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "16").getOrCreate()
    )
    spark.sparkContext.setLogLevel("ERROR")
    for path in [*FILES, OUT / "assignments.parquet"]:
        spark.read.parquet(str(path)).createOrReplaceTempView(f"`{path.stem}`")
    started = time.perf_counter()
    [rows] = spark.sql(f"SELECT COUNT(*), COUNT(segment), SUM(freq_score) FROM ({scoring})").collect()
    seconds = time.perf_counter() - started
    plan = spark._jsparkSession.sql(scoring).queryExecution().executedPlan().toString()
    say(f"  Spark reads the lines {plan.count('order_products__prior')} time(s)")
    [difference] = spark.sql(check).collect()
    spark.stop()
    return seconds, tuple(rows), tuple(difference)


def main():
    if not all(path.exists() for path in FILES):
        skip("scoring SQL at full scale", f"{DATA / 'full'} absent")
        return
    started = time.perf_counter()
    subprocess.run([QUADRANT, "analyze", *FILES, "--out", OUT], check=True, capture_output=True)
    say(f"quadrant analyze, everything, depth quick: {time.perf_counter() - started:.1f} s")
    for name, run in [("duckdb", duckdb_seconds), ("spark", spark_seconds)]:
        check = (OUT / "sql" / "check" / f"{name}.sql").read_text()
        scoring = (OUT / "sql" / f"{name}.sql").read_text()
        try:
            seconds, (customers, assigned, _), (differences, compared) = run(check, scoring)
        except ImportError as error:
            skip(name, error)
            continue
        say(f"{name}: scoring SQL {seconds:.1f} s, {assigned} of {customers} customers in a segment, "
            f"{differences} differences in {compared}")
        if differences:
            sys.exit(1)


if __name__ == "__main__":
    main()
