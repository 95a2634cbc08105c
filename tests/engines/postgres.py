"""A PostgreSQL of our own: a cluster in a temporary folder, reached through a socket, stopped when the run ends."""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def type_of(field):
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_integer(kind):
        return "BIGINT"
    if pa.types.is_floating(kind):
        return "DOUBLE PRECISION"
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMP" if kind.tz is None else "TIMESTAMPTZ"
    return "TEXT"


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Postgres:
    """Starts a cluster; root becomes the user postgres for it, as the server asks."""

    name = "postgres"
    dialect = "postgres"

    def __init__(self):
        if not PROGRAMS:
            raise SystemExit("no PostgreSQL under /usr/lib/postgresql: .ci/setup engines installs it")
        self.folder = Path(tempfile.mkdtemp(prefix="quadrant-pg-"))
        self.prefix = []
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            self.prefix = ["runuser", "-u", "postgres", "--"]
        data = self.folder / "data"
        self.run(PROGRAMS[0] / "initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-U", "postgres")
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c timezone=America/New_York"
        self.run(PROGRAMS[0] / "pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o", options, "start")
        atexit.register(self.stop)

    def run(self, *command):
        subprocess.run([*self.prefix, *map(str, command)], check=True, stdout=subprocess.DEVNULL, cwd=self.folder)

    def stop(self):
        self.run(PROGRAMS[0] / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def psql(self, text, stdin=None):
        done = subprocess.run(
            ["psql", "-h", self.folder, "-U", "postgres", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-At", "-c", text],
            stdin=stdin, capture_output=True, text=True, check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout

    def open(self, case, out):
        self.psql("DROP SCHEMA public CASCADE")
        self.psql("CREATE SCHEMA public")
        for path, name in [*((path, path.stem) for path in case.files), (out / "assignments.parquet", case.uploaded())]:
            table = pq.read_table(path)
            for at, field in enumerate(table.schema):
                if pa.types.is_timestamp(field.type) and field.type.tz:
                    table = table.set_column(at, field.name, table[at].cast(pa.timestamp("us", tz="UTC")))
            columns = ", ".join(f"{quoted(f.name)} {type_of(f)}" for f in table.schema)
            self.psql(f"CREATE TABLE {quoted(name)} ({columns})")
            text = self.folder / "table.csv"
            pyarrow.csv.write_csv(table, text, pyarrow.csv.WriteOptions(include_header=False))
            with open(text) as rows:
                self.psql(f"COPY {quoted(name)} FROM STDIN (FORMAT csv)", rows)
        return None

    def query(self, _connection, text):
        # As JSON, which keeps null, numbers and text apart, whatever stands in a name.
        return [tuple(json.loads(line).values()) for line in self.psql(f"SELECT row_to_json(r) FROM (\n{text}) AS r").splitlines()]

    def scans(self, _connection, text):
        """How often the plan reads each table."""
        found = Counter()

        def walk(node):
            if "Relation Name" in node:
                found[node["Relation Name"]] += 1
            for below in node.get("Plans", []):
                walk(below)

        walk(json.loads(self.psql(f"EXPLAIN (FORMAT JSON)\n{text}"))[0]["Plan"])
        return found

    def translate(self, text):
        return text

    def close(self, _connection):
        pass
