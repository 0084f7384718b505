import type { FaultCode } from "../../../schemas/faults/faults.ts";
import type { LogPort, PlainWriter } from "../../kafka/port.ts";
import { deadLetter } from "../../lanes/outgoing.ts";
import type { CutLine } from "../lines.ts";

/** A line that gave no record, and why. */
export interface BadLine {
  readonly line: CutLine;
  readonly code: FaultCode;
  readonly message: string;
}

/** Takes lines that gave no record; resolves when they are safe. */
export type BadLines = (topic: string, stage: string, lines: readonly BadLine[]) => Promise<void>;

/**
 * Puts them into the dead-letter topic, byte for byte (of an over-long line the beginning): there they are listed and shown like
 * those of a lane. Pipeline is `ingest`, partition -1, offset the line's first byte in its file. Rejects with what the log's
 * producer rejects with; the next call begins with a new producer.
 */
export class DeadLetterLines {
  readonly #log: Pick<LogPort, "producer">;
  readonly #named: (topic: string) => string;
  #writer: PlainWriter | undefined;

  constructor(log: Pick<LogPort, "producer">, named: (topic: string) => string) {
    this.#log = log;
    this.#named = named;
  }

  readonly put: BadLines = async (topic, stage, lines) => {
    const records = lines.map(({ line, code, message }) => {
      const origin = { offset: line.offset, timestampMs: -1, key: null, value: line.bytes, headers: {} };
      const about = line.length > line.bytes.length + 1 ? `${message} (it has ${line.length} bytes)` : message;
      return deadLetter({ stage, code, message: about, topic, partition: -1, origin }, "ingest", this.#named);
    });
    this.#writer ??= await this.#log.producer();
    try {
      await this.#writer.send(records);
    } catch (error) {
      await this.close().catch(() => undefined);
      throw error;
    }
  };

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close();
  }
}
