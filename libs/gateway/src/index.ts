import { apiKeyRevoked } from '@smartscan/contracts/identity';
import {
  AUTHORIZER,
  CLOCK,
  IDS,
  LOG,
  METRICS,
  on,
  PLACE,
  provide,
  SERVICES,
  SETTINGS,
  UNIT_OF_WORK,
  type Context,
} from '@smartscan/platform/ports';
import { Admission } from './adapters/admission.ts';
import { Answers } from './adapters/answers.ts';
import { Bodies } from './adapters/bodies.ts';
import { Caller } from './adapters/caller.ts';
import { Documents } from './adapters/docs/documents.ts';
import { EventStream } from './adapters/event-stream.ts';
import { Front } from './adapters/front.ts';
import { InFlight } from './adapters/in-flight.ts';
import { KeyedCalls } from './adapters/keyed-calls.ts';
import { Operations } from './adapters/operations.ts';
import { PublicApi } from './adapters/public-api.ts';
import { RequestRecord } from './adapters/request-record.ts';
import { Serving } from './adapters/serving.ts';
import { Allowances } from './app/allowances.ts';
import { AnswerOnce } from './app/answer-once.ts';
import { EvictRevokedKey } from './app/evict-revoked-key.ts';
import { idempotencyTable } from './app/idempotency-records.ts';
import { gatewaySettings } from './app/settings.ts';
import { VerifiedKeys } from './app/verified-keys.ts';

/** The public front door: keys, regions, limits, bodies, problems, and a route for every public operation. */
export const gateway: Context = {
  name: 'gateway',
  controllers: [],
  providers: [
    provide(VerifiedKeys, [SERVICES, CLOCK, PLACE]),
    provide(EvictRevokedKey, [VerifiedKeys]),
    provide(Allowances, [SETTINGS, CLOCK]),
    provide(AnswerOnce, [UNIT_OF_WORK, SERVICES, CLOCK, LOG]),
    provide(RequestRecord, [LOG, METRICS]),
    provide(InFlight, [IDS, Allowances, RequestRecord, METRICS]),
    provide(Answers, [InFlight, SETTINGS]),
    provide(EventStream, [Answers, InFlight]),
    provide(Bodies, [SETTINGS]),
    provide(KeyedCalls, [AnswerOnce, SERVICES]),
    provide(Caller, [SERVICES, KeyedCalls, VerifiedKeys, PLACE]),
    provide(Serving, [Bodies, Caller, Answers, EventStream]),
    provide(Admission, [VerifiedKeys, AUTHORIZER, Allowances, PLACE]),
    provide(Documents, [PLACE, SETTINGS]),
    provide(Operations, [Admission, Serving, Answers]),
    provide(Front, [InFlight, Answers]),
    provide(PublicApi, [Front, Documents, Operations, Answers]),
  ],
  tables: [idempotencyTable],
  migrations: new URL('../migrations/', import.meta.url),
  listens: [on(apiKeyRevoked, EvictRevokedKey)],
  schedules: [],
  settings: gatewaySettings,
  http: PublicApi,
};
