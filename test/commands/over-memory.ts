import { resolveSettings } from "../../infra/config/resolve.ts";
import { topicNames } from "../../infra/config/settings.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { memoryCodec } from "../../infra/registry/memory-codec.ts";
import { pipelines } from "../../pipelines/index.ts";
import type { AnyCommand } from "../../scripts/command-line/command.ts";
import type { Context } from "../../scripts/command-line/context.ts";
import type { Io } from "../../scripts/command-line/io.ts";

/** Runs a command in this process over a log in memory. Commands that ask for more of the context fail. */
export async function overMemory(
  command: AnyCommand,
  typed: Readonly<Record<string, unknown>>,
  { log, set = [], stop = new AbortController().signal }: { log: LogPort; set?: readonly string[]; stop?: AbortSignal },
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const io: Pick<Io, "out" | "room" | "note" | "progress"> = {
    out: (line) => void lines.push(line),
    room: async () => undefined,
    note: () => undefined,
    progress: () => undefined,
  };
  const context: Partial<Context> = {
    stop,
    settings: (overrides = []) => resolveSettings({ pipelines, environment: {}, set: [...set, ...overrides] }),
    named: topicNames,
    kafka: async () => log,
    codec: async () => memoryCodec(),
  };
  return { code: await command.invoke(typed, io as Io, context as Context), lines };
}
