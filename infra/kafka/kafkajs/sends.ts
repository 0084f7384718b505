import type { OutRecord } from "../port.ts";

/** A broker caps a record batch at 1 MB by default; this leaves room for what stands around the records. */
const sendBytes = 900_000;
/** What a record costs beside key and value, at most in the usual case. */
const overhead = 70;

/** A record with the partition it goes to. */
export type Placed = OutRecord & { readonly partition: number };

/** Cuts into sends of at most 900 kB, in the order given; a record larger than that goes alone. */
export function* sends(records: readonly Placed[]): Generator<Placed[]> {
  let from = 0;
  let bytes = 0;
  for (const [at, record] of records.entries()) {
    const size = sizeOf(record);
    if (at > from && bytes + size > sendBytes) {
      yield records.slice(from, at);
      from = at;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield records.slice(from);
}

/** Bytes of a record on the wire before compression, rather too many than too few. */
export function sizeOf({ key, value, headers }: OutRecord): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0) + overhead;
  for (const name in headers) for (const one of [headers[name] ?? []].flat()) bytes += name.length + one.length + 8;
  return bytes;
}
