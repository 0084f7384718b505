/** One worker of a group as the deal sees it. */
export interface Member {
  readonly id: string;
  /** Lanes it holds now. */
  readonly held: readonly number[];
}

/**
 * Deals lanes out: fair (shares differ by one at most) and sticky (a member keeps what it holds, up to its share). The same
 * answer whatever the order of the members, since every member of a group must come to it.
 */
export function laneShares(members: readonly Member[], lanes: number): Map<string, number[]> {
  const ordered = [...members].sort((a, b) => b.held.length - a.held.length || (a.id < b.id ? -1 : 1));
  const shareOf = (index: number): number => Math.floor(lanes / ordered.length) + (index < lanes % ordered.length ? 1 : 0);
  const free = new Set(Array.from({ length: lanes }, (_, lane) => lane));
  const dealt = ordered.map(({ held }, index) => {
    const kept: number[] = [];
    for (const lane of held) if (kept.length < shareOf(index) && free.delete(lane)) kept.push(lane);
    return kept;
  });
  for (const [index, kept] of dealt.entries()) {
    for (const lane of free) {
      if (kept.length >= shareOf(index)) break;
      kept.push(lane);
      free.delete(lane);
    }
  }
  return new Map(ordered.map(({ id }, index) => [id, (dealt[index] ?? []).sort((a, b) => a - b)]));
}
