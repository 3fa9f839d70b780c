import { Fault } from '@smartscan/kernel';

/** What an entry keeps of the event it records: ids, counts and enums, one level deep. */
export type Facts = Readonly<Record<string, string | number | boolean>>;

/**
 * The facts of an event's body. Contracts admit flat bodies only; the log of record doesn't lean on that: what is not
 * flat is refused, and the event is parked where it can be seen. Throws `audit.facts_not_flat`.
 */
export function factsOf(body: Readonly<Record<string, unknown>>): Facts {
  // fromEntries, so that a member keeps its name whatever it is; assigning to `__proto__` would lose it.
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => {
      if (isFact(value)) return [name, value];
      throw new Fault('invalid', 'audit.facts_not_flat', 'An event holds more than ids, counts and enums.');
    }),
  );
}

const isFact = (value: unknown): value is string | number | boolean =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
