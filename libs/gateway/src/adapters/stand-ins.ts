import { hash, randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Controller } from '@nestjs/common';
import { Fault, makeApiKey, type Region } from '@smartscan/kernel';
import { allOperations } from '@smartscan/contracts/all';
import { verifyApiKey } from '@smartscan/contracts/identity';
import type { InputOf, Operation, OutputOf } from '@smartscan/contracts/operation';
import type { Owner } from '@smartscan/contracts/owners';
import { Serves, type Answer, type Call, type Chunks, type Context, type Handler } from '@smartscan/platform/ports';

type Verified = OutputOf<typeof verifyApiKey>;

/**
 * For tests of the gateway: stands where the owners behind it would. It knows the keys that it issued, and answers each
 * operation as the test says at the time.
 */
export class StandIns {
  readonly contexts: readonly Context[];
  /** What identity knows, by digest. */
  readonly keys = new Map<string, Verified>();
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

  private context(owner: Owner): Context {
    const { script } = this;
    class StandIn {}
    Controller()(StandIn);
    for (const operation of allOperations().filter((one) => one.owner === owner && !one.id.endsWith('.sweep'))) {
      const value: Handler<Operation> = (input, call, body) => {
        const handler = script.get(operation.id);
        if (!handler) throw new Fault('unavailable', 'test.no_script', 'The test says nothing of this operation.');
        return handler(input, call, body);
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
