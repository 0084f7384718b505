import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Finding, lookAtMachine, type Machine as StackMachine } from "../../infra/local-stack/machine.ts";
import { dataFolder } from "../measure/data-sets.ts";
import { browserSaid, findBrowser } from "./browser.ts";

/** What this machine has of what the tests need: the parts of a stack, and what some tests hold the code against. */
export interface Machine extends StackMachine {
  readonly browser: Finding;
  readonly nginx: Finding;
  readonly python: Finding;
  /** Public data sets, which are no part of the project. */
  readonly data: Finding;
}

/** Looks only, as `lookAtMachine` does. */
export async function lookAtTestMachine(): Promise<Machine> {
  const [browser, nginx, data] = [findBrowser(), findNginx(), dataFolder("")];
  return {
    ...(await lookAtMachine()),
    browser: { found: browser !== undefined, detail: browserSaid(browser) },
    nginx: finding(nginx, "no nginx is in PATH: the test of its log is skipped"),
    python: finding(findPython(), "no python3 is in PATH: the tests of the hook and of dumps are skipped"),
    data: finding(
      existsSync(data) ? data : undefined,
      `there is no ${data} (GATEWATCH_SHARED_DATA says where it is): its tests are skipped`,
    ),
  };
}

const finding = (found: string | undefined, missing: string): Finding => ({ found: found !== undefined, detail: found ?? missing });

/** Where nginx is; undefined where it is not. Often it lies where only root's PATH reaches. */
export const findNginx = (): string | undefined =>
  ["nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"].find((path) => answers(path, "-v"));

const findPython = (): string | undefined => (answers("python3", "--version") ? "python3" : undefined);

function answers(program: string, option: string): boolean {
  try {
    execFileSync(program, [option], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
