import { openMemoryLog } from "../../infra/kafka/memory/log.ts";
import { logContract } from "./log-contract.ts";

logContract("the log in memory", () => {
  const log = openMemoryLog();
  return {
    connect: async () => log.connect(),
    deleteBefore: async (place, offset) => log.partition(place).deleteBefore(offset),
  };
});
