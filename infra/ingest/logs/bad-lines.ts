import { isUtf8 } from "node:buffer";
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
 * Puts them into the dead-letter topic (of an over-long line the beginning) as `mask` leaves them: as far as a line can be masked
 * that is not understood. There they are listed and shown like those of a lane. Pipeline is `ingest`, partition -1, offset the line's first byte in its file. Rejects with what the log's
 * producer rejects with; the next call begins with a new producer.
 */
export class DeadLetterLines {
  readonly #log: Pick<LogPort, "producer">;
  readonly #named: (topic: string) => string;
  readonly #mask: (text: string) => string;
  #writer: PlainWriter | undefined;

  constructor(log: Pick<LogPort, "producer">, named: (topic: string) => string, mask: (text: string) => string) {
    this.#log = log;
    this.#named = named;
    this.#mask = mask;
  }

  readonly put: BadLines = async (topic, stage, lines) => {
    const records = lines.map(({ line, code, message }) => {
      const origin = { offset: line.offset, timestampMs: -1, key: null, value: this.#masked(line.bytes), headers: {} };
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

  /** Bytes that are no UTF-8 are masked as what of them is ASCII, and stay. */
  #masked(bytes: Buffer): Buffer {
    const encoding = isUtf8(bytes) ? "utf8" : "latin1";
    return Buffer.from(this.#mask(bytes.toString(encoding)), encoding);
  }

  async close(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.close();
  }
}
