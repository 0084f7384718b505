import { spawnSync } from "node:child_process";

/** Whether the archive can be written here. */
export const python = spawnSync("python3", ["--version"]).status === 0;

/**
 * Writes what torch.save would write, without torch: the same archive, made by Python's own pickle. `tensor(shape, values)` is an
 * int32 one, `long(shape, values)` an int64 one; `expression` is Python's, of those.
 */
export function torchArchive(expression: string): Uint8Array {
  const source = `
import collections, io, pickle, struct, sys, types, zipfile
for name in ("torch", "torch._utils"): sys.modules[name] = types.ModuleType(name)
def _rebuild_tensor_v2(*args): pass
_rebuild_tensor_v2.__module__ = "torch._utils"
sys.modules["torch._utils"]._rebuild_tensor_v2 = _rebuild_tensor_v2
class Kind:
    def __init__(self, name, code): self.name, self.code = name, code
class Hostile:
    def __reduce__(self): return (__import__("os").system, ("touch /tmp/never",))
def storage(name):
    made = type(name, (), {}); made.__module__ = "torch"; setattr(sys.modules["torch"], name, made); return made
kinds = {"i": storage("IntStorage"), "q": storage("LongStorage"), "f": storage("FloatStorage")}
files = []
class Tensor:
    def __init__(self, code, shape, values, strides=None, offset=0):
        self.code, self.shape, self.values, self.offset = code, tuple(shape), values, offset
        self.strides = strides or tuple(__import__("math").prod(shape[n + 1:]) for n in range(len(shape)))
    def __reduce_ex__(self, _):
        key = str(len(files)); files.append(struct.pack("<%d%s" % (len(self.values), self.code), *self.values))
        where = types.SimpleNamespace(pid=("storage", kinds[self.code], key, "cuda:0", len(self.values)))
        return (_rebuild_tensor_v2, (where, self.offset, self.shape, self.strides, False, collections.OrderedDict()))
tensor = lambda *a, **k: Tensor("i", *a, **k)
long = lambda *a, **k: Tensor("q", *a, **k)
class Pickler(pickle.Pickler):
    def persistent_id(self, obj): return getattr(obj, "pid", None) if isinstance(obj, types.SimpleNamespace) else None
out = io.BytesIO(); Pickler(out, protocol=2).dump(${expression})
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
    made.writestr("archive/data.pkl", out.getvalue()); made.writestr("archive/byteorder", "little")
    for n, data in enumerate(files): made.writestr("archive/data/%d" % n, data)
    made.writestr("archive/version", "3\\n")
sys.stdout.buffer.write(archive.getvalue())
`;
  const { stdout, stderr, status } = spawnSync("python3", ["-c", source], { maxBuffer: 64_000_000 });
  if (status !== 0) throw new Error(String(stderr));
  return new Uint8Array(stdout);
}
