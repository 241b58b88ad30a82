"""Reads Headgate's tables with PyIceberg, and its rejected rows with Arrow, for whoever asks: one
question a line on the standard input, one answer a line on the standard output, both JSON. Being
asked again costs nothing; starting a reader for each question would take most of a test's time.
"""

import json
import sys

import pyarrow.parquet as pq
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import NoSuchTableError
from pyiceberg.expressions import AlwaysTrue, In
from pyiceberg.io import load_file_io
from read_table import arguments, properties, text


def table_rows(catalog, ours, args, question):
    """The rows of some landed files, or all, and the run of every snapshot."""
    try:
        table = catalog.load_table((args.database, question["table"]))
    except NoSuchTableError:
        return {"rows": [], "runs": [], "total": 0}
    table.io = load_file_io({**table.io.properties, **ours}, table.metadata_location)
    files = question.get("files")
    row_filter = AlwaysTrue() if files is None else In("_file", files)
    columns = tuple(question["columns"])
    scan = table.scan(row_filter=row_filter, selected_fields=columns)
    current = table.current_snapshot()
    return {
        "rows": text(scan.to_arrow().to_pylist()) if files is None or files else [],
        "runs": [snapshot.summary["headgate.run-id"] for snapshot in table.snapshots()],
        "total": int(current.summary["total-records"]) if current else 0,
    }


def parquet_rows(ours, question):
    """Some columns of one Parquet file, which no table has."""
    uri = question["parquet"]
    with load_file_io(ours, uri).new_input(uri).open() as file:
        rows = pq.read_table(file, columns=question["columns"])
    return {"rows": text(rows.to_pylist())}


def main():
    args = arguments()
    ours = properties(args)
    catalog = load_catalog("headgate", **ours)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            if "parquet" in question:
                answer = parquet_rows(ours, question)
            else:
                answer = table_rows(catalog, ours, args, question)
        except Exception as error:  # whoever asked decides what it means
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
