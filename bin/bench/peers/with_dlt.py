"""The work of the engine in dlt: pydantic judges rows, dlt types and loads a table per month."""

import csv
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import orders

SOURCE, OUT, PRODUCTS = orders.arguments()
WORK = os.path.join(OUT, "dlt")
LAKE = os.path.join(OUT, "lake")

# dlt reads its settings when it is imported.
os.environ.update(
    {
        "DLT_DATA_DIR": WORK,
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "NORMALIZE__DATA_WRITER__COMPRESSION": "zstd",
        "DATA_WRITER__DISABLE_COMPRESSION": "true",
        "DESTINATION__FILESYSTEM__BUCKET_URL": f"file://{os.path.abspath(LAKE)}",
        "EXTRACT__WORKERS": "1",
        "NORMALIZE__WORKERS": "1",
        "LOAD__WORKERS": "1",
        # Its own state would lie among the rows.
        "RESTORE_FROM_DESTINATION": "false",
    }
)

import dlt  # noqa: E402
from pydantic import (  # noqa: E402
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationError,
)

BATCH_ROWS = 5000
TABLE = "orders_"
CODES = {
    "literal_error": "E_ONE_OF",
    "greater_than_equal": "E_RANGE",
    "less_than_equal": "E_RANGE",
    "string_too_long": "E_LENGTH",
}

Trimmed = BeforeValidator(lambda text: text.strip() or None)
Text = Annotated[str, Trimmed]
InTime = Field(ge=orders.FIRST, le=orders.LAST)


class Order(BaseModel):
    order_id: Text
    customer_id: Text
    email: Annotated[str, StringConstraints(to_lower=True, pattern=orders.EMAIL), Trimmed]
    product_id: Text
    quantity: Annotated[int, Trimmed]
    unit_price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2), Trimmed]
    currency: Annotated[Literal[tuple(orders.CURRENCIES)], Trimmed]
    status: Annotated[Literal[tuple(orders.STATUSES)], Trimmed]
    ordered_at: Annotated[datetime, InTime, Trimmed]
    country: Annotated[str, StringConstraints(to_upper=True), Trimmed]
    notes: Annotated[str | None, Field(max_length=orders.NOTES_MAX), Trimmed]


Row = dict[str, Any]
Rejects = list[tuple[object, list[orders.Reason]]]


def reasons_of(error: ValidationError, row: Row) -> list[orders.Reason]:
    """The validators trim first, so a cell without a value fails with another error of its type."""
    found = []
    for issue in error.errors(include_url=False, include_context=False):
        field = issue["loc"][0]
        is_empty = not row[field].strip()
        found.append(("E_REQUIRED" if is_empty else CODES.get(issue["type"], "E_TYPE"), field))
    return found


def read_products() -> dict[str, Row]:
    with open(PRODUCTS, encoding="utf8", newline="") as file:
        names = ("product_name", "category")
        return {row["product_id"]: {k: row[k] for k in names} for row in csv.DictReader(file)}


def judged(rejects: Rejects, counts: Counter[str]) -> Iterator[Row]:
    """dlt's own contracts drop a bad row without its reason, and its files have no merge."""
    products = read_products()
    seen: set[str] = set()
    with open(SOURCE, encoding="utf8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for cells in lines:
            if len(cells) != len(orders.COLUMNS):
                rejects.append((cells, [orders.BROKEN_ROW]))
                continue
            row = dict(zip(orders.COLUMNS, cells, strict=True))
            try:
                order = Order.model_validate(row)
            except ValidationError as error:
                rejects.append((row, reasons_of(error, row)))
                continue
            if order.order_id in seen:
                counts["deduplicated"] += 1
                continue
            seen.add(order.order_id)
            counts["published"] += 1
            yield {
                **order.model_dump(),
                "line_total": order.quantity * order.unit_price,
                "order_date": order.ordered_at.date(),
                **products.get(order.product_id, {}),
            }


def batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def money(precision: int) -> Row:
    return {"data_type": "decimal", "precision": precision, "scale": 2}


def load(rows: Iterator[Row]) -> None:
    resource = dlt.resource(
        batches(rows),
        name="orders",
        table_name=lambda row: f"{TABLE}{row['ordered_at']:%Y_%m}",
        columns={"unit_price": money(12), "line_total": money(22)},
        write_disposition="append",
    )
    pipeline = dlt.pipeline(
        "orders", destination="filesystem", dataset_name="tables", pipelines_dir=WORK
    )
    pipeline.run(resource, loader_file_format="parquet").raise_on_failed_jobs()


def main() -> None:
    rejects: Rejects = []
    counts: Counter[str] = Counter()
    load(judged(rejects, counts))
    orders.write_rejects(OUT, rejects)
    tables = os.path.join(LAKE, "tables")
    for table in os.listdir(tables):
        if table.startswith(TABLE):
            month = table.removeprefix(TABLE).replace("_", "-")
            os.rename(os.path.join(tables, table), orders.month_folder(OUT, month))
    shutil.rmtree(WORK)
    orders.write_summary(
        OUT,
        published=counts["published"],
        rejected=len(rejects),
        deduplicated=counts["deduplicated"],
        reasons=Counter(reason for _, reasons in rejects for reason in reasons),
    )


main()
