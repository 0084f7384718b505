/** The name somebody most likely meant: few edits away, or the same but for case and separators. For "did you mean". */
export function closest(given: string, names: Iterable<string>): string | undefined {
  const meant = given.slice(0, longest);
  let best: string | undefined;
  let least = Math.max(1, Math.floor(meant.length * 0.4)) + 1;
  for (const name of names) {
    const edits = plain(name) === plain(meant) ? 0 : distance(meant, name);
    if (edits < least) {
      best = name;
      least = edits;
    }
  }
  return best;
}

/** Nobody's name is longer; comparing a megabyte of nonsense would take minutes. */
const longest = 100;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, "");

/** Edits from one text to the other: insertions, deletions, replacements, and neighbours swapped. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (beforeLast[j - 2] ?? 0) + 1 : replaced;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, replaced, swapped));
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
