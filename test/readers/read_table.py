"""Reads a Headgate table with PyIceberg, a reader that shares no code with Headgate, and prints
what it found as JSON. The tests compare that with what was dropped.

Credentials come from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; a private
certificate authority from AWS_CA_BUNDLE.
"""

import argparse
import functools
import json
import os
from decimal import Decimal

import pyarrow.compute as pc
from pyarrow import fs
from pyiceberg.catalog import load_catalog
from pyiceberg.expressions import AlwaysTrue, parser
from pyiceberg.io import load_file_io
from pyiceberg.table import StaticTable


def arguments():
    args = argparse.ArgumentParser(description=__doc__)
    args.add_argument("--metadata", help="a table's metadata file, to read it without a catalogue")
    args.add_argument("--uri", help="address of the Iceberg REST service")
    args.add_argument("--catalog-id")
    args.add_argument("--database")
    args.add_argument("--table")
    args.add_argument("--region", default=os.environ.get("AWS_REGION", "us-east-1"))
    args.add_argument("--s3-endpoint", help="where the data lies, when it is not AWS")
    args.add_argument("--filter", help="a row filter in PyIceberg's grammar")
    args.add_argument("--snapshot", type=int, help="read the table as of this snapshot")
    args.add_argument("--sum", action="append", default=[], metavar="COLUMN")
    args.add_argument("--distinct", action="append", default=[], metavar="COLUMN")
    args.add_argument("--sample", type=int, default=5, help="how many rows to print")
    args.add_argument("--order", help="column that decides which rows the sample has")
    return args.parse_args()


def properties(args):
    bundle = os.environ.get("AWS_CA_BUNDLE")
    token = os.environ.get("AWS_SESSION_TOKEN")
    found = {
        "type": "rest",
        "uri": args.uri,
        "warehouse": args.catalog_id,
        "rest.sigv4-enabled": "true",
        "rest.signing-name": "glue",
        "rest.signing-region": args.region,
        "s3.region": args.region,
        "s3.access-key-id": os.environ["AWS_ACCESS_KEY_ID"],
        "s3.secret-access-key": os.environ["AWS_SECRET_ACCESS_KEY"],
    }
    if args.s3_endpoint:
        found["s3.endpoint"] = args.s3_endpoint
        found["s3.force-virtual-addressing"] = "false"
    if token:
        found["s3.session-token"] = token
    if bundle:
        found["ssl"] = {"cabundle": bundle}
        # PyIceberg has no setting for the certificates that pyarrow's S3 believes.
        fs.S3FileSystem = functools.partial(fs.S3FileSystem, tls_ca_file_path=bundle)
    return found


def text(value):
    """Values as text that loses nothing: no float for money, no rounded int64."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return [text(part) for part in value]
    if isinstance(value, dict):
        return {key: text(part) for key, part in value.items()}
    return str(value)


def total(column):
    """In Python's own numbers: Arrow's sum of int64 wraps around without a word."""
    return sum((value for value in column.to_pylist() if value is not None), 0)


def opened(args):
    if args.metadata:
        return StaticTable.from_metadata(args.metadata)
    ours = properties(args)
    table = load_catalog("headgate", **ours).load_table((args.database, args.table))
    # A catalogue may hand out its own storage settings; what was asked for here goes first.
    table.io = load_file_io({**table.io.properties, **ours}, table.metadata_location)
    return table


def main():
    args = arguments()
    table = opened(args)
    row_filter = parser.parse(args.filter) if args.filter else AlwaysTrue()
    scan = table.scan(row_filter=row_filter, snapshot_id=args.snapshot)
    everything = table.scan(snapshot_id=args.snapshot)
    rows = scan.to_arrow()
    ordered = rows.sort_by(args.order) if args.order else rows
    current = table.current_snapshot()
    shown = args.snapshot or (current.snapshot_id if current else None)
    print(
        json.dumps(
            {
                "rows": rows.num_rows,
                "snapshot_id": text(shown),
                "files_planned": len(list(scan.plan_files())),
                "files_total": len(list(everything.plan_files())),
                "sums": {name: text(total(rows[name])) for name in args.sum},
                "distinct": {
                    name: pc.count_distinct(rows[name], mode="all").as_py()
                    for name in args.distinct
                },
                "nulls": {name: rows[name].null_count for name in rows.column_names},
                "schema": [
                    {
                        "id": field.field_id,
                        "name": field.name,
                        "type": str(field.field_type),
                        "required": field.required,
                    }
                    for field in table.schema().fields
                ],
                "partition": [
                    {"name": field.name, "transform": str(field.transform)}
                    for field in table.spec().fields
                ],
                "history": [
                    {
                        "snapshot_id": text(snapshot.snapshot_id),
                        "operation": snapshot.summary.operation.value,
                        "run_id": snapshot.summary["headgate.run-id"],
                    }
                    for snapshot in table.snapshots()
                ],
                "sample": text(ordered.slice(0, args.sample).to_pylist()),
            }
        )
    )


if __name__ == "__main__":
    main()
