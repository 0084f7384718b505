/**
 * The partition of a key as Kafka's Java client picks it: murmur2 with seed 0x9747b28c, sign bit cleared, modulo the number of
 * partitions. A record without a key goes to partition 0: Gatewatch keys what it writes.
 * Source: org.apache.kafka.common.utils.Utils.murmur2.
 */
export function murmur2Partition(key: Buffer | null, partitions: number): number {
  return key === null ? 0 : (murmur2(key) & 0x7fffffff) % partitions;
}

/** 32 bits, signed, as Java has them. */
export function murmur2(data: Buffer): number {
  const multiplier = 0x5bd1e995;
  let hash = 0x9747b28c ^ data.length;
  const words = data.length >> 2;
  for (let i = 0; i < words; i += 1) {
    let word = Math.imul(data.readInt32LE(i * 4), multiplier);
    word ^= word >>> 24;
    hash = Math.imul(hash, multiplier) ^ Math.imul(word, multiplier);
  }
  const rest = words * 4;
  const left = data.length - rest;
  if (left > 2) hash ^= (data[rest + 2] as number) << 16;
  if (left > 1) hash ^= (data[rest + 1] as number) << 8;
  if (left > 0) hash = Math.imul(hash ^ (data[rest] as number), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
