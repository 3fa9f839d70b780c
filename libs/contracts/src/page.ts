import { z } from 'zod';

/** Cursor pagination: ask with the cursor that the last page ended with; no cursor, no further page. */
export const PAGE_LIMIT_MAX = 100;
export const pageInput = {
  limit: z.coerce.number().int().min(1).max(PAGE_LIMIT_MAX).default(20),
  /** Opaque to callers. Ids sort by time, so the last id of a page is where the next one starts. */
  cursor: z.string().max(64).optional(),
};

export const pageOf = <S extends z.ZodType>(item: S) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

/** Cuts a page from rows that were read one beyond the limit, newest first. */
export const cutPage = <Row extends { readonly id: string }>(rows: readonly Row[], limit: number) => ({
  items: rows.slice(0, limit),
  next_cursor: rows.length > limit ? (rows[limit - 1]?.id ?? null) : null,
});
