import { unzipSync } from "fflate";
import { Parser } from "pickleparser";
import { Fault, faultOf } from "../../../schemas/faults/fault.ts";

/** Whole numbers of a tensor, row by row. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

interface Storage {
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** Beyond it a tensor is no count of experts: 1,000 passes of 100 layers with 512 experts have half of it. */
const mostValues = 100_000_000;
const mostBytes = 1_000_000_000;

const readers: Readonly<Record<string, { readonly bytes: number; read(view: DataView, at: number): number }>> = {
  ByteStorage: { bytes: 1, read: (view, at) => view.getUint8(at) },
  ShortStorage: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  IntStorage: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  LongStorage: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
};

/**
 * What `torch.save` wrote: maps, lists, numbers, texts and tensors of whole numbers, on whatever device they were. Nothing of the
 * file is run: of Python's classes it knows tensors and ordered maps, and refuses a file with any other. Throws GW_RECORD_UNREADABLE,
 * GW_RECORD_TOO_LARGE.
 * Source: pytorch.org/docs/stable/notes/serialization.html, a zip archive of `data.pkl` and one entry a storage (since 1.6).
 */
export function torchFile(file: Uint8Array): unknown {
  try {
    let unpacked = 0;
    const entries = unzipSync(file, {
      filter({ originalSize }) {
        unpacked += originalSize;
        if (unpacked > mostBytes) throw new Fault("GW_RECORD_TOO_LARGE", `the archive has more than ${mostBytes} bytes, unpacked`);
        return true;
      },
    });
    const name = Object.keys(entries).find((entry) => entry.endsWith("/data.pkl"));
    const pickle = name === undefined ? undefined : entries[name];
    if (name === undefined || pickle === undefined) throw new Fault("GW_RECORD_UNREADABLE", "the archive has no data.pkl");
    const root = name.slice(0, -"data.pkl".length);
    const order = entries[`${root}byteorder`];
    if (order !== undefined && !Buffer.from(order).equals(Buffer.from("little")))
      throw new Fault("GW_RECORD_UNREADABLE", "the file is of a machine with big-endian numbers");
    return new Parser({
      unpicklingTypeOfDictionary: "Map",
      nameResolver: { resolve: known },
      persistentResolver: { resolve: (id) => storage(id, (key) => entries[`${root}data/${key}`]) },
    }).parse(pickle);
  } catch (error) {
    throw faultOf(error, "GW_RECORD_UNREADABLE", "reading the file as one of torch.save");
  }
}

/** A class of the file by its name. Storages are only named, never made. */
function known(module: string, name: string): (...args: never[]) => unknown {
  if (module === "torch._utils" && name === "_rebuild_tensor_v2") return tensor;
  if (module === "collections" && name === "OrderedDict") return () => new Map();
  if (module === "torch" && Object.hasOwn(readers, name)) return Object.defineProperty(() => name, "name", { value: name });
  throw new Fault("GW_RECORD_UNREADABLE", `the file holds ${module}.${name}, which is neither a count nor a map`);
}

/** `('storage', class, key, device, length)`. */
function storage(id: unknown, entry: (key: string) => Uint8Array | undefined): Storage {
  const [kind, type, key] = Array.isArray(id) ? id : [];
  const bytes = typeof key === "string" ? entry(key) : undefined;
  if (kind !== "storage" || typeof type !== "function" || bytes === undefined)
    throw new Fault("GW_RECORD_UNREADABLE", "a tensor's numbers are not in the file");
  return { type: type.name, bytes };
}

function tensor({ type, bytes }: Storage, offset: number, shape: readonly number[], strides: readonly number[]): Tensor {
  const reader = readers[type];
  const length = shape.reduce((a, b) => a * b, 1);
  if (reader === undefined || length > mostValues) throw new Fault("GW_RECORD_UNREADABLE", `a tensor of ${length} numbers is too large`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Array<number>(length);
  const index = shape.map(() => 0);
  let at = offset;
  for (let n = 0; n < length; n += 1) {
    values[n] = reader.read(view, at * reader.bytes);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const step = strides[axis] ?? 0;
      const next = (index[axis] ?? 0) + 1;
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next;
        at += step;
        break;
      }
      index[axis] = 0;
      at -= step * (next - 1);
    }
  }
  return { shape: [...shape], values };
}
