import { type Readable, Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import type { FastifyRequest } from "fastify";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";

const encodings: ReadonlySet<string> = new Set(["", "identity", "gzip"]);

/** Whether a body of this content encoding can be read. */
export const isReadable = (request: FastifyRequest): boolean => encodings.has(encodingOf(request));

/**
 * The body as it comes, unpacked, and no more than `maxBytes` of it: a small packed body must not become a large one in memory.
 * Reading it throws GW_RECORD_TOO_LARGE beyond that, GW_RECORD_UNREADABLE where it is not gzip.
 */
export function bodyOf(request: FastifyRequest, maxBytes: number): Readable {
  const raw = request.raw as Readable;
  const limited = limit(maxBytes);
  const source = encodingOf(request) === "gzip" ? raw.pipe(createGunzip()) : raw;
  source.on("error", (error) => limited.destroy(faultOf(error, "GW_RECORD_UNREADABLE", "unpacking the body")));
  raw.on("aborted", () => limited.destroy(new Fault("GW_RECORD_UNREADABLE", "the body broke off")));
  return source.pipe(limited);
}

/** The whole body, for what can only be read as a whole. Throws GW_INTAKE_FULL too, see `hold`. */
export async function wholeBody(request: FastifyRequest, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bodyOf(request, maxBytes)) {
    hold(request, (chunk as Buffer).length);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Bytes of bodies that this process holds at once, over all requests. Read as JSON they may take ten times as much. */
export const mostHeldBytes = 64 << 20;
const held = new WeakMap<FastifyRequest, number>();
let allHeld = 0;

/** Counts bytes of a body as held until `letGo`. Throws GW_INTAKE_FULL where others hold too many for them; alone any body goes. */
export function hold(request: FastifyRequest, bytes: number): void {
  const own = held.get(request) ?? 0;
  if (allHeld > own && allHeld + bytes > mostHeldBytes)
    throw new Fault("GW_INTAKE_FULL", `bodies of ${allHeld} bytes are held, at most ${mostHeldBytes} may be`);
  held.set(request, own + bytes);
  allHeld += bytes;
}

/** Nothing of the request is held any more. */
export function letGo(request: FastifyRequest): void {
  allHeld -= held.get(request) ?? 0;
  held.delete(request);
}

const encodingOf = ({ headers }: FastifyRequest): string => (headers["content-encoding"] ?? "").trim().toLowerCase();

function limit(maxBytes: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      seen += chunk.length;
      if (seen > maxBytes) done(new Fault("GW_RECORD_TOO_LARGE", `the body has more than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}
