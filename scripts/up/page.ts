import { join } from "node:path";
import { tokenIn } from "../../infra/http/access-token.ts";
import { isLoopback } from "../../infra/http/guard.ts";
import { type StatusPage, startStatusPage } from "../../infra/http/status-page.ts";
import type { StackView } from "./stack-view.ts";

export interface PageToServe {
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly view: StackView;
  say(sentence: string): void;
}

/** The status page of `up`. Where other machines can reach it, it asks for the token in the data directory, made on first use. */
export async function servePage({ host, port, dataDir, view, say }: PageToServe): Promise<StatusPage> {
  const file = join(dataDir, "page-token");
  const token = isLoopback(host) ? undefined : tokenIn(file);
  const page = await startStatusPage({ host, port, token, view: () => view.view() });
  if (token !== undefined) say(`the status page asks for the token in ${file}: open it once with ?token=… behind its address`);
  return page;
}
