/** What a contender is told, as JSON in its first argument. */
export interface Course {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly partitions: number;
  readonly records: number;
  /** A name of its own for groups, positions and outputs. */
  readonly run: string;
}

/** What it says when it has seen every record. */
export interface Lap {
  readonly records: number;
  readonly seconds: number;
  /** User and system time of its process from first to last record. */
  readonly cpuSeconds: number;
  readonly rssMb: number;
}

/** Throws where the argument is no JSON: a contender is started by `drain.ts` alone. */
export const course = (): Course => JSON.parse(process.argv[2] ?? "") as Course;

/** Started before the first record comes. */
export function stopwatch(): () => Omit<Lap, "records"> {
  const began = performance.now();
  const cpu = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(cpu);
    return { seconds: (performance.now() - began) / 1_000, cpuSeconds: (user + system) / 1e6, rssMb: process.memoryUsage.rss() / 1e6 };
  };
}

/** Ends the process at once: connections left to close would count for nothing and cost seconds. */
export function finish(lap: Lap): never {
  process.stdout.write(`${JSON.stringify(lap)}\n`);
  process.exit(0);
}
