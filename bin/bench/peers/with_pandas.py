"""The work of the engine in pandas: the whole file as one frame, every rule as a mask."""

import csv

import orders
import pandas as pd


def read_cells(source: str) -> tuple[pd.DataFrame, list[list[str]]]:
    """read_csv fills short rows without a word, so the csv module counts the fields."""
    whole, broken = [], []
    with open(source, encoding="utf8", newline="") as file:
        lines = csv.reader(file)
        next(lines)
        for row in lines:
            (whole if len(row) == len(orders.COLUMNS) else broken).append(row)
    return pd.DataFrame(whole, columns=orders.COLUMNS, dtype="str"), broken


def trimmed(cells: pd.DataFrame) -> pd.DataFrame:
    texts = cells.apply(lambda column: column.str.strip())
    texts["email"] = texts["email"].str.lower()
    texts["country"] = texts["country"].str.upper()
    return texts


def typed(texts: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "quantity": pd.to_numeric(texts["quantity"], errors="coerce"),
            "unit_price": pd.to_numeric(texts["unit_price"], errors="coerce"),
            "ordered_at": pd.to_datetime(
                texts["ordered_at"], format=orders.TIMESTAMP, errors="coerce", utc=True
            ),
        }
    )


def rules(texts: pd.DataFrame, values: pd.DataFrame) -> dict[orders.Reason, pd.Series]:
    """True where a row breaks the rule."""
    is_there = texts != ""
    at = values["ordered_at"]

    def unlike(name: str, pattern: str) -> pd.Series:
        return is_there[name] & ~texts[name].str.match(pattern)

    def none_of(name: str, allowed: list[str]) -> pd.Series:
        return is_there[name] & ~texts[name].isin(allowed)

    return {
        **{("E_REQUIRED", name): ~is_there[name] for name in orders.REQUIRED},
        ("E_TYPE", "email"): unlike("email", orders.EMAIL),
        ("E_TYPE", "quantity"): unlike("quantity", orders.INTEGER),
        ("E_TYPE", "unit_price"): unlike("unit_price", orders.NUMBER),
        ("E_RANGE", "unit_price"): values["unit_price"] < 0,
        ("E_ONE_OF", "currency"): none_of("currency", orders.CURRENCIES),
        ("E_ONE_OF", "status"): none_of("status", orders.STATUSES),
        ("E_TYPE", "ordered_at"): is_there["ordered_at"] & at.isna(),
        ("E_RANGE", "ordered_at"): at.notna() & ~at.between(orders.FIRST, orders.LAST),
        ("E_LENGTH", "notes"): texts["notes"].str.len() > orders.NOTES_MAX,
    }


def published(texts: pd.DataFrame, values: pd.DataFrame, products: str) -> pd.DataFrame:
    names = pd.read_csv(products, usecols=["product_id", "product_name", "category"])
    rows = texts.assign(
        quantity=values["quantity"].astype("int32"),
        unit_price=values["unit_price"],
        ordered_at=values["ordered_at"],
        notes=texts["notes"].where(texts["notes"] != "", None),
    )
    rows["line_total"] = (rows["quantity"] * rows["unit_price"]).round(2)
    rows["order_date"] = rows["ordered_at"].dt.date
    rows["order_month"] = rows["ordered_at"].dt.strftime("%Y-%m")
    return rows.merge(names, on="product_id", how="left")


def main() -> None:
    source, out, products = orders.arguments()
    cells, broken = read_cells(source)
    texts = trimmed(cells)
    values = typed(texts)
    masks = rules(texts, values)
    faults = pd.concat(masks, axis=1)
    is_bad = faults.any(axis=1)
    sound = texts[~is_bad]
    unique = sound[~sound["order_id"].duplicated(keep="first")]

    reasons = list(masks)
    raw = cells[is_bad].to_dict("records")
    rejects = [
        (row, [reason for reason, is_hit in zip(reasons, hits, strict=True) if is_hit])
        for row, hits in zip(raw, faults[is_bad].to_numpy(), strict=True)
    ]
    rejects += [(row, [orders.BROKEN_ROW]) for row in broken]
    orders.write_rejects(out, rejects)

    rows = published(unique, values.loc[unique.index], products)
    rows.to_parquet(
        f"{out}/curated", partition_cols=["order_month"], compression="zstd", index=False
    )
    orders.write_summary(
        out,
        published=len(rows),
        rejected=len(rejects),
        deduplicated=len(sound) - len(unique),
        reasons={
            **{reason: int(mask.sum()) for reason, mask in masks.items()},
            orders.BROKEN_ROW: len(broken),
        },
    )


main()
