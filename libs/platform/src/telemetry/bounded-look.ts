/** Ours: a look that hangs for longer met a connection that is dead and doesn't know it; another may find a live one. */
const GIVE_UP_MS = 10_000;

/**
 * Makes a look at something outside that can be asked at any time: `undefined` where it failed or took too long. Whoever
 * asks while a look is under way gets that one's answer, so a store that hangs is asked once in 10 s, not at every scrape.
 */
export function boundedLook<T>(look: () => Promise<T>, withinMs: number): () => Promise<T | undefined> {
  let pending: { readonly answer: Promise<T | undefined>; readonly sinceMs: number } | undefined;
  const begin = (sinceMs: number): Promise<T | undefined> => {
    const answer = Promise.resolve()
      .then(look)
      .catch(() => undefined);
    const mine = (pending = { answer, sinceMs });
    void answer.then(() => {
      if (pending === mine) pending = undefined;
    });
    return answer;
  };
  return () => {
    const nowMs = performance.now();
    const known = pending && nowMs - pending.sinceMs < GIVE_UP_MS ? pending.answer : undefined;
    return inTime(known ?? begin(nowMs), withinMs);
  };
}

async function inTime<T>(answer: Promise<T>, withinMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), withinMs);
  });
  const first = await Promise.race([answer, late]);
  clearTimeout(timer);
  return first;
}
