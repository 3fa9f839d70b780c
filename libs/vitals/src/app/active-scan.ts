import type { z } from 'zod';
import type { PersonInputs } from '../domain/person.ts';
import { isOver, type ScanLife } from '../domain/scan.ts';
import type { markers, scanProgress, scanQuality } from '@smartscan/contracts/vitals';

export type Markers = z.output<typeof markers>;
export type ScanQuality = z.output<typeof scanQuality>;
export type Progress = z.output<typeof scanProgress>;

/** What of a scan is protected health information. It exists in memory and, where kept, in the sealed column. */
export interface ScanSecrets {
  readonly patient_id: string | null;
  readonly visit_id: string | null;
  readonly markers: Markers | null;
  readonly quality: ScanQuality | null;
  readonly timings_ms: Readonly<Record<string, number>> | null;
  readonly models: Readonly<Record<string, string>> | null;
}

export interface ScanState {
  readonly id: string;
  readonly tenant: string;
  /** Our own name for the person, once the scan is accepted; null where the caller named none. */
  subjectRef: string | null;
  /** The caller asks for estimates without a calibration too. */
  readonly wellness: boolean;
  /** How long the result is kept; 0: not at all. */
  retainedSeconds: number;
  life: ScanLife;
  /** Whether it is committed that there is such a scan. */
  accepted: boolean;
  stage: Progress['stage'];
  share: number;
  secrets: ScanSecrets;
  /** What the caller told of the person: for the markers, in memory, until they are made. */
  person: PersonInputs;
}

/** PROMISES, retention defaults: an asynchronous result that is not kept waits this long for its first fetch. */
const RESULT_BUFFER_MS = 15 * 60 * 1_000;

/** The scans that this process runs, and results that are handed over from memory once because nothing is kept. */
export class ActiveScans {
  private readonly states = new Map<string, ScanState>();
  private readonly aborts = new Map<string, AbortController>();
  private readonly watchers = new Map<string, Set<() => void>>();
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private readonly idlers: (() => void)[] = [];

  add(state: ScanState): AbortController {
    const abort = new AbortController();
    this.states.set(state.id, state);
    this.aborts.set(state.id, abort);
    return abort;
  }

  get count(): number {
    return this.aborts.size;
  }

  /** Whether it runs here, or waits here for its fetch. */
  has(id: string): boolean {
    return this.states.has(id);
  }

  /** Another tenant's scan is as unknown as none. */
  find(id: string, tenant: string): ScanState | undefined {
    const state = this.states.get(id);
    return state?.tenant === tenant ? state : undefined;
  }

  /** Ids of scans that run here and have a row, by tenant. */
  runningRows(): ReadonlyMap<string, readonly string[]> {
    const byTenant = new Map<string, string[]>();
    for (const state of this.states.values()) {
      if (!state.accepted || isOver(state.life) || state.retainedSeconds === 0) continue;
      byTenant.set(state.tenant, [...(byTenant.get(state.tenant) ?? []), state.id]);
    }
    return byTenant;
  }

  progress(state: ScanState, stage: Progress['stage'], share: number): void {
    state.stage = stage;
    state.share = share;
    this.wake(state.id);
  }

  cancel(id: string): void {
    this.aborts.get(id)?.abort();
  }

  /** The scan is over. `keepForFetch`: its result waits in memory for one reader, 15 minutes at most. */
  end(state: ScanState, keepForFetch: boolean): void {
    this.aborts.delete(state.id);
    state.stage = 'done';
    state.share = 1;
    this.wake(state.id);
    if (this.aborts.size === 0) for (const done of this.idlers.splice(0)) done();
    if (!keepForFetch) return this.forget(state.id);
    const timer = setTimeout(() => this.forget(state.id), RESULT_BUFFER_MS);
    timer.unref();
    this.timers.set(state.id, timer);
  }

  forget(id: string): void {
    clearTimeout(this.timers.get(id));
    this.timers.delete(id);
    this.states.delete(id);
    this.wake(id);
    this.watchers.delete(id);
  }

  /** Resolves at the scan's next change, or when the signal is aborted. */
  changed(id: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const watchers = this.watchers.get(id) ?? new Set();
      const done = (): void => {
        watchers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      watchers.add(done);
      this.watchers.set(id, watchers);
      signal.addEventListener('abort', done);
    });
  }

  /** Resolves when no scan runs here. */
  idle(): Promise<void> {
    return this.aborts.size === 0 ? Promise.resolve() : new Promise((resolve) => this.idlers.push(resolve));
  }

  private wake(id: string): void {
    for (const done of [...(this.watchers.get(id) ?? [])]) done();
  }
}
