"""Extracts on which the scoring SQL must give what the analysis gives: real ones where they are, generated and hostile ones."""

import json
import math
import os
import random
import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("QUADRANT_DATA") or ROOT.parent / "data")
BINARY = Path(os.environ.get("QUADRANT_BINARY") or ROOT / "target/debug/quadrant")


class Case:
    """A named extract: its files, how it is analyzed, and which engines can hold it (all, if not said)."""

    def __init__(self, name, files, arguments=(), engines=None):
        self.name, self.files, self.arguments, self.engines = name, [Path(f) for f in files], list(arguments), engines

    def uploaded(self):
        """Name of the table that the self-check reads; a table of the extract's own may have the usual one."""
        return "quadrant_assignments" if "assignments" in {path.stem.lower() for path in self.files} else "assignments"

    def lines(self, out):
        """Tables that hold the order lines, as the baseline has mapped them; none at customer level."""
        columns = json.loads((out / "baseline.json").read_text())["extract"]["columns"]
        return {Path(column["file"]).stem for column in columns if column["role"] == "product"}

    def analyze(self, work):
        """Folder with assignments, baseline and SQL."""
        out = work / self.name / "out"
        done = subprocess.run(
            [BINARY, "analyze", *self.files, *self.arguments, "--out", out], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{self.name}: {done.stderr[-2000:]}"
        return out

    def score(self, out):
        """Every customer of the same extract at the baseline's thresholds, those without a segment too."""
        scored = out / "scored.parquet"
        kept = [part for at, part in enumerate(self.arguments) if "--min-orders" not in self.arguments[max(at - 1, 0):at + 1]]
        command = [BINARY, "score", *self.files, *kept, "--baseline", out / "baseline.json", "--out", scored]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{self.name}: {done.stderr[-2000:]}"
        return pq.read_table(scored)


def skipped(what):
    print(f"SKIPPED: {what} absent", flush=True)


def real():
    star = [DATA / "u2000" / f"{name}.parquet" for name in ("orders", "order_products__prior", "products", "aisles")]
    if all(path.exists() for path in star):
        yield Case("u2000-star", star)
        wide = DATA / "u2000/order_lines.parquet"
        if wide.exists():
            yield Case("u2000-wide", [wide])
    else:
        skipped(DATA / "u2000")
    journey = [DATA / "cj" / f"{name}.parquet" for name in ("transactions", "products")]
    if all(path.exists() for path in journey):
        yield Case("complete-journey", journey)
        yield Case("complete-journey-as-of", journey, ["--as-of", "2017-06-30", "--min-orders", "3"])
    else:
        skipped(DATA / "cj")
    full = [DATA / "full" / f"{name}.parquet" for name in ("orders", "order_products__prior", "products", "aisles")]
    if all(path.exists() for path in full):
        yield Case("full-star", full, engines=["duckdb", "spark"])
    else:
        skipped(DATA / "full")


def generated(work):
    for layout, scenario, customers in [
        ("star", "string-ids", 400),
        ("wide", "string-ids", 400),
        ("wide", "broken-column", 400),
        ("star", "broken-column", 400),
        ("customers", "typical", 1200),
    ]:
        folder = work / f"generated-{layout}-{scenario}" / "in"
        subprocess.run(
            [BINARY, "generate", "--customers", str(customers), "--layout", layout, "--scenario", scenario, "--seed", "5",
             "--out", folder],
            check=True, capture_output=True,
        )
        yield Case(f"generated-{layout}-{scenario}", sorted(folder.glob("*.parquet")))
    yield from wide_ids(work)
    yield from named_like_ours(work)


def write(folder, name, columns):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.parquet"
    pq.write_table(pa.table(columns), path)
    return path


def wide_ids(work):
    """A generated star with 64-bit ids that no float holds, in tables and columns with hostile names."""
    source = work / "generated-star-string-ids" / "in"
    folder = work / "hostile-64-bit" / "in"
    orders, lines = (pq.read_table(source / f"{name}.parquet") for name in ("orders", "order_products__prior"))
    number = {}

    def big(column):
        # Neighbours above 2^53: as floats they would be equal.
        return pa.array([number.setdefault(v, 2**62 + len(number)) for v in column.to_pylist()], pa.int64())

    order = 'order "id"; DROP TABLE x --'
    one = {
        order: big(orders["order_id"]),
        "customer`id \\ ' ü": big(orders["user_id"]),
        "order_number": orders["order_number"],
        "days_since_prior_order": orders["days_since_prior_order"],
    }
    two = {"order_id": big(lines["order_id"]), "product_id": big(lines["product_id"]), "re-ordered?": lines["reordered"]}
    files = [write(folder, 'select * from "orders', one), write(folder, "order lines--", two)]
    mapping = folder / "mapping.json"

    def at(path, column):
        return [{"file": path.name, "column": column}]

    mapping.write_text(json.dumps({"layout": "star", "roles": {
        "customer": at(files[0], "customer`id \\ ' ü"), "order": at(files[0], order),
        "order_sequence": at(files[0], "order_number"), "days_since_prior": at(files[0], "days_since_prior_order"),
        "line_order": at(files[1], "order_id"), "product": at(files[1], "product_id"), "reordered": at(files[1], "re-ordered?"),
    }}))
    yield Case("hostile-64-bit", files, ["--mapping", str(mapping)])


def named_like_ours(work):
    """Tables named like steps of the query, and like the self-check's own table; engines differ in what case tells apart."""
    source = work / "generated-star-string-ids" / "in"
    for number, (orders, lines) in enumerate([("lines_in", "orders_in"), ("Q_Lines_In", "q_orders_in"), ("SCORED", "assignments")]):
        folder = work / f"named-like-ours-{number}" / "in"
        folder.mkdir(parents=True)
        files = [folder / f"{orders}.parquet", folder / f"{lines}.parquet"]
        for path, name in zip(files, ("orders", "order_products__prior")):
            path.write_bytes((source / f"{name}.parquet").read_bytes())
        yield Case(folder.parent.name, files)


def messy(work):
    """Every derivation rule at once: returns, repeats, nulls, shared order ids, odd times."""
    rng = random.Random(11)
    customers, orders, products, stamps, units = ([] for _ in range(5))
    order = 0
    for customer in range(1, 241):
        day = rng.randint(17_000, 17_060)
        for _ in range(rng.randint(1, 14)):
            order += 1
            day += rng.choice([0, 0, 1, 3, 7, 7, 14, 30])
            clock = rng.randint(0, 86_399)
            known = rng.random() > 0.06
            for _ in range(rng.randint(1, 6)):
                # Lines of one order are written minutes apart, some past midnight.
                at = day * 86_400 + clock + rng.randint(0, 40_000)
                repeats = 2 if rng.random() < 0.1 else 1
                product = None if rng.random() < 0.03 else rng.randint(1, 25)
                for _ in range(repeats):
                    customers.append(None if rng.random() < 0.01 else customer)
                    # Some order ids stand under the next customer too.
                    orders.append(None if rng.random() < 0.01 else order - (order % 40 == 0))
                    products.append(product)
                    units.append(rng.choice([1.0, 1.0, 2.0, 0.5, -1.0, 0.0, math.nan, None, 1.0, 1.0]))
                    stamps.append(at * 1_000_000 if known else None)
    days = [None if s is None else s // 86_400_000_000 for s in stamps]
    stamp = pa.array(stamps, pa.timestamp("us"))
    known = stamp.to_pylist()

    def written(at, row):
        if at is None:
            return None
        if row % 6 == 0:
            return "2024-02-30"  # no such day
        return f"{at:%Y-%m-%d %H:%M:%S}" if row % 2 else f"{at:%Y/%m/%dT%H:%M:%S+02:00}"

    texts = [written(at, row) for row, at in enumerate(known)]
    calendar = [None if at is None else int(f"{at:%Y%m%d}") for at in known]
    epochs = [None if s is None else s // 1000 for s in stamps]
    base = {
        "client": pa.array(customers, pa.int64()), "receipt": pa.array(orders, pa.int64()),
        "sku": pa.array(products, pa.int32()), "quantity": pa.array(units, pa.float64()),
    }
    writings = {
        "wall": stamp,
        "utc": stamp.cast(pa.timestamp("us", tz="UTC")),
        "offset": stamp.cast(pa.timestamp("us", tz="+05:30")),
        # The clock goes back and forth, and half of the days are not those of UTC.
        "zone": stamp.cast(pa.timestamp("us", tz="America/Los_Angeles")),
        "date": pa.array(days, pa.int32()).cast(pa.date32()),
        "text": pa.array(texts, pa.string()),
        "millis": pa.array(epochs, pa.int64()),
        "calendar": pa.array(calendar, pa.int64()),
    }
    roles = {"customer": "client", "order": "receipt", "product": "sku", "quantity": "quantity", "order_timestamp": "at"}
    for name, column in writings.items():
        yield wide_case(work, f"messy-{name}", {**base, "at": column}, roles, ["--min-orders", "3"])
    sequence = pa.array([None if rng.random() < 0.02 else (o or 0) % 9 for o in orders], pa.int32())
    yield wide_case(
        work, "messy-sequence", {**base, "at": stamp, "number": sequence}, {**roles, "order_sequence": "number"},
        ["--min-orders", "3"],
    )
    text = pa.array([None if u is None or math.isnan(u) else f" {u}" for u in units], pa.string())
    again = pa.array([rng.choice(["yes", "No", "1", "0", None, "true"]) for _ in units], pa.string())
    # Empty text is no customer, no order and no product.
    worded = {
        name: pa.array([v if v is None else "" if rng.random() < 0.02 else f"{name[0]}{v}" for v in base[name].to_pylist()])
        for name in ("client", "receipt", "sku")
    }
    yield wide_case(work, "messy-empty-ids", {**base, **worded, "at": stamp}, roles, ["--min-orders", "3"])
    # Both derived, and orders after a date left out: the day of an order is that of its earliest line.
    yield wide_case(work, "messy-as-of", {**base, "at": stamp}, roles, ["--min-orders", "3", "--as-of", "2016-09-30"])
    yield wide_case(
        work, "messy-sequence-flags", {**base, "at": stamp, "number": sequence, "again": again},
        {**roles, "order_sequence": "number", "reordered": "again"}, ["--min-orders", "3"],
    )
    yield wide_case(
        work, "messy-sequence-as-of", {**base, "at": stamp, "number": sequence}, {**roles, "order_sequence": "number"},
        ["--min-orders", "3", "--as-of", "2016-09-30"],
    )
    yield wide_case(
        work, "messy-flags", {**base, "quantity": text, "again": again, "at": stamp}, {**roles, "reordered": "again"},
        ["--min-orders", "3", "--as-of", "2016-09-30"],
    )
    yield star_case(work, rng, base, stamp)


def wide_case(work, name, columns, roles, arguments):
    path = write(work / name / "in", "lines", columns)
    mapping = path.parent / "mapping.json"
    mapping.write_text(json.dumps(
        {"layout": "wide", "roles": {role: [{"file": path.name, "column": column}] for role, column in roles.items()}}
    ))
    return Case(name, [path], ["--mapping", str(mapping), *arguments])


def star_case(work, rng, base, stamp):
    """Orders that stand twice, lines without an order, ids as floats with NaN, gaps below 0 or of ages; lines in two files."""
    rows = {}
    for client, receipt, at in zip(base["client"].to_pylist(), base["receipt"].to_pylist(), stamp.to_pylist()):
        if client is not None and receipt is not None and receipt % 40 != 39:
            rows.setdefault(receipt, (client, at))
    orders = list(rows.items())
    orders += rng.sample(orders, 20)
    gaps = {key: rng.choice([0.0, 3.0, 7.0, 30.0, -2.0, math.inf, math.nan, None, 5.0, 9.0, 40_000.0]) for key in rows}
    one = {
        "order_id": pa.array([float(key) for key, _ in orders] + [math.nan], pa.float64()),
        "user_id": pa.array([float(value[0]) for _, value in orders] + [5.0], pa.float64()),
        "ordered": pa.array([value[1] for _, value in orders] + [None], pa.timestamp("us")),
        "gap": pa.array([gaps[key] for key, _ in orders] + [1.0], pa.float64()),
    }
    half = len(base["client"]) // 2
    folder = work / "messy-star" / "in"
    files = [write(folder, "orders", one)]
    roles = {"customer": "user_id", "order": "order_id", "order_timestamp": "ordered", "days_since_prior": "gap"}
    mapping = {role: [{"file": files[0].name, "column": column}] for role, column in roles.items()}
    for number, part in enumerate([slice(0, half), slice(half, None)]):
        lines = {
            f"receipt{number}": base["receipt"][part].cast(pa.float64()),
            "sku": base["sku"][part],
            "quantity": base["quantity"][part],
        }
        path = write(folder, f"lines_{number}", lines)
        files.append(path)
        for role, column in [("line_order", f"receipt{number}"), ("product", "sku"), ("quantity", "quantity")]:
            mapping.setdefault(role, []).append({"file": path.name, "column": column})
    target = folder / "mapping.json"
    target.write_text(json.dumps({"layout": "star", "roles": mapping}))
    return Case("messy-star", files, ["--mapping", str(target), "--min-orders", "3"])


def all_cases(work):
    yield from real()
    yield from generated(work)
    yield from messy(work)


