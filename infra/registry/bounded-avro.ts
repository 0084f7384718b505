import avro from "avsc";

/**
 * Parses a schema so that a reader can neither loop nor swell on poison bytes. avsc believes the block counts of arrays and
 * maps: ten bytes that say 2^40 items would be read item by item beyond the end of the buffer, and a negative block size on
 * skipping steps backwards for ever. No block can hold more items than it has bytes left (an item without bytes makes no sense).
 */
export const boundedType = (schema: object): avro.Type =>
  avro.Type.forSchema(schema as avro.Schema, { typeHook: boundedHook, omitRecordMethods: true });

/** For `Type.forSchema`, also where a library calls it. */
export const boundedHook = (schema: unknown, options: object): avro.Type | undefined => {
  if (typeof schema !== "object" || schema === null || !("type" in schema)) return undefined;
  if (schema.type === "array") return new BoundedArray(schema as ConstructorParameters<typeof BoundedArray>[0], options);
  if (schema.type === "map") return new BoundedMap(schema as ConstructorParameters<typeof BoundedMap>[0], options);
  return undefined;
};

/** What avsc reads through; not in its public types (5.7.9, lib/utils.js). */
interface Tap {
  readonly buf: Buffer;
  pos: number;
  readLong(): number;
  readString(): string;
  skipString(): void;
}
interface Read {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

/** Its methods run on the type and on resolvers, which have an `itemsType` as well. */
class BoundedArray extends avro.types.ArrayType {
  _read(this: { itemsType: Read }, tap: Tap): unknown[] {
    const items = this.itemsType;
    let read: unknown[] | undefined;
    let at = 0;
    for (let count = blockCount(tap); count !== 0; count = blockCount(tap)) {
      read ??= new Array(count);
      for (let left = count; left > 0; left -= 1) {
        read[at] = items._read(tap);
        at += 1;
      }
    }
    return read ?? [];
  }

  _skip(this: { itemsType: Read }, tap: Tap): void {
    skipBlocks(tap, () => this.itemsType._skip(tap));
  }
}

class BoundedMap extends avro.types.MapType {
  _read(this: { valuesType: Read }, tap: Tap): Record<string, unknown> {
    const read: Record<string, unknown> = {};
    for (let count = blockCount(tap); count !== 0; count = blockCount(tap)) {
      for (let left = count; left > 0; left -= 1) {
        const key = tap.readString();
        const value = this.valuesType._read(tap);
        if (key === "__proto__") Object.defineProperty(read, key, { value, enumerable: true, configurable: true, writable: true });
        else read[key] = value;
      }
    }
    return read;
  }

  _skip(this: { valuesType: Read }, tap: Tap): void {
    skipBlocks(tap, () => {
      tap.skipString();
      this.valuesType._skip(tap);
    });
  }
}

/** A negative count is followed by the block's size in bytes, for those who skip. */
function blockCount(tap: Tap): number {
  const count = tap.readLong();
  if (count >= 0) return within(tap, count);
  within(tap, tap.readLong());
  return within(tap, -count);
}

function skipBlocks(tap: Tap, skipItem: () => void): void {
  for (let count = tap.readLong(); count !== 0; count = tap.readLong()) {
    if (count < 0) tap.pos += within(tap, tap.readLong());
    else for (let left = within(tap, count); left > 0; left -= 1) skipItem();
  }
}

function within(tap: Tap, count: number): number {
  if (count < 0 || count > tap.buf.length - tap.pos)
    throw new RangeError(`a block of ${count} in ${Math.max(0, tap.buf.length - tap.pos)} bytes`);
  return count;
}
