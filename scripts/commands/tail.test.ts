import { expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import type { LogPort } from "../../infra/kafka/port.ts";
import { topics } from "../../schemas/topics/index.ts";
import { overMemory } from "../../test/commands/over-memory.ts";
import { tail } from "./tail.ts";

it("is ended by Ctrl-C also while the filter lets nothing through", async () => {
  const memory = openMemoryLog();
  memory.create({ name: topics.dlq.name, partitions: 1, settings: { "max.message.bytes": "2000000" } });
  const value = Buffer.alloc(1_100_000);
  memory.append(Array.from({ length: 5 }, () => ({ topic: topics.dlq.name, key: null, value, headers: { "dlq.code": Buffer.from("A") } })));
  const port = memory.connect();
  const leaving = new AbortController();
  let fetched = 0;
  const log: LogPort = Object.create(port, {
    fetch: {
      value: (...asked: Parameters<LogPort["fetch"]>) => {
        fetched += 1;
        leaving.abort();
        return port.fetch(...asked);
      },
    },
  });
  const typed = { topic: topics.dlq.name, from: "earliest", filter: ["code=B"], follow: false };
  expect(await overMemory(tail, typed, { log, stop: leaving.signal })).toEqual({ code: 0, lines: [] });
  expect(fetched).toBe(1);
  await port.close();
});
