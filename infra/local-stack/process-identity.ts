import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** A process id together with the moment the process began: ids are given again, the pair is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot on Linux, a date elsewhere; only compared. Empty where it could not be learnt. */
  readonly began: string;
}

export const identityOf = (pid: number): ProcessIdentity => ({ pid, began: beganOf(pid) ?? "" });

/** Whether that very process still runs; one that has ended and waits to be reaped does not. */
export function isRunning({ pid, began }: ProcessIdentity): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  const now = beganOf(pid);
  return now !== undefined && (began === "" || now === began);
}

/** Undefined when there is no such process, or only its remains. */
function beganOf(pid: number): string | undefined {
  if (process.platform === "linux") {
    try {
      // The second field is the program's name in brackets and may hold anything; state is the 3rd field, starttime the 22nd (proc_pid_stat(5)).
      const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
        .replace(/^.*\) /s, "")
        .split(" ");
      return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    return (
      execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim() ||
      undefined
    );
  } catch {
    return undefined;
  }
}
