export interface ToLeash {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly stopSignal?: NodeJS.Signals;
  /** SIGKILL follows the signal after so long. */
  readonly stopMs: number;
}

/**
 * A program as it must be spawned to die with this process whatever kills it: with a pipe for standard input, which stays open,
 * and as the leader of a process group of its own (`detached`), which `endGroup` is to be called for when it has ended.
 *
 * The shell leaves a watcher behind and becomes the program, so process id, exit code and signals are the program's own.
 * The watcher reads a pipe whose other end only the parent holds: it ends when the parent dies, SIGKILL included, and needs
 * nothing of the program, which may hang. It is a member of the program's process group, so the group's id cannot be given
 * again under its hands. Descriptor 3 is the program's channel to its parent, where it has one.
 */
export const leashed = ({ name, command, args, stopSignal = "SIGTERM", stopMs }: ToLeash): { command: string; args: string[] } => ({
  command: "sh",
  args: ["-c", script, name, stopSignal.slice(3), String(Math.ceil(stopMs / 100)), command, ...args],
});

const script = `
signal=$1 limit=$2
shift 2
exec 9<&0 </dev/null
( exec 3>&-
  trap '' TERM INT HUP
  read -r nothing <&9
  kill -"$signal" $$ 2>/dev/null
  tenths=0
  while [ "$tenths" -lt "$limit" ] && kill -0 $$ 2>/dev/null; do sleep 0.1; tenths=$((tenths + 1)); done
  kill -KILL -$$ ) >/dev/null 2>&1 &
exec 9<&-
exec "$@"
`;

/** By force: the program where it lives still, whatever it has started, and its watcher. */
export function endGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
