import { DAY_MS, HOUR_MS, SECOND_MS, type DataCategory } from '@smartscan/kernel';

/** What a workspace's times depend on. `baa`: a HIPAA business associate agreement is signed (P37, P38). */
export interface Standing {
  readonly plan: 'free' | 'paid' | 'enterprise';
  readonly baa: boolean;
}

/** The times a workspace may choose, in seconds, both ends included. `zero`: it may also keep nothing at all. */
export interface Range {
  readonly zero: boolean;
  readonly min: number;
  readonly max: number;
}

/** How long one category is kept. */
export type Term =
  /** What the workspace sets itself inside a range; the default until it does. */
  | { readonly kept: 'as_set'; readonly defaultSeconds: number; readonly range: Range }
  /** The same for every workspace. `countedFrom` says from when, where that isn't the making of the record. */
  | { readonly kept: 'as_fixed'; readonly defaultSeconds: number; readonly countedFrom?: string }
  /** It lies with other data and goes when that goes. */
  | { readonly kept: 'with_parents'; readonly parents: readonly [DataCategory, ...DataCategory[]] };

const HOUR = HOUR_MS / SECOND_MS;
const DAY = DAY_MS / SECOND_MS;
// The longest that so many calendar months can be, so that "at least 13 months" holds whichever months they are.
const MONTHS_13 = 397 * DAY;
const YEARS_6 = 2_192 * DAY;
const YEARS_7 = 2_557 * DAY;
const YEARS_10 = 3_653 * DAY;

/** The published retention schedule: 30 days for customers who pay, 24 hours for the others; zero can be chosen (P39). */
const healthData = ({ plan, baa }: Standing): Term => ({
  kept: 'as_set',
  defaultSeconds: plan === 'free' && !baa ? 24 * HOUR : 30 * DAY,
  range: { zero: true, min: HOUR, max: YEARS_7 },
});

/**
 * The published retention schedule. HIPAA asks that documentation of security measures be kept six years from its
 * making (45 CFR 164.316(b)(2)(i)); that is the least with an agreement.
 */
const auditLog = ({ baa }: Standing): Term => ({
  kept: 'as_set',
  defaultSeconds: baa ? YEARS_7 : MONTHS_13,
  range: { zero: false, min: baa ? YEARS_6 : MONTHS_13, max: YEARS_10 },
});

const always = (term: Term) => (): Term => term;
/** The published retention schedule: what belongs to an account lives with it and 30 days on. */
const lifeAnd30Days = always({ kept: 'as_fixed', defaultSeconds: 30 * DAY, countedFrom: 'the end of the account' });

/**
 * The schedule that the retention promises come to (P23): a term for each category there is. Frames and raw video have no
 * category and so no table that could keep them (P11, P12).
 */
export const SCHEDULE: Readonly<Record<DataCategory, (standing: Standing) => Term>> = {
  vitals: healthData,
  extracted_data: healthData,
  // Kept by nobody who doesn't ask for it.
  document_images: always({ kept: 'as_set', defaultSeconds: 0, range: { zero: true, min: HOUR, max: YEARS_7 } }),
  subject_metadata: always({ kept: 'with_parents', parents: ['vitals', 'extracted_data'] }),
  sdk_telemetry: always({
    kept: 'as_set',
    defaultSeconds: 90 * DAY,
    range: { zero: false, min: 7 * DAY, max: 365 * DAY },
  }),
  idempotency: always({
    kept: 'as_set',
    defaultSeconds: 24 * HOUR,
    range: { zero: false, min: 24 * HOUR, max: 7 * DAY },
  }),
  audit_log: auditLog,
  account_profile: lifeAnd30Days,
  workspace: lifeAnd30Days,
  key_material: lifeAnd30Days,
  // Ours: long enough to tell whoever still calls with an old key that it was revoked, not that it never was.
  credential: always({ kept: 'as_fixed', defaultSeconds: 90 * DAY, countedFrom: 'its expiry or revocation' }),
  // The published schedule's default. One topic carries the events of all workspaces, so none of them can set it.
  domain_event: always({ kept: 'as_fixed', defaultSeconds: 7 * DAY }),
  // Ours: the longest that domain events may be kept, so that the inbox still knows an event that is replayed.
  operations: always({ kept: 'as_fixed', defaultSeconds: 30 * DAY }),
};

/**
 * The standing with the shortest times. It holds for a workspace that retention hasn't heard of yet: what is kept too
 * short in its first moments can be measured again, what is kept too long is a broken promise.
 */
export const STRICTEST: Standing = { plan: 'free', baa: false };
