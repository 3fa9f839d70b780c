import type { z } from 'zod';
import type { DocumentType } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import type { readDocument } from '@smartscan/contracts/extraction';
import type { readPage, reading } from '@smartscan/contracts/extraction/readings';
import type { Chunks, TaskWatch } from '@smartscan/platform/ports';
import type { DateOrder } from '../domain/language.ts';

export type Reading = z.output<typeof reading>;
export type ReadPage = z.output<typeof readPage>;

/** The picture of a page as it was read: upright, and nothing but pixels. */
export interface PageImage {
  /** JPEG. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface Extracted {
  readonly readings: readonly Reading[];
  readonly pages: readonly ReadPage[];
  /** None where they were not asked for. */
  readonly images: readonly PageImage[];
  /** Digest of each model by name and version. */
  readonly models: Readonly<Record<string, string>>;
  readonly timings_ms: Readonly<Record<string, number>>;
  readonly cpuMs: number;
}

/** What a document is let in by. */
export interface Admission {
  readonly tenant: string;
  readonly lane: NonNullable<InputOf<typeof readDocument>['lane']>;
  readonly declaredBytes: number | undefined;
  readonly type: DocumentType | undefined;
  /** `undefined`: as long as the lane is given by default. */
  readonly deadlineSeconds: number | undefined;
}

export interface ReadingWishes {
  readonly type: DocumentType | undefined;
  readonly dateOrder: DateOrder | undefined;
  /** Pictures of the pages are wanted, too. */
  readonly images: boolean;
}

/** A document that was let in. It is in memory only; what it throws is its problem as a Fault. */
export interface Admitted {
  run(body: Chunks, wishes: ReadingWishes, watch: TaskWatch): Promise<Extracted>;
  /** It is over, whether or not it was read. */
  leave(): void;
}

/** Turns the bytes of a picture or a PDF into what stands in it. */
export interface Extract {
  /** A Fault where it could not be over in time, or there is no room for it. */
  admit(admission: Admission): Admitted;
}
