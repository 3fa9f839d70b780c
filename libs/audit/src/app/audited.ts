import { allEvents } from '@smartscan/contracts/all';
import type { AuditClass, EventContract } from '@smartscan/contracts/event';
import { Fault } from '@smartscan/kernel';

/** The events that the audit keeps, read off the contracts: those that name a class. */
export const auditedEvents = (): readonly EventContract[] => allEvents().filter((event) => event.audit !== 'none');

export function classOf(type: string): AuditClass {
  const audit = allEvents().find((event) => event.type === type)?.audit;
  if (audit === undefined || audit === 'none') {
    throw new Fault('internal', 'audit.unknown_event', 'An event came that the audit does not keep.');
  }
  return audit;
}
