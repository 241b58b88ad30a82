/** Every limit of Headgate, once. Each says what happens when it is reached. */
export const limits = {
  /**
   * Files claimed by one run. A DynamoDB transaction holds 100 actions, and the release of a held
   * run writes the run, each file and its content in one. More files, more runs.
   */
  filesPerRunMax: 49,
  /** Bytes (as landed) that one run takes from several files; a larger file gets its own run. */
  bytesPerRunMax: 512 * 1024 * 1024,
  /** Bytes (as landed) that one part takes from several files; a larger file is its own part. */
  bytesPerPartMax: 64 * 1024 * 1024,
  /** Bytes of rows, as far as can be told, that a small worker takes; more go to a large one. */
  smallWorkerBytesMax: 256 * 1024 * 1024,
  /** Parts an inline Map runs; above, the pipeline takes its Distributed Map. */
  inlinePartsMax: 40,
  /** Attempts of a run before its files are quarantined with E_RESOURCE. */
  attemptsMax: 3,
  /** A landed object above this is refused with E_SIZE. */
  fileBytesMax: 5 * 1024 * 1024 * 1024,
  /** Decompressed bytes above this are refused with E_BOMB. */
  inflatedBytesMax: 8 * 1024 * 1024 * 1024,
  /** Decompressed : compressed above this is refused with E_BOMB. */
  inflationRatioMax: 200,
  /**
   * The ratio is not judged below this many decompressed bytes: small repetitive files are fine.
   */
  inflationRatioFromBytes: 64 * 1024 * 1024,
  /** Entries of a zip archive, folders included. An archive of more is refused with E_SIZE. */
  zipEntriesMax: 1_000,
  /** A row above this is rejected with E_ROW_SIZE; the rows around it are not. */
  rowBytesMax: 256 * 1024,
  /**
   * A field above this is rejected with E_FIELD_SIZE. In a text file it is as much as a row: of a
   * row over the limit it says that one field alone is the reason.
   */
  fieldBytesMax: 256 * 1024,
  /** Bytes of a file of mended rows that is applied at once. */
  mendBytesMax: 64 * 1024 * 1024,
  /** The header line must end within this, or the file is refused with E_HEADER. */
  headerBytesMax: 64 * 1024,
  /** Columns in a file's header, or E_HEADER. */
  columnsMax: 1_000,
  /**
   * Columns of a file that no field names, where the dataset takes them. A file with more is
   * another kind of file, and is refused with E_SCHEMA.
   */
  newColumnsMax: 50,
  /** Columns that files have added to one table; a run that would add more fails. */
  evolvedColumnsMax: 200,
  /** Objects and arrays inside each other in one JSON row, or E_DEPTH. */
  jsonDepthMax: 32,
  /**
   * The same in the envelope around a row of a stream, or E_DEPTH: DynamoDB writes each level of
   * a row as two, and the row inside still has its own limit.
   */
  envelopeDepthMax: 72,
  /**
   * Objects and arrays inside each other anywhere in a JSON document; above, the file
   * is refused with E_FORMAT. Rows have their own limit, which costs the row only.
   */
  documentDepthMax: 10_000,
  /** Bytes of the body of one call to the API, unpacked; above: 413, and a file is the way. */
  bodyBytesMax: 6 * 1024 * 1024,
  /** Objects and arrays inside each other in such a body, or 400. Records have their own limit. */
  bodyDepthMax: 500,
  /** Records of one call to the API, or 400. */
  recordsPerCallMax: 10_000,
  /** Characters of an Idempotency-Key, or 400. */
  idempotencyKeyCharsMax: 255,
  /** Bytes of the body of an operator’s call, or 413: it says what is asked for, and no rows. */
  askedBytesMax: 16 * 1024,
  /** Entries of one page of a list of the API, or 400. */
  pageEntriesMax: 200,
  /** Rejected rows of one page, or 400. */
  rejectsPerPageMax: 1_000,
  /** Bytes of one page of rejected rows, then the next begins: a function answers with 6 MB. */
  rejectsPageBytesMax: 4 * 1024 * 1024,
  /** Bytes of one file of rejected rows that the API reads; a larger one is told with 422. */
  rejectsFileBytesMax: 512 * 1024 * 1024,
  /** A page of rejected rows ends after this, however few they are. */
  rejectsCallMs: 15_000,
  /** Runs that one call of a backfill replays, or 400; the next call goes on. */
  backfillRunsMax: 50,
  /** A call of a backfill takes no further run after this. */
  backfillCallMs: 18_000,
  /** Characters of the name of a file that is uploaded through the API, or 400. */
  fileNameCharsMax: 255,
  /** The same in bytes: a key of S3 has 1,024, dataset and folder among them. */
  fileNameBytesMax: 900,
  /** Bytes of what announces an upload, or ends one; above: 413. */
  uploadBodyBytesMax: 256 * 1024,
  /** Bytes of a file that is uploaded in one piece; a larger one goes up in parts. */
  uploadSingleBytesMax: 100 * 1024 * 1024,
  /** Bytes of a part where the sender does not say; S3 takes none below `uploadPartBytesMin`. */
  uploadPartBytes: 16 * 1024 * 1024,
  uploadPartBytesMin: 5 * 1024 * 1024,
  /** Parts of an upload, or 400: the answer holds an address for each. */
  uploadPartsMax: 1_000,
  /** How long the address of a file, or of a part, may be used; asked again, there are new ones. */
  uploadSingleMs: 15 * 60_000,
  uploadPartMs: 60 * 60_000,
  /** Bytes of the body of a webhook, or 413. */
  webhookBodyBytesMax: 1024 * 1024,
  /** How far the time that a webhook was signed at may lie from now, either way; else 401. */
  webhookWindowMs: 5 * 60_000,
  /** How long a delivery of a webhook is remembered: far longer than any sender repeats it. */
  webhookMemoryMs: 7 * 24 * 3_600_000,
  /** Signatures of one webhook, and secrets of one source, that are compared; more are not. */
  webhookSignaturesMax: 10,
  webhookSecretsMax: 5,
  /** Names and types in an Avro schema, or the file is refused with E_FORMAT. */
  avroTypesMax: 10_000,
  /** Bytes of an Avro header, or the file is refused with E_FORMAT. */
  avroHeaderBytesMax: 16 * 1024 * 1024,
  /** Bytes of one Avro block, compressed or not: it is held in memory. Above: E_SIZE or E_BOMB. */
  avroBlockBytesMax: 64 * 1024 * 1024,
  /** Bytes of an Excel file: it is held in memory. A larger one is refused with E_SIZE. */
  excelBytesMax: 32 * 1024 * 1024,
  /** Decompressed bytes of an Excel file's parts, or E_BOMB: memory grows to several times this. */
  excelInflatedBytesMax: 128 * 1024 * 1024,
  /** Characters of an XML tag, text or row, or of an Avro row as JSON, held in memory; E_SIZE. */
  recordCharsMax: 8 * 1024 * 1024,
  /** XML elements or Avro values inside each other, or the file is refused with E_FORMAT. */
  treeDepthMax: 256,
  /** Row numbers are Iceberg ints. A file with more rows is refused with E_SIZE. */
  rowsPerFileMax: 2_147_483_647,
  /** Bytes of a payload between two states: rows never travel there. Asserted by each handler. */
  payloadBytesMax: 8 * 1024,
  /** Attempts at the catalogue's compare-and-set before a load gives up and is retried. */
  commitTriesMax: 20,
  /** Small manifests that are merged into one during a commit. */
  manifestsMergedAt: 100,
  /**
   * How long one load may hold a dataset's turn before another may take it. Nothing but waiting
   * depends on it: two that commit at once are told apart by the catalogue.
   */
  loadLeaseMs: 30_000,
  /** How often a load asks for its turn before it ends and the pipeline tries it again. */
  turnTriesMax: 40,
  /** Between two of these, give or take half. */
  turnTriesMs: 400,
  /**
   * What changed less long ago is left to its own way by reconcile. No function works longer, so
   * that none is still at work on a run whose execution has ended.
   */
  reconcileGraceMs: 15 * 60_000,
  /** Pages that one call of reconcile looks at; the next call goes on where it ended. */
  reconcilePagesMax: 20,
  /** A call of reconcile takes no further page after this. */
  reconcileCallMs: 3 * 60_000,
  /** Starts of an execution that only publishes, before a person has to look. */
  publishStartsMax: 20,
  /** Files in the curated zone that nothing refers to are reported when they are this old. */
  orphanAgeMs: 7 * 24 * 3_600_000,
  /** Snapshots of one table in which reconcile looks for what refers to a file. */
  historySnapshotsMax: 500,
  /** Characters of a dead letter that are kept; a longer one is sent again from its pointer. */
  letterCharsMax: 8 * 1024,
} as const;
