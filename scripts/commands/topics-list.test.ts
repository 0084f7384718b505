import { describe, expect, it } from "vitest";
import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { overMemory } from "../../test/commands/over-memory.ts";
import { topicsList } from "./topics-list.ts";

async function listed(json: boolean): Promise<string[]> {
  const memory = openMemoryLog();
  memory.create({ name: "moe.router", partitions: 3, settings: {} });
  memory.append([{ topic: "moe.router", key: null, value: Buffer.from("x") }]);
  const log = memory.connect();
  const { lines } = await overMemory(topicsList, { json }, { log, set: ["kafka.partitions=6"] });
  await log.close();
  return lines;
}

describe("topics list", () => {
  it("says of a topic that does not exist how many partitions it would get", async () => {
    const rows = (await listed(true)).map((line) => JSON.parse(line) as Record<string, unknown>);
    const row = (name: string) => rows.find(({ topic }) => topic === name);
    expect(row("moe.router")).toMatchObject({ exists: true, partitions: 3, offsets: 1 });
    expect(row("moe.expert")).toMatchObject({ exists: false, partitions: 6, offsets: null });
    // A table has one, whatever is asked for.
    expect(row("control.policy")).toMatchObject({ exists: false, partitions: 1, offsets: null });
  });

  it("tells the two apart in the table too", async () => {
    const [head = "", ...rows] = await listed(false);
    expect(head).toMatch(/^topic +role +exists +partitions +offsets /);
    expect(rows.find((row) => row.startsWith("moe.router "))).toMatch(/^moe\.router +\S+ +yes +3 +1 /);
    expect(rows.find((row) => row.startsWith("moe.expert "))).toMatch(/^moe\.expert +\S+ +no +6 +- /);
  });
});
