"""Writes a Parquet file that DuckDB cannot write: INT96 timestamps, or an encrypted one."""

import base64
import datetime
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe


class Keys(pe.KmsClient):
    """Keeps keys next to the file: nobody reads these files again."""

    def __init__(self, _config):
        pe.KmsClient.__init__(self)

    def wrap_key(self, key_bytes, _master_key):
        return base64.b64encode(key_bytes)


def encryption(plain_footer):
    config = pe.EncryptionConfiguration(
        footer_key="k", column_keys={"k": ["id"]}, plaintext_footer=plain_footer
    )
    factory = pe.CryptoFactory(Keys)
    return factory.file_encryption_properties(pe.KmsConnectionConfig(), config)


def main():
    path, kind = sys.argv[1:]
    made = datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc)
    table = pa.table({"id": [1, 2, 3], "made": [made, made, None]})
    options = {"use_deprecated_int96_timestamps": kind == "int96"}
    if kind != "int96":
        options["encryption_properties"] = encryption(kind == "plain-footer")
    with pq.ParquetWriter(path, table.schema, **options) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
