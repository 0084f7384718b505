/** What stays of a text where the text itself does not. */
export interface PromptFeatures {
  /** Length in UTF-16 units. */
  readonly chars: number;
  /** Shannon entropy of its words, in bits; of its characters where there are fewer than eight words. */
  readonly entropyBits: number;
  /** Longest run of one word / words; of one character / characters where there are fewer than eight words. */
  readonly longestRunShare: number;
}

const fewWords = 8;

/**
 * Length, entropy and longest run. Words stand in for tokens, since the model's tokenizer is not here: figures of an engine, where
 * it gives them, are better. Undefined for an empty text.
 */
export function promptFeatures(text: string): PromptFeatures | undefined {
  if (text.trim() === "") return undefined;
  const words = text.trim().split(/\s+/);
  const parts = words.length >= fewWords ? words : [...text.trim()];
  const counts = new Map<string, number>();
  let longest = 0;
  let run = 0;
  let before: string | undefined;
  for (const part of parts) {
    counts.set(part, (counts.get(part) ?? 0) + 1);
    run = part === before ? run + 1 : 1;
    before = part;
    if (run > longest) longest = run;
  }
  let entropyBits = 0;
  for (const count of counts.values()) entropyBits -= (count / parts.length) * Math.log2(count / parts.length);
  // One kind of word has -0 bits otherwise.
  return { chars: text.length, entropyBits: Math.max(0, entropyBits), longestRunShare: longest / parts.length };
}
