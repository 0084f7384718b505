import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../lanes/harness.ts";

/** A real nginx in a folder of its own. */
export interface Nginx {
  readonly dir: string;
  readonly port: number;
  readonly log: string;
  /** Makes it open its log anew, as logrotate does after a rename. */
  reopen(): void;
  stop(): Promise<void>;
}

/** Starts nginx with this `http` block content; `{log}` in it is the log's path. It answers 200 and its `$request_id`. */
export async function startNginx(path: string, format: string): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), "gatewatch-nginx-"));
  const port = await freePort();
  const log = join(dir, "access.log");
  mkdirSync(join(dir, "temp"));
  const temps = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${dir}/temp/${name};`);
  writeFileSync(
    join(dir, "nginx.conf"),
    `daemon off; pid ${dir}/nginx.pid; error_log ${dir}/error.log; worker_processes 1; events { worker_connections 64; }
    http { ${temps.join(" ")} ${format.replaceAll("{log}", log)}
      server { listen 127.0.0.1:${port}; location / { add_header x-request-id $request_id always; return 200 "ok"; } } }`,
  );
  const child = spawn(path, ["-p", dir, "-c", join(dir, "nginx.conf"), "-e", join(dir, "error.log")], { stdio: "ignore" });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await until("nginx answers", async () => (await fetch(`http://127.0.0.1:${port}/up`).catch(() => undefined))?.ok === true, 10_000);
  return {
    dir,
    port,
    log,
    reopen: () => void child.kill("SIGUSR1"),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
