/** What the runner does about a fault. `retry`: again with backoff; `rebuild-lane`: drop, fence, recover; `exit`: exit 1, `usage`: exit 2. */
export type FaultAction = "dead-letter" | "drop-lane" | "rebuild-lane" | "retry" | "halt-lane" | "exit" | "usage";

interface FaultRule {
  /** Whether the same may be tried again and come right. */
  readonly retriable: boolean;
  /** The whole error handling: what the runner does next, whatever the message says. */
  readonly then: FaultAction;
  readonly remedy: string;
}

/** Every way Gatewatch can fail, by code. Codes are public and stay. */
export const faults = {
  // What a record can be guilty of: each ends in the dead-letter topic.
  GW_RECORD_NULL: { retriable: false, then: "dead-letter", remedy: "Input topics take no tombstones; send a value." },
  GW_RECORD_TOO_LARGE: { retriable: false, then: "dead-letter", remedy: "Keep a record under the topic's size limit." },
  GW_DECODE_FRAMING: { retriable: false, then: "dead-letter", remedy: "Send Avro in the Confluent wire format: byte 0, schema id, data." },
  GW_DECODE_SCHEMA_UNKNOWN: { retriable: false, then: "dead-letter", remedy: "Register the schema, then send the record again." },
  GW_DECODE_SCHEMA_FOREIGN: { retriable: false, then: "dead-letter", remedy: "Write with a schema that the topic's reader can resolve." },
  GW_DECODE_TRUNCATED: { retriable: false, then: "dead-letter", remedy: "The bytes do not hold what the schema says; check the producer." },
  GW_RECORD_UNREADABLE: {
    retriable: false,
    then: "dead-letter",
    remedy: "Write it in the form that its way in takes (JSON Lines, or the log's own), in UTF-8.",
  },
  GW_RECORD_TOPIC: { retriable: false, then: "dead-letter", remedy: "Name a topic that this pipeline reads." },
  GW_RECORD_SHAPE: { retriable: false, then: "dead-letter", remedy: "Make the value fit the topic's schema." },
  GW_RECORD_KEY: { retriable: false, then: "dead-letter", remedy: "Give the key as the topic catalogue builds it, or leave it out." },
  GW_RECORD_SENSELESS: { retriable: false, then: "dead-letter", remedy: "Mend the value the message names; it cannot be true." },
  GW_RECORD_TIME: {
    retriable: false,
    then: "dead-letter",
    remedy: "Give times of 2000 to 2100 and, expiries apart, not far after the broker's clock.",
  },
  GW_STAGE_THREW: { retriable: false, then: "dead-letter", remedy: "A defect: report the message with the dead letter's bytes." },
  GW_ROW_REFUSED: { retriable: false, then: "dead-letter", remedy: "ClickHouse takes no such row; see what its message names." },

  // Lanes.
  GW_LANE_FENCED: { retriable: false, then: "drop-lane", remedy: "None needed: another worker owns the partition now." },
  GW_LANE_OUTCOME_UNKNOWN: { retriable: true, then: "rebuild-lane", remedy: "None needed: the lane reads its position and goes on." },
  GW_LANE_STALLED: { retriable: true, then: "rebuild-lane", remedy: "None needed if rare; else see what the broker is busy with." },
  GW_LANE_OFFSET_GAP: { retriable: false, then: "halt-lane", remedy: "Records are gone; raise retention, or choose lane.onGap." },
  GW_LOG_UNREADABLE: {
    retriable: false,
    then: "halt-lane",
    remedy: "Delete up to and with that batch (kafka-delete-records.sh), then choose onGap.",
  },
  GW_LANE_POSITION_WITHOUT_STATE: {
    retriable: false,
    then: "halt-lane",
    remedy: "Start under a new --group, or restore the checkpoint topic.",
  },
  GW_LANE_STATE_WITHOUT_POSITION: {
    retriable: false,
    then: "halt-lane",
    remedy: "The group's offsets expired; start under a new --group.",
  },
  GW_LANE_REPLAY_DIVERGED: { retriable: false, then: "halt-lane", remedy: "Report it: the replay did not end at the committed position." },
  GW_CHECKPOINT_CORRUPT: { retriable: false, then: "halt-lane", remedy: "Start under a new --group; the inputs are read again." },
  GW_CHECKPOINT_FOREIGN: { retriable: false, then: "halt-lane", remedy: "Another version wrote it; run that version, or a new --group." },
  GW_GRAPH_BROKEN: { retriable: true, then: "rebuild-lane", remedy: "A defect: report the stage and the message." },

  // Neighbours.
  GW_KAFKA_UNREACHABLE: { retriable: true, then: "retry", remedy: "Start Kafka, or set KAFKA_BROKERS." },
  GW_KAFKA_PROTOCOL: { retriable: true, then: "retry", remedy: "See the cause; `gatewatch doctor` checks the connection." },
  GW_KAFKA_AUTH: { retriable: false, then: "exit", remedy: "Check KAFKA_SASL_* and the access rules of the topic." },
  GW_TOPIC_MISSING: { retriable: false, then: "exit", remedy: "Create it: `gatewatch topics create`." },
  GW_TOPIC_NOT_COPARTITIONED: { retriable: false, then: "exit", remedy: "Give the topics of one pipeline the same number of partitions." },
  GW_INTAKE_FULL: { retriable: true, then: "retry", remedy: "Send again a little later, or raise ingest.maxBytesInFlight." },
  GW_INTAKE_UNAVAILABLE: { retriable: true, then: "retry", remedy: "Send again once Kafka and the registry answer: `gatewatch doctor`." },
  GW_FILE_UNUSABLE: { retriable: true, then: "retry", remedy: "Let this user read it, and see that the disk has room." },
  GW_REGISTRY_UNREACHABLE: { retriable: true, then: "retry", remedy: "Start the schema registry, or set SCHEMA_REGISTRY_URL." },
  GW_SCHEMA_INCOMPATIBLE: { retriable: false, then: "exit", remedy: "Only add fields with defaults; see the field the message names." },
  GW_CLICKHOUSE_UNREACHABLE: { retriable: true, then: "retry", remedy: "Start ClickHouse, or set CLICKHOUSE_URL." },
  GW_CLICKHOUSE_REFUSED: { retriable: false, then: "halt-lane", remedy: "ClickHouse refused the statement; see its message." },
  GW_CLICKHOUSE_NO_DEDUP: { retriable: false, then: "exit", remedy: "Set non_replicated_deduplication_window on the table." },

  // The machine and the person.
  GW_JAVA_MISSING: { retriable: false, then: "exit", remedy: "Install Java 17 or newer and Maven, or use --profile memory." },
  GW_PORT_TAKEN: { retriable: false, then: "exit", remedy: "Free the port, or choose another with --port." },
  GW_PART_FAILED: { retriable: false, then: "exit", remedy: "See the log file that the message names." },
  GW_PART_MISSING: { retriable: false, then: "exit", remedy: "Set the address the message names, or install the part." },
  GW_DATA_DIR_BUSY: { retriable: false, then: "exit", remedy: "Stop the other instance, or choose another --data-dir." },
  GW_DATA_DIR_UNUSABLE: { retriable: false, then: "exit", remedy: "Choose a --data-dir that can be made and written to." },
  GW_DISK_FULL: { retriable: false, then: "exit", remedy: "Free some space on the disk that holds --data-dir." },
  GW_NODE_MISSING: { retriable: false, then: "exit", remedy: "Run `npm ci` again: the node package brings Node 24." },
  GW_CONFIG_INVALID: { retriable: false, then: "usage", remedy: "Mend every key the message lists." },
  GW_USAGE: { retriable: false, then: "usage", remedy: "See --help." },
} as const satisfies Record<string, FaultRule>;

/** Public: stands in dead-letter headers, logs, metrics and pages. A code that goes breaks somebody's alarm. */
export type FaultCode = keyof typeof faults;
