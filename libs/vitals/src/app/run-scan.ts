import { asFault, type Clock } from '@smartscan/kernel';
import type { InputOf } from '@smartscan/contracts/operation';
import { scanAccepted, scanCancelled, scanCompleted, scanFailed, type startScan } from '@smartscan/contracts/vitals';
import {
  Reply,
  type Call,
  type Chunks,
  type Ids,
  type Services,
  type Tx,
  type UnitOfWork,
} from '@smartscan/platform/ports';
import { beginScan, endOf, endScan, isOver, type ScanLife } from '../domain/scan.ts';
import { problem } from '../domain/scan-problems.ts';
import type { ActiveScans, ScanSecrets, ScanState } from './active-scan.ts';
import { itemOfState, NO_SECRETS, withSecrets, type ScanAnswer, type ScanItem } from './present.ts';
import { addScan, closeScan, removeScan, scanTable, type ScanClosing } from './scans.ts';
import { readTelemetry, type KeepTelemetry } from './keep-telemetry.ts';
import { vitalsTtl } from './vitals-ttl.ts';

export interface Measured {
  readonly secrets: Pick<ScanSecrets, 'markers' | 'quality' | 'timings_ms' | 'models'>;
  readonly frames: number;
  readonly cpuMs: number;
}

/** Turns the bytes of a video into vitals, in memory only. Throws the scan's problem as a Fault. */
export interface Measure {
  /** Whether another scan may begin now; a Fault where it may not. */
  admit(): void;
  run(
    body: Chunks,
    watch: { readonly signal: AbortSignal; readonly onProgress: (stage: ScanState['stage'], share: number) => void },
  ): Promise<Measured>;
}

export interface ScanParts {
  readonly work: UnitOfWork;
  readonly services: Services;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly active: ActiveScans;
  readonly measure: Measure;
  readonly telemetry: KeepTelemetry;
}

/** One scan from the first byte of its video to its answer. */
export class RunScan {
  constructor(private readonly parts: ScanParts) {}

  async run(input: InputOf<typeof startScan>, call: Call, body: Chunks): Promise<ScanAnswer | Reply<ScanItem>> {
    const { measure, active } = this.parts;
    const telemetry = readTelemetry(input.telemetry);
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    // Nothing is awaited between this and the entry into the list that it counts.
    measure.admit();
    const state = this.begin(input, call, ttlSeconds);
    const abort = active.add(state);
    const leave = (): void => abort.abort();
    // A caller who waits for the answer and leaves has no more use for it; one who asked to come back has.
    call.signal.addEventListener('abort', leave);
    let ended = (): void => active.end(state, false);
    try {
      await this.accept(state, call);
      if (telemetry && ttlSeconds > 0) await this.parts.telemetry.run(telemetry, call);
      if (call.respondAsync) {
        ended = () => undefined;
        return await this.later(state, call, body, abort.signal);
      }
      await this.measureTo(state, call, body, abort.signal);
      return withSecrets(itemOfState(state), state.secrets);
    } finally {
      // From here on one who asked to come back is not waited for.
      call.signal.removeEventListener('abort', leave);
      ended();
    }
  }

  /** The body comes with the request, so it is read before 202 is said; the rest goes on without the caller. */
  private async later(state: ScanState, call: Call, body: Chunks, signal: AbortSignal): Promise<Reply<ScanItem>> {
    let settle: (error?: unknown) => void = () => undefined;
    const received = new Promise<void>((resolve, reject) => {
      settle = (error) => (error === undefined ? resolve() : reject(error as Error));
    });
    const counted = (async function* counting(): Chunks {
      yield* body;
      settle();
    })();
    const running = this.measureTo(state, call, counted, signal).then(
      () => settle(),
      (error: unknown) => settle(error),
    );
    void running.finally(() => this.parts.active.end(state, state.retainedSeconds === 0));
    await received;
    return new Reply(202, itemOfState(state));
  }

  private begin(input: InputOf<typeof startScan>, call: Call, retainedSeconds: number): ScanState {
    const { ids, clock } = this.parts;
    return {
      id: ids.next('scan'),
      tenant: call.tenant,
      retainedSeconds,
      life: beginScan(clock.nowMs()),
      stage: 'received',
      share: 0,
      secrets: { ...NO_SECRETS, patient_id: input.patient_id ?? null, visit_id: input.visit_id ?? null },
    };
  }

  private accept(state: ScanState, call: Call): Promise<void> {
    return this.parts.work.run(call, async (tx) => {
      if (state.retainedSeconds > 0) {
        const row = { id: state.id, workspaceId: state.tenant, createdAt: new Date(state.life.startedAtMs) };
        await addScan(tx, row, state.secrets);
      }
      tx.emit(scanAccepted, { workspace_id: state.tenant, scan_id: state.id });
    });
  }

  private async measureTo(state: ScanState, call: Call, body: Chunks, signal: AbortSignal): Promise<void> {
    const { measure, active } = this.parts;
    try {
      const onProgress = (stage: ScanState['stage'], share: number): void => active.progress(state, stage, share);
      const measured = await measure.run(body, { signal, onProgress });
      if (signal.aborted) throw problem('cancelled');
      await this.complete(state, call, measured);
    } catch (error) {
      // Once completed, a failure to say so is not a failure of the scan.
      if (!isOver(state.life)) await this.fail(state, call, signal.aborted ? problem('cancelled') : error);
      throw signal.aborted ? problem('cancelled') : error;
    }
  }

  private async complete(state: ScanState, call: Call, measured: Measured): Promise<void> {
    // Asked again: a workspace that chose to keep nothing while this scan ran gets nothing kept.
    const ttlSeconds = await vitalsTtl(this.parts.services, call);
    const retained = state.retainedSeconds > 0 && ttlSeconds > 0;
    const secrets = { ...state.secrets, ...measured.secrets };
    const life = endScan(state.life, { status: 'completed' }, this.parts.clock.nowMs());
    await this.parts.work.run(call, async (tx) => {
      // Cancelled or swept meanwhile: then the result is nobody's.
      if (retained && !(await closeScan(tx, state.id, closingOf(life, secrets)))) throw problem('cancelled');
      if (!retained) await this.handOver(tx, state);
      tx.emit(scanCompleted, {
        workspace_id: state.tenant,
        scan_id: state.id,
        retained,
        frames: measured.frames,
        cpu_ms: Math.round(measured.cpuMs),
      });
    });
    Object.assign(state, { life, secrets, retainedSeconds: retained ? ttlSeconds : 0 });
  }

  /** Nothing is kept: the row of the running scan goes too, and the disclosure itself is what the audit notes. */
  private async handOver(tx: Tx, state: ScanState): Promise<void> {
    await removeScan(tx, state.id);
    tx.noteAccess(scanTable, state.id, 'read');
  }

  private async fail(state: ScanState, call: Call, error: unknown): Promise<void> {
    const end = endOf(asFault(error).code);
    state.life = endScan(state.life, end, this.parts.clock.nowMs());
    await this.parts.work.run(call, async (tx) => {
      // Whoever closed the row told of it.
      if (state.retainedSeconds > 0 && !(await closeScan(tx, state.id, closingOf(state.life, null)))) return;
      const scan = { workspace_id: state.tenant, scan_id: state.id };
      if (end.status === 'failed') tx.emit(scanFailed, { ...scan, problem: end.problem });
      else tx.emit(scanCancelled, scan);
    });
  }
}

const closingOf = ({ status, problem: code, finishedAtMs }: ScanLife, secrets: ScanSecrets | null): ScanClosing => ({
  status,
  problem: code,
  at: new Date(finishedAtMs ?? 0),
  secrets,
});
