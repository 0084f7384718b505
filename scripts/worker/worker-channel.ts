import { z } from "zod";
import type { FaultCode } from "../../schemas/faults/faults.ts";
import { faults } from "../../schemas/faults/faults.ts";

/** What a worker process tells its supervisor. */
export type WorkerMessage =
  | { readonly worker: "running"; readonly address: string }
  | { readonly worker: "failed"; readonly code: FaultCode };

/** Does nothing in a process that has no supervisor. */
export function tellSupervisor(message: WorkerMessage): void {
  process.send?.(message);
}

const schema = z.union([
  z.object({ worker: z.literal("running"), address: z.string() }),
  z.object({ worker: z.literal("failed"), code: z.custom<FaultCode>((code) => typeof code === "string" && Object.hasOwn(faults, code)) }),
]);

/** Undefined for anything else: libraries use the channel too. */
export function workerMessage(message: unknown): WorkerMessage | undefined {
  return schema.safeParse(message).data;
}
