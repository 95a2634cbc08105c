"""Runs the exported SQL in real engines: 0 differences to the analysis, on every case, by the exported check; and the
statuses and frozen percentiles of `quadrant score`, customer for customer. The plan of each engine reads a table of order
lines once.

    python tests/engines/run.py duckdb            (part of `make test`)
    python tests/engines/run.py spark postgres sqlglot
"""

import json
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import pyarrow.parquet as pq  # noqa: E402
from cases import ROOT, all_cases  # noqa: E402


def tables(case, out):
    """Files and the names of their tables."""
    yield from ((path, path.stem) for path in case.files)
    yield out / "assignments.parquet", case.uploaded()


def sql(out, name, check):
    return (out / "sql" / ("check" if check else "") / f"{name}.sql").read_text()


class DuckDb:
    """The `duckdb` package, one database per case."""

    name = "duckdb"
    dialect = "duckdb"
    kind = "VIEW"

    def __init__(self):
        import duckdb

        self.duckdb = duckdb

    def open(self, case, out):
        connection = self.duckdb.connect()
        for path, name in tables(case, out):
            stem = name.replace('"', '""')
            where = str(path).replace("'", "''")
            connection.execute(f"CREATE {self.kind} \"{stem}\" AS SELECT * FROM read_parquet('{where}')")
        return connection

    def query(self, connection, text):
        return connection.execute(text).fetchall()

    def scans(self, connection, text):
        """How often the plan reads each table. A view's plan names no file: on tables, of which a few rows will do."""
        beside = self.duckdb.connect()
        # From a few rows it would see that nothing joins, and leave the scan out.
        beside.execute("SET disabled_optimizers = 'statistics_propagation'")
        for (name,) in self.query(connection, "SELECT table_name FROM information_schema.tables"):
            quoted = '"' + name.replace('"', '""') + '"'
            rows = connection.sql(f"FROM {quoted} LIMIT 100").to_arrow_table()
            beside.execute(f"CREATE TABLE {quoted} AS FROM rows")
        found = Counter()

        def walk(node):
            table = node.get("extra_info", {}).get("Table")
            if table:
                name = table.split(".main.", 1)[-1]
                found[name[1:-1].replace('""', '"') if name.startswith('"') else name] += 1
            for below in node.get("children", []):
                walk(below)

        [(_, plan)] = beside.execute(f"EXPLAIN (FORMAT JSON) {text}").fetchall()
        for node in json.loads(plan):
            walk(node)
        beside.close()
        return found

    def translate(self, text):
        return text

    def close(self, connection):
        connection.close()


class Transpiled(DuckDb):
    """Other dialects, parsed and transpiled to DuckDB by sqlglot, then run there.

    On tables: over Parquet, DuckDB folds comparisons by statistics that leave NaN out, and those engines do not.
    """

    kind = "TABLE"

    def __init__(self, dialect):
        super().__init__()
        self.dialect = dialect
        self.name = f"{dialect} through sqlglot"

    def translate(self, text):
        import sqlglot

        statements = sqlglot.parse(text, read=self.dialect, error_level=sqlglot.ErrorLevel.RAISE)
        assert len(statements) == 1
        return statements[0].sql(dialect="duckdb")


class Spark(DuckDb):
    """Local PySpark."""

    name = "spark"
    dialect = "spark"

    def __init__(self):
        from pyspark.sql import SparkSession

        self.spark = (
            SparkSession.builder.master("local[2]").appName("quadrant").config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "4").config("spark.driver.memory", "3g")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.maxMetadataStringLength", "4000").getOrCreate()
        )
        self.spark.sparkContext.setLogLevel("ERROR")

    def open(self, case, out):
        places = {}
        for path, name in tables(case, out):
            quoted = "`" + name.replace("`", "``") + "`"
            # Spark's readers take some characters of a path for a pattern.
            link = Path(tempfile.mkdtemp()) / "table.parquet"
            link.symlink_to(path)
            self.spark.read.parquet(str(link)).createOrReplaceTempView(quoted)
            places[name] = str(link)
        return places

    def scans(self, connection, text):
        plan = self.spark.sql(text)._jdf.queryExecution().executedPlan().toString()
        read = re.findall(r"FileScan parquet .*?Location: \w+\(\d+ paths?\)\[file:([^\]]+)\]", plan)
        return Counter({name: read.count(place) for name, place in connection.items()})

    def query(self, connection, text):
        # INT96, which Complete Journey has, is shown in the session's zone: the query's head says so.
        zone = "UTC" if "transactions" in connection else "America/New_York"
        self.spark.conf.set("spark.sql.session.timeZone", zone)
        return [tuple(row) for row in self.spark.sql(text).collect()]

    def close(self, connection):
        for name in connection:
            self.spark.catalog.dropTempView(name)


FROZEN = ["segment", "freq_percentile", "loyalty_percentile", "status"]


def unlike(scored, rows):
    """Customers whom the query gives another segment, percentile or status than `quadrant score` does."""
    ours = dict(zip(scored[0].to_pylist(), zip(*(scored[name].to_pylist() for name in FROZEN))))
    # id, segment, both scores, both percentiles, orders, status
    theirs = {row[0]: (row[1], row[4], row[5], row[7]) for row in rows}
    assert len(theirs) == len(rows), "a customer stands twice"
    return sum(ours.get(who) != theirs.get(who) for who in ours.keys() | theirs.keys())


def engines(wanted):
    for name in wanted:
        if name == "duckdb":
            yield DuckDb()
        elif name == "spark":
            yield Spark()
        elif name == "postgres":
            from postgres import Postgres

            yield Postgres()
        elif name == "sqlglot":
            yield Transpiled("bigquery")
            yield Transpiled("snowflake")
        else:
            raise SystemExit(f"no such engine: {name}")


def main(wanted):
    work = ROOT / "target" / "engines"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    cases = [case for case in all_cases(work) if not case.engines or set(case.engines) & set(wanted)]
    cases = [(case, case.analyze(work)) for case in cases]
    cases = [(case, out, case.score(out)) for case, out in cases]
    failed = 0
    for engine in engines(wanted):
        for case, out, scored in cases:
            if case.engines and engine.name not in case.engines:
                continue
            started = time.monotonic()
            rows = pq.read_metadata(out / "assignments.parquet").num_rows
            try:
                connection = engine.open(case, out)
                try:
                    [(differences, compared)] = engine.query(connection, engine.translate(sql(out, engine.dialect, True)))
                    scoring = engine.translate(sql(out, engine.dialect, False))
                    began = time.monotonic()
                    everyone = engine.query(connection, scoring)
                    took = time.monotonic() - began
                    read = engine.scans(connection, scoring)
                    scans = {name: read[name] for name in sorted(case.lines(out))}
                finally:
                    engine.close(connection)
                others = unlike(scored, everyone)
                once = all(count == 1 for count in scans.values())
                ok = differences == 0 and others == 0 and compared == rows and rows > 0 and once
                told = f"{differences} differences in {compared} of {rows} customers, {others} in {len(everyone)} of every status"
                told += "".join(f", {name} read {count} times" for name, count in scans.items() if count != 1)
                told += f", scoring alone {took:.1f} s"
            except Exception as error:  # an engine's refusal is a failure of ours
                ok, told = False, f"{type(error).__name__}: {str(error)[:1500]}"
            failed += not ok
            print(f"{'ok    ' if ok else 'FAILED'} {engine.name}: {case.name}: {told} ({time.monotonic() - started:.1f} s)", flush=True)
    if failed:
        raise SystemExit(f"{failed} failed")


if __name__ == "__main__":
    main(sys.argv[1:] or ["duckdb"])
