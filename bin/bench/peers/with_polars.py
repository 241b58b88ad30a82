"""The work of the engine in Polars: the whole file as one frame, every rule as an expression."""

import os

import orders
import polars as pl
from polars import col

EXTRA = "extra"


def read_cells(source: str) -> pl.DataFrame:
    """One column more than there are takes what is too long."""
    return pl.read_csv(
        source,
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys([*orders.COLUMNS, EXTRA], pl.String),
        truncate_ragged_lines=True,
        missing_columns="insert",
    )


def is_broken() -> pl.Expr:
    """Polars fills short rows with nulls. That is no proof, but no planted fault empties both."""
    is_short = col("country").is_null() & col("notes").is_null()
    return col(EXTRA).is_not_null() | is_short


def trimmed(name: str) -> pl.Expr:
    text = col(name).str.strip_chars()
    return pl.when(text != "").then(text)


def typed(cells: pl.DataFrame) -> pl.DataFrame:
    return cells.with_columns(trimmed(name).alias(name) for name in orders.COLUMNS).with_columns(
        email=col("email").str.to_lowercase(),
        country=col("country").str.to_uppercase(),
        quantity_typed=col("quantity").cast(pl.Int32, strict=False),
        unit_price_typed=col("unit_price").cast(pl.Float64, strict=False),
        ordered_at_typed=col("ordered_at").str.to_datetime(
            orders.TIMESTAMP, time_unit="us", time_zone="UTC", strict=False
        ),
    )


def rules() -> dict[orders.Reason, pl.Expr]:
    """True where a row breaks the rule; null, for a cell without a value, is taken for false."""
    names = ("quantity", "unit_price", "ordered_at")
    quantity, price, at = (col(f"{name}_typed") for name in names)
    no_integer = ~col("quantity").str.contains(orders.INTEGER) | quantity.is_null()
    in_time = at.is_between(pl.lit(orders.FIRST), pl.lit(orders.LAST))
    return {
        **{("E_REQUIRED", name): col(name).is_null() for name in orders.REQUIRED},
        ("E_TYPE", "email"): ~col("email").str.contains(orders.EMAIL),
        ("E_TYPE", "quantity"): col("quantity").is_not_null() & no_integer,
        ("E_TYPE", "unit_price"): ~col("unit_price").str.contains(orders.NUMBER),
        ("E_RANGE", "unit_price"): price < 0,
        ("E_ONE_OF", "currency"): ~col("currency").is_in(orders.CURRENCIES),
        ("E_ONE_OF", "status"): ~col("status").is_in(orders.STATUSES),
        ("E_TYPE", "ordered_at"): col("ordered_at").is_not_null() & at.is_null(),
        ("E_RANGE", "ordered_at"): ~in_time,
        ("E_LENGTH", "notes"): col("notes").str.len_chars() > orders.NOTES_MAX,
    }


def published(rows: pl.DataFrame, products: str) -> pl.DataFrame:
    names = pl.read_csv(products, columns=["product_id", "product_name", "category"])
    at = col("ordered_at_typed")
    values = rows.select(
        *("order_id", "customer_id", "email", "product_id"),
        *(col(f"{name}_typed").alias(name) for name in ("quantity", "unit_price")),
        *("currency", "status", at.alias("ordered_at"), "country", "notes"),
        line_total=(col("quantity_typed") * col("unit_price_typed")).round(2),
        order_date=at.dt.date(),
        order_month=at.dt.strftime("%Y-%m"),
    )
    return values.join(names, on="product_id", how="left")


def main() -> None:
    source, out, products = orders.arguments()
    cells = read_cells(source)
    broken = cells.filter(is_broken())
    whole = cells.filter(~is_broken())
    judge = {f"{index}": expr for index, expr in enumerate(rules().values())}
    judged = typed(whole).with_columns(
        expr.fill_null(value=False).alias(name) for name, expr in judge.items()
    )
    is_bad = judged.select(pl.any_horizontal(*judge).alias("is_bad"))["is_bad"]
    sound = judged.filter(~is_bad)
    unique = sound.unique("order_id", keep="first", maintain_order=True)

    reasons = list(rules())
    faults = judged.filter(is_bad).select(*judge).rows()
    raw = whole.filter(is_bad).select(*orders.COLUMNS).to_dicts()
    rejects = [
        (row, [reason for reason, is_hit in zip(reasons, hits, strict=True) if is_hit])
        for row, hits in zip(raw, faults, strict=True)
    ]
    rejects += [(row, [orders.BROKEN_ROW]) for row in broken.rows()]
    orders.write_rejects(out, rejects)

    months = published(unique, products).partition_by(
        "order_month", as_dict=True, include_key=False
    )
    for (month,), rows in months.items():
        path = os.path.join(orders.month_folder(out, month), "data.parquet")
        rows.write_parquet(path, compression="zstd")
    counts = judged.select(col(name).sum() for name in judge).row(0)
    orders.write_summary(
        out,
        published=unique.height,
        rejected=len(rejects),
        deduplicated=sound.height - unique.height,
        reasons={**dict(zip(reasons, counts, strict=True)), orders.BROKEN_ROW: broken.height},
    )


main()
