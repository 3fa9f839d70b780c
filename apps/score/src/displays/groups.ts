/** What has the same key together, by key as a reader sorts them; what has none is left out. */
export const grouped = <T>(all: readonly T[], keyOf: (one: T) => string | undefined): [string, T[]][] => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
};

/** Of a table: empty where there is nothing to have a part of. */
export const percent = (part: number, whole: number): string => (whole === 0 ? '' : ((100 * part) / whole).toFixed(1));
