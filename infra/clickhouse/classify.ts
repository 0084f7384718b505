import { ClickHouseError } from "@clickhouse/client";
import { Fault } from "../../schemas/faults/fault.ts";

/**
 * What ClickHouse or the way to it said, as a Fault: GW_CLICKHOUSE_UNREACHABLE where it may pass (an insert's outcome is unknown
 * then: repeat the identical block), GW_ROW_REFUSED where some row is to blame, GW_CLICKHOUSE_REFUSED where the statement,
 * the table or the user is.
 */
export function clickHouseFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof TypeError || error instanceof RangeError)
    return new Fault("GW_GRAPH_BROKEN", `${doing}: ${error.message}`, {}, error);
  if (!(error instanceof ClickHouseError)) {
    return new Fault("GW_CLICKHOUSE_UNREACHABLE", `${doing}: ClickHouse does not answer (${reason(error)})`, {}, error);
  }
  const code = Number(error.code);
  const said = `${doing}: ${error.message.trim().slice(0, 500)} (${error.type ?? "error"} ${error.code})`;
  if (passing.has(code)) return new Fault("GW_CLICKHOUSE_UNREACHABLE", said, { clickhouse: code }, error);
  if (ofRows.has(code)) return new Fault("GW_ROW_REFUSED", said, { clickhouse: code }, error);
  return new Fault("GW_CLICKHOUSE_REFUSED", said, { clickhouse: code }, error);
}

/** Codes of ClickHouse's ErrorCodes.cpp. */
const passing = new Set([
  3, // UNEXPECTED_END_OF_FILE: the request was cut off
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR: usually a full disk
  95, // CANNOT_READ_FROM_SOCKET
  159, // TIMEOUT_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  216, // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING
  236, // ABORTED: the server shuts down
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY: a replica without its keeper
  243, // NOT_ENOUGH_SPACE
  252, // TOO_MANY_PARTS: merges are behind
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  319, // UNKNOWN_STATUS_OF_INSERT
  394, // QUERY_WAS_CANCELLED
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  735, // QUERY_WAS_CANCELLED_BY_CLIENT
  745, // SERVER_OVERLOADED
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION
  1002, // UNKNOWN_EXCEPTION
]);

const ofRows = new Set([
  6, // CANNOT_PARSE_TEXT
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  128, // TOO_LARGE_ARRAY_SIZE
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  407, // DECIMAL_OVERFLOW
  395, // FUNCTION_THROW_IF_VALUE_IS_NON_ZERO: of a CHECK
  467, // CANNOT_PARSE_BOOL
  469, // VIOLATED_CONSTRAINT
]);

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return error.message === "" ? (code ?? error.name) : error.message;
}
