import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller, Inject } from '@nestjs/common';
import { Fault, makeApiKey, type Region } from '@smartscan/kernel';
import { allOperations } from '@smartscan/contracts/all';
import { verifyApiKey } from '@smartscan/contracts/identity';
import type { InputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import type { Owner } from '@smartscan/contracts/owners';
import {
  AUTHORIZER,
  keyMay,
  Serves,
  type Answer,
  type Authorizer,
  type Call,
  type Chunks,
  type Context,
  type Handler,
} from '@smartscan/platform/ports';

type Verified = OutputOf<typeof verifyApiKey>;

/**
 * For tests of the gateway: stands where the owners behind it would. It knows the keys that it issued, and answers each
 * operation as the test says at the time.
 */
export class StandIns {
  readonly contexts: readonly Context[];
  /** What identity knows, by digest. */
  readonly keys = new Map<string, Verified>();
  /** Keys of which the authorizer was told. */
  readonly told = new Set<string>();
  /** How often identity was asked. */
  lookUps = 0;
  private readonly script = new Map<string, Handler<Operation>>();

  constructor(owners: readonly Owner[]) {
    this.contexts = owners.map((owner) => this.context(owner));
    this.answer(verifyApiKey, ({ digest }) => {
      this.lookUps += 1;
      const known = this.keys.get(digest);
      if (!known) throw new Fault('unauthenticated', 'identity.api_key_unknown', 'There is no such key.');
      return Promise.resolve(known);
    });
  }

  /** What the operation's owner does from now on. */
  answer<O extends Operation>(
    operation: O,
    handler: (input: InputOf<O>, call: Call, body: Chunks | undefined) => Promise<Answer<O>>,
  ): void {
    this.script.set(operation.id, handler as unknown as Handler<Operation>);
  }

  /** Makes a key that identity knows. */
  issue(given: Partial<Verified> = {}, region: Region = 'us-east-1'): string {
    const secret = anyKey(region);
    const id = randomBytes(13).toString('hex').toUpperCase();
    this.keys.set(hash('sha256', secret, 'hex'), {
      key_id: `key_${id}`,
      workspace_id: `wsp_${id}`,
      scopes: ['scans:write', 'scans:read', 'keys:write', 'workspace:read', 'retention:write', 'audit:read'],
      expires_at: null,
      plan: 'enterprise',
      ...given,
    });
    return secret;
  }

  /** What identity does when it makes a key is done here when it is first asked for. */
  private async tell(authorizer: Authorizer, { key_id: id, workspace_id: tenant, scopes }: Verified): Promise<void> {
    if (this.told.has(id)) return;
    this.told.add(id);
    await authorizer.write({ add: scopes.map((scope) => keyMay(id, scope, tenant)), remove: [] });
  }

  private context(owner: Owner): Context {
    const { script } = this;
    const tell = (authorizer: Authorizer, answer: unknown) => this.tell(authorizer, answer as Verified);
    class StandIn {
      constructor(readonly authorizer: Authorizer) {}
    }
    Controller()(StandIn);
    Inject(AUTHORIZER)(StandIn, undefined, 0);
    for (const operation of allOperations().filter((one) => one.owner === owner && !one.id.endsWith('.sweep'))) {
      const value = async function (this: StandIn, ...given: Parameters<Handler<Operation>>) {
        const handler = script.get(operation.id);
        if (!handler) throw new Fault('unavailable', 'test.no_script', 'The test says nothing of this operation.');
        const answer = await handler(...given);
        if (operation.id === verifyApiKey.id) await tell(this.authorizer, answer);
        return answer;
      };
      Object.defineProperty(StandIn.prototype, operation.id, { value });
      Serves(operation)(StandIn.prototype, operation.id, { value });
    }
    const migrations = pathToFileURL(`${mkdtempSync(join(tmpdir(), 'smartscan-stand-in-'))}/`);
    return { name: owner, controllers: [StandIn], providers: [], tables: [], migrations, listens: [], schedules: [] };
  }
}

/** A key of the right shape that nobody knows. */
export const anyKey = (region: Region = 'us-east-1'): string => makeApiKey(region, randomBytes(64)) ?? anyKey(region);
