import {
  defineEntity,
  UnderscoreNamingStrategy,
  type EntitySchema,
  type InferEntityFromProperties,
} from '@mikro-orm/core';
import { Fault, isPhi, type DataCategory, type ProcessingPurpose } from '@smartscan/kernel';
import type { Owner } from '@smartscan/contracts/owners';

/** A declaration may say that a thing does not apply, but only with the reason. */
export interface NotApplicable {
  readonly none: string;
}

/**
 * When a row's time is over: `ttlOf` names the category whose retention applies, counted from `from`. While `openUntil` is
 * empty the row is of something that goes on, and no sweep ends that.
 */
export interface RetentionClock<Column extends string> {
  readonly from: Column;
  readonly openUntil?: Column;
  readonly ttlOf: DataCategory;
}

export interface TableSpec<Columns extends Record<string, unknown>> {
  readonly owner: Owner;
  readonly name: string;
  readonly columns: Columns;
  readonly category: DataCategory;
  readonly purpose: ProcessingPurpose;
  /** The column that holds the workspace; row-level security is derived from it. */
  readonly tenant: (keyof Columns & string) | NotApplicable;
  /** The column that names the person whom the row is about, as a pseudonym. */
  readonly subject: (keyof Columns & string) | NotApplicable;
  readonly clock: RetentionClock<keyof Columns & string> | NotApplicable;
  /** Purposes for which rows of all tenants may be met in one unit of work. */
  readonly acrossTenants?: readonly ProcessingPurpose[];
}

/** What a declaration says, apart from its columns. */
export interface TableFacts {
  readonly owner: Owner;
  readonly name: string;
  /** `vitals.scan`: as the audit, the keys' AAD and the inventory call it. */
  readonly fullName: string;
  readonly category: DataCategory;
  readonly phi: boolean;
  readonly purpose: ProcessingPurpose;
  readonly tenantColumn: string | NotApplicable;
  readonly subjectColumn: string | NotApplicable;
  readonly clock: RetentionClock<string> | NotApplicable;
  readonly acrossTenants: readonly ProcessingPurpose[];
}

/** One table, declared once. Row-level security, inventory, sweep, export and erasure all derive from it. */
export interface TableOf<Row extends object> extends TableFacts {
  readonly entity: EntitySchema<Row>;
}
export interface Table extends TableFacts {
  readonly entity: EntitySchema;
}

export type RowOf<T> = T extends TableOf<infer Row> ? Row : never;

const naming = new UnderscoreNamingStrategy();
const columnName = <T extends string | NotApplicable>(property: T): T | string =>
  typeof property === 'string' ? naming.propertyToColumnName(property) : property;

const clockOf = ({ from, openUntil, ttlOf }: RetentionClock<string>): RetentionClock<string> => ({
  from: columnName(from),
  ...(openUntil === undefined ? {} : { openUntil: columnName(openUntil) }),
  ttlOf,
});

export function defineTable<Columns extends Record<string, unknown>>(
  spec: TableSpec<Columns>,
): TableOf<InferEntityFromProperties<Columns>> {
  const { owner, name, category, purpose, tenant, subject, clock } = spec;
  if (isPhi(category) && typeof tenant !== 'string') {
    throw new Fault(
      'internal',
      'platform.phi_without_tenant',
      `${owner}.${name} holds PHI and names no tenant column.`,
    );
  }
  const entity = defineEntity({ name: `${owner}.${name}`, tableName: name, properties: spec.columns });
  return {
    owner,
    name,
    fullName: `${owner}.${name}`,
    entity: entity as unknown as EntitySchema<InferEntityFromProperties<Columns>>,
    category,
    phi: isPhi(category),
    purpose,
    tenantColumn: columnName(tenant),
    subjectColumn: columnName(subject),
    clock: 'from' in clock ? clockOf(clock) : clock,
    acrossTenants: spec.acrossTenants ?? [],
  };
}
