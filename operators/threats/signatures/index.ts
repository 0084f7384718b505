import { codeInjection, commandInjection } from "./command-injection.ts";
import { crossSiteScripting } from "./cross-site-scripting.ts";
import { fileAccess } from "./file-access.ts";
import { protocolAbuse, rightsAbuse, tokenAbuse } from "./protocol-abuse.ts";
import { scanners } from "./scanners.ts";
import { serverRequest } from "./server-request.ts";
import type { Signature } from "./signature.ts";
import { noSqlInjection, sqlInjection } from "./sql-injection.ts";
import { directoryInjection, lookupInjection, templateInjection, xmlEntities } from "./template-injection.ts";

/** Every signature of HTTP attacks, in the order in which equal ones are named. */
export const httpSignatures: readonly Signature[] = [
  ...sqlInjection,
  ...noSqlInjection,
  ...crossSiteScripting,
  ...fileAccess,
  ...commandInjection,
  ...codeInjection,
  ...templateInjection,
  ...lookupInjection,
  ...directoryInjection,
  ...xmlEntities,
  ...serverRequest,
  ...protocolAbuse,
  ...rightsAbuse,
  ...tokenAbuse,
  ...scanners,
];
