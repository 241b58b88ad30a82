"""The rules of datasets/orders.ts, written once more by hand, for every Python peer."""

import json
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime

COLUMNS = [
    "order_id",
    "customer_id",
    "email",
    "product_id",
    "quantity",
    "unit_price",
    "currency",
    "status",
    "ordered_at",
    "country",
    "notes",
]
REQUIRED = [name for name in COLUMNS if name != "notes"]
CURRENCIES = ["USD", "EUR", "GBP", "JPY", "CAD", "AUD"]
STATUSES = ["pending", "paid", "shipped", "delivered", "cancelled", "refunded"]
EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
INTEGER = r"^[+-]?[0-9]+$"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]{1,2})?$"
TIMESTAMP = "%Y-%m-%dT%H:%M:%SZ"
FIRST = datetime(2020, 1, 1, tzinfo=UTC)
LAST = datetime(2030, 1, 1, tzinfo=UTC)
NOTES_MAX = 500

Reason = tuple[str, str | None]
"""A code and the field it is about; None where the fields cannot be told apart."""

BROKEN_ROW: Reason = ("E_FIELD_COUNT", None)


def arguments() -> tuple[str, str, str]:
    """The generated file, the folder for the output, and the file of products."""
    source, out, products = sys.argv[1:4]
    return source, out, products


def reason_record(reason: Reason) -> dict[str, str | None]:
    code, field = reason
    return {"code": code, "field": field}


def month_folder(out: str, month: str) -> str:
    """Makes the folder of one month and names it."""
    folder = os.path.join(out, "curated", f"order_month={month}")
    os.makedirs(folder, exist_ok=True)
    return folder


def write_rejects(out: str, rejects: Iterable[tuple[object, list[Reason]]]) -> None:
    """Keeps every rejected row as it came, with all its reasons."""
    with open(os.path.join(out, "rejects.jsonl"), "w", encoding="utf8") as file:
        for raw, reasons in rejects:
            record = {"raw": raw, "reasons": [reason_record(reason) for reason in reasons]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def write_summary(
    out: str, *, published: int, rejected: int, deduplicated: int, reasons: dict[Reason, int]
) -> None:
    """What the bench compares with what was planted (Summary in verify.ts)."""
    summary = {
        "rowsIn": published + rejected + deduplicated,
        "published": published,
        "rejected": rejected,
        "deduplicated": deduplicated,
        "reasons": [{**reason_record(why), "rows": rows} for why, rows in reasons.items() if rows],
    }
    with open(os.path.join(out, "metrics.json"), "w", encoding="utf8") as file:
        json.dump(summary, file)
