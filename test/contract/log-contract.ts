import { describe } from "vitest";
import { adminContract } from "./admin-contract.ts";
import type { ContractLog } from "./contract-rig.ts";
import { feedContract } from "./feed-contract.ts";
import { membershipContract } from "./membership-contract.ts";
import { readingContract } from "./reading-contract.ts";
import { transactionContract } from "./transaction-contract.ts";
import { writingContract } from "./writing-contract.ts";

/** What lanes rely on, whoever keeps the log. `open` is called within the tests, once they run. */
export function logContract(name: string, open: () => ContractLog): void {
  describe(`${name} keeps the log's contract`, () => {
    readingContract(open);
    writingContract(open);
    transactionContract(open);
    feedContract(open);
    membershipContract(open);
    adminContract(open);
  });
}
