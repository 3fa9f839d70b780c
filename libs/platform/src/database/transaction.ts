import type { EntityManager } from '@mikro-orm/postgresql';
import type { z } from 'zod';
import { ACCESS_PURPOSES, Fault, type AccessPurpose, type Clock, type Region } from '@smartscan/kernel';
import { allEvents, type EventContract } from '@smartscan/contracts/event';
import type { Owner } from '@smartscan/contracts/owners';
import type { Scope } from '../ports/call.ts';
import type { Envelope } from '../ports/event-log.ts';
import type { TableFacts } from '../ports/table.ts';
import type { PhiAccess, Tx } from '../ports/work.ts';
import type { Keys } from '../keys/keys.ts';
import type { Ids } from '../ports/ids.ts';
import { traceparentNow } from '../telemetry/trace.ts';

export interface DatabaseTools {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: Keys;
  readonly region: Region;
}

/** The way in which a person's id is set apart from other uses of the tenant's key. */
const SUBJECT_PURPOSE = 'subject';

/** What a unit of work sees of its transaction. Events are gathered here and leave with the commit. */
export class Transaction implements Tx {
  readonly told: Envelope[] = [];

  constructor(
    private readonly owner: Owner,
    readonly scope: Scope,
    readonly em: EntityManager,
    private readonly tools: DatabaseTools,
  ) {}

  emit<S extends z.ZodObject>(event: EventContract<S>, body: z.output<S>): void {
    if (event.owner !== this.owner) {
      throw new Fault('internal', 'platform.foreign_event', `${this.owner} may not emit ${event.type}.`);
    }
    const checked = event.body.safeParse(body);
    if (!checked.success) throw new Fault('internal', 'platform.bad_event', `${event.type} does not fit its contract.`);
    const { tenant, actor, purpose, requestId } = this.scope;
    const named = (checked.data as { workspace_id?: string }).workspace_id;
    this.told.push({
      id: this.tools.ids.next('event'),
      type: event.type,
      topic: event.topic,
      key: event.keyOf(checked.data),
      time: new Date(this.tools.clock.nowMs()).toISOString(),
      tenant: tenant === '*' ? (named ?? '*') : tenant,
      actor,
      purpose,
      requestId,
      region: this.tools.region,
      traceparent: traceparentNow(),
      body: JSON.stringify(checked.data),
    });
  }

  async seal(table: TableFacts, rowId: string, value: unknown): Promise<Buffer> {
    const plaintext = Buffer.from(JSON.stringify(value), 'utf8');
    try {
      const sealed = await this.tools.keys.seal(this.tenant(), { table: table.fullName, row: rowId }, plaintext);
      this.noteAccess(table, rowId, 'write');
      return sealed;
    } finally {
      plaintext.fill(0);
    }
  }

  async open(table: TableFacts, rowId: string, sealed: Uint8Array): Promise<unknown> {
    const plaintext = await this.tools.keys.open(this.tenant(), { table: table.fullName, row: rowId }, sealed);
    try {
      this.noteAccess(table, rowId, 'read');
      return JSON.parse(plaintext.toString('utf8')) as unknown;
    } finally {
      plaintext.fill(0);
    }
  }

  noteAccess(table: TableFacts, rowId: string, access: PhiAccess): void {
    if (!table.phi) return;
    const contract = allEvents().find((event) => event.type === `${this.owner}.phi_accessed.v1`);
    if (!contract)
      throw new Fault(
        'internal',
        'platform.phi_without_audit',
        `${this.owner} keeps PHI and has no phi_accessed event.`,
      );
    this.emit(contract, {
      workspace_id: this.tenant(),
      table: table.fullName,
      record_id: rowId,
      access,
      purpose: this.accessPurpose(),
    });
  }

  pseudonym(value: string): Promise<string> {
    return this.tools.keys.pseudonym(this.tenant(), SUBJECT_PURPOSE, value);
  }

  private tenant(): string {
    if (this.scope.tenant === '*')
      throw new Fault('internal', 'platform.tenant_needed', 'PHI is touched for one tenant at a time.');
    return this.scope.tenant;
  }

  private accessPurpose(): AccessPurpose {
    const purpose = ACCESS_PURPOSES.find((known) => known === this.scope.purpose);
    if (!purpose)
      throw new Fault('forbidden', 'platform.no_access_purpose', 'PHI is touched with an access purpose only.');
    return purpose;
  }
}
