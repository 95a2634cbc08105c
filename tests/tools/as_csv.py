"""Writes a star extract (Parquet, in the first folder) as CSV (into the second), named as the public download names it.

`order_products__train.csv`, lines that the download keeps apart, lies beside where the orders have an `eval_set`.
"""

import sys

import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq

source, target = sys.argv[1:]
tables = {}
for name in ("orders", "order_products__prior", "products", "aisles", "departments"):
    tables[name] = pq.read_table(f"{source}/{name}.parquet")
    csv.write_csv(tables[name], f"{target}/{name}.csv")
orders, lines = tables["orders"], tables["order_products__prior"]
if "eval_set" in orders.column_names:
    # The true lines of the last orders are not here: those of the order before stand in for them.
    last = orders.filter(pc.equal(orders["eval_set"], "train")).select(["order_id", "user_id", "order_number"])
    number = pc.subtract(last["order_number"], 1).cast(orders["order_number"].type)
    last = last.set_column(2, "order_number", number)
    before = orders.select(["order_id", "user_id", "order_number"]).rename_columns(["before", "user_id", "order_number"])
    pairs = last.join(before, keys=["user_id", "order_number"], join_type="inner").select(["order_id", "before"])
    train = lines.rename_columns(["before" if name == "order_id" else name for name in lines.column_names])
    train = train.join(pairs, keys="before", join_type="inner").select(lines.column_names)
    train = train.sort_by([("order_id", "ascending"), ("add_to_cart_order", "ascending")])
    csv.write_csv(train, f"{target}/order_products__train.csv")
