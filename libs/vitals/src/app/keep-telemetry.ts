import { p } from '@mikro-orm/core';
import type { z } from 'zod';
import { Fault, type Clock } from '@smartscan/kernel';
import { telemetry } from '@smartscan/contracts/vitals';
import { defineTable, type Call, type Ids, type UnitOfWork } from '@smartscan/platform/ports';

export const telemetryTable = defineTable({
  owner: 'vitals',
  name: 'telemetry',
  category: 'sdk_telemetry',
  purpose: 'improve_reliability',
  tenant: 'workspaceId',
  subject: { none: 'not linked to a person (P19)' },
  clock: { from: 'receivedAt', ttlOf: 'sdk_telemetry' },
  columns: {
    id: p.text().primary(),
    workspaceId: p.text(),
    cameraModel: p.text().nullable(),
    osVersion: p.text().nullable(),
    orientation: p.text().nullable(),
    ambientLight: p.double().nullable(),
    faceQuality: p.double().nullable(),
    receivedAt: p.datetime(),
  },
});

export type Telemetry = z.output<typeof telemetry>;

/** The five fields and nothing else (P18). Names no value where it refuses. */
export function readTelemetry(header: string | undefined): Telemetry | undefined {
  if (header === undefined) return undefined;
  const parsed = telemetry.safeParse(jsonOf(header));
  if (parsed.success) return parsed.data;
  throw new Fault(
    'invalid',
    'vitals.bad_telemetry',
    'The telemetry header holds something else than the five fields.',
    {
      remedy: `Send JSON with none but ${Object.keys(telemetry.shape).join(', ')}.`,
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Keeps what the SDK told of the device, under an id that nothing else carries: no scan, no person (P19). */
export class KeepTelemetry {
  constructor(
    private readonly work: UnitOfWork,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  run(given: Telemetry, call: Call): Promise<void> {
    return this.work.run(call, async (tx) => {
      await tx.em.insert(telemetryTable.entity, {
        id: this.ids.next('event'),
        workspaceId: call.tenant,
        cameraModel: given.camera_model ?? null,
        osVersion: given.os_version ?? null,
        orientation: given.orientation ?? null,
        ambientLight: given.ambient_light ?? null,
        faceQuality: given.face_quality ?? null,
        receivedAt: new Date(this.clock.nowMs()),
      });
    });
  }
}
