import { createServer } from "node:net";
import { Fault } from "../../schemas/faults/fault.ts";

const triedAbove = 100;
/** Given out by this process: parts that start side by side must not be told the same port before one of them listens. */
const given = new Set<number>();

/** The port asked for, or GW_PORT_TAKEN; without one the usual port or the next free one. Checked on 127.0.0.1. */
export async function portFor(name: string, usual: number, asked?: number): Promise<number> {
  if (asked !== undefined && asked !== 0) {
    if (!(await isFree(asked)))
      throw new Fault("GW_PORT_TAKEN", `${name} cannot listen on 127.0.0.1:${asked}: the port is taken`, { port: asked });
    given.add(asked);
    return asked;
  }
  if (asked === 0) return anyFreePort();
  for (let port = usual; port <= usual + triedAbove; port += 1) {
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Fault("GW_PORT_TAKEN", `${name} found no free port from ${usual} to ${usual + triedAbove} on 127.0.0.1`, { port: usual });
}

/** Any free port, as tests want it. */
export async function anyFreePort(): Promise<number> {
  const port = await listenOnce(0);
  if (port === undefined) throw new Fault("GW_PORT_TAKEN", "this machine has no free port on 127.0.0.1");
  if (given.has(port)) return anyFreePort();
  given.add(port);
  return port;
}

/** A part that has ended gives its port back. */
export function releasePort(port: number): void {
  given.delete(port);
}

export const isFree = async (port: number): Promise<boolean> => (await listenOnce(port)) !== undefined;

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1", exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : undefined));
    });
  });
}
