/**
 * Whether an Apicurio Registry has read back all it knew. Its API answers before that, first as if it were empty, then with a
 * part: what is registered then becomes another version of the same schema. Its readiness says when the whole journal is read.
 */
export async function knowsItsSchemas(address: string): Promise<boolean> {
  const response = await fetch(new URL("/health/ready", address), { signal: AbortSignal.timeout(3_000) });
  await response.arrayBuffer();
  return response.status === 200;
}
