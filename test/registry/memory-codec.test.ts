import { MemorySchemas, memoryCodec } from "../../infra/registry/memory-codec.ts";
import { codecContract } from "./codec-contract.ts";

codecContract("the codec in memory", async () => {
  const schemas = new MemorySchemas();
  return { codec: () => memoryCodec(schemas), put: async (_topic, schema) => schemas.add(schema) };
});
