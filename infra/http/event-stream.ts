import type { ServerResponse } from "node:http";

/** One event as a reader gets it. `id` lets a reader that was cut off ask for what came after it. */
export interface StreamEvent {
  readonly id: string;
  readonly event: string;
  readonly data: unknown;
}

export interface StreamLimits {
  /** Readers at a time; another one is refused. */
  readonly readers: number;
  /** What may wait for a reader before it is cut off, in bytes; it comes back and asks for what it missed. */
  readonly waitingBytes: number;
  /** Events kept for readers that come back. */
  readonly kept: number;
  /** Between two signs of life on a quiet stream, in milliseconds: proxies end what is silent. */
  readonly beatMs: number;
}

const usual: StreamLimits = { readers: 32, waitingBytes: 1 << 20, kept: 200, beatMs: 15_000 };

/**
 * Server-sent events to many readers: each gets what comes after it has joined, or after the `Last-Event-ID` it names where that
 * is still kept. A reader that does not read is cut off and never makes the others, or memory, wait for it.
 *
 * Source: WHATWG HTML, section 9.2, Server-sent events.
 */
export class EventStream {
  readonly #limits: StreamLimits;
  readonly #readers = new Set<ServerResponse>();
  readonly #kept: { id: string; text: string }[] = [];
  readonly #beat: NodeJS.Timeout;

  constructor(limits: Partial<StreamLimits> = {}) {
    this.#limits = { ...usual, ...limits };
    this.#beat = setInterval(() => this.#sendAll(": beat\n\n"), this.#limits.beatMs);
    this.#beat.unref();
  }

  get full(): boolean {
    return this.#readers.size >= this.#limits.readers;
  }

  /** Of those that read now. */
  get readers(): number {
    return this.#readers.size;
  }

  /** Takes over the answer to a request, until its reader goes away. */
  join(response: ServerResponse, headers: Readonly<Record<string, string>>, lastEventId?: string): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream; charset=utf-8", connection: "keep-alive" });
    this.#readers.add(response);
    response.on("close", () => this.#readers.delete(response));
    // A broken connection is a reader that has gone.
    response.on("error", () => this.#readers.delete(response));
    this.#write(response, "retry: 2000\n\n");
    const at = lastEventId === undefined ? -1 : this.#kept.findLastIndex(({ id }) => id === lastEventId);
    if (at >= 0) for (const { text } of this.#kept.slice(at + 1)) this.#write(response, text);
  }

  send({ id, event, data }: StreamEvent): void {
    // JSON has no bare line break, so one line of data carries any text.
    const text = `id: ${oneLine(id)}\nevent: ${oneLine(event)}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#kept.push({ id: oneLine(id), text });
    if (this.#kept.length > this.#limits.kept) this.#kept.shift();
    this.#sendAll(text);
  }

  stop(): void {
    clearInterval(this.#beat);
    for (const reader of this.#readers) reader.destroy();
    this.#readers.clear();
  }

  #sendAll(text: string): void {
    for (const reader of this.#readers) this.#write(reader, text);
  }

  #write(reader: ServerResponse, text: string): void {
    if (reader.destroyed) return;
    reader.write(text);
    if (reader.writableLength <= this.#limits.waitingBytes) return;
    this.#readers.delete(reader);
    reader.destroy();
  }
}

const oneLine = (text: string): string => text.replace(/[\r\n\0]/g, " ");
