import type { LogEntry } from "kafkajs";
import type { Logger } from "../../telemetry/log.ts";

const error = 1;

/** What kafkajs reports of its own accord and we act on and report ourselves: refusals, lost connections, rebalances. */
const ours = /^(Connection|RequestQueue|BrokerPool|Cluster|Broker)$/;
const everyday = /rebalanc|rejoin|coordinator|concurrent|not aware of|loading|Restarting|KafkaJSConnection|KafkaJSNumberOfRetries/i;

/** kafkajs' log through ours: everyday events of a cluster go to debug, nothing of it is an error by itself. */
export function kafkaLog(logger: Logger): (entry: LogEntry) => void {
  return ({ namespace, level, log }) => {
    const { message, timestamp: _, logger: __, stack: ___, ...context } = log;
    const quiet = level > error || ours.test(namespace) || everyday.test(message);
    logger[quiet ? "debug" : "warn"]({ ...context, client: namespace }, message);
  };
}
