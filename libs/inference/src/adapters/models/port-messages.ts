import type { ModelDescription, ModelRef, Tensors } from '@smartscan/platform/ports';
import type { PlainFault } from '../threads/plain-fault.ts';
import type { Engine } from './engines.ts';
import type { RunCounts } from './statistics.ts';

/** What can be asked of a thread that holds models. */
export type Question =
  | { readonly type: 'infer'; readonly model: ModelRef; readonly inputs: Tensors }
  | { readonly type: 'describe'; readonly model: ModelRef }
  | { readonly type: 'load'; readonly name: string; readonly version: string }
  | { readonly type: 'unload'; readonly name: string; readonly version: string };

/** To whoever holds models. */
export type ToHolder =
  | { readonly type: 'ask'; readonly id: number; readonly question: Question }
  | { readonly type: 'cancel'; readonly id: number };

/** From whoever holds models. */
export type FromHolder =
  | { readonly type: 'answer'; readonly id: number; readonly value: Tensors | ModelDescription | undefined }
  | { readonly type: 'fault'; readonly id: number; readonly fault: PlainFault }
  | { readonly type: 'counts'; readonly counts: readonly RunCounts[] }
  | {
      readonly type: 'provider';
      readonly provider: Engine | undefined;
      readonly missing: readonly Engine[];
    };
