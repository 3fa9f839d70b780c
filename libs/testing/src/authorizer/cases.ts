import { SCOPES, type Scope } from '@smartscan/contracts/operation';
import { keyMay, relationOf, type Relation } from '@smartscan/platform/ports';

/** Names that no other test uses: a server's store may be shared. */
export interface Cast {
  readonly clinic: string;
  readonly other: string;
  /** Makes an id of this run. */
  readonly named: (name: string) => string;
}

export const castOf = (run: string): Cast => {
  const named = (name: string): string => `${name}_${run}`;
  return { clinic: `workspace:${named('clinic')}`, other: `workspace:${named('other')}`, named };
};

export const ROLES = ['owner', 'admin', 'compliance_officer', 'developer', 'billing', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** What a workspace lets whom do. Who is not named may not. */
export const MAY: Readonly<Record<string, readonly Role[]>> = {
  scans_write: ['owner', 'admin', 'developer'],
  scans_read: ['owner', 'admin', 'developer'],
  documents_write: ['owner', 'admin', 'developer'],
  documents_read: ['owner', 'admin', 'developer'],
  keys_write: ['owner', 'admin', 'developer'],
  workspace_read: ['owner', 'admin', 'compliance_officer', 'developer', 'billing', 'viewer'],
  retention_write: ['owner', 'admin', 'compliance_officer'],
  audit_read: ['owner', 'admin', 'compliance_officer'],
  members_write: ['owner', 'admin'],
  billing_write: ['owner', 'billing'],
  tickets_write: ['owner', 'admin', 'compliance_officer', 'developer'],
  phi_read_for_support: [],
};

export const ALL_SCOPES = Object.keys(SCOPES) as Scope[];

/** A person per role, a key per scope; `meant` is a viewer who was given the results of scans by name. */
export const factsOf = ({ clinic, named }: Cast): Relation[] => [
  ...ROLES.map((role) => ({ subject: `user:${named(role)}`, relation: role, object: clinic })),
  ...ALL_SCOPES.map((scope) => keyMay(named(relationOf(scope)), scope, named('clinic'))),
  { subject: `user:${named('meant')}`, relation: 'viewer', object: clinic },
  { subject: `user:${named('meant')}`, relation: 'scans_read', object: clinic },
];

/** Tickets of the clinic and of another workspace, open and closed, each with a member of staff of its own. */
export const ticketFactsOf = ({ clinic, other, named }: Cast): Relation[] => [
  { subject: `support_ticket:${named('open')}`, relation: 'open_ticket', object: clinic },
  { subject: `staff:${named('ann')}`, relation: 'assignee', object: `support_ticket:${named('open')}` },
  { subject: `staff:${named('bob')}`, relation: 'assignee', object: `support_ticket:${named('closed')}` },
  { subject: `support_ticket:${named('foreign')}`, relation: 'open_ticket', object: other },
  { subject: `staff:${named('cleo')}`, relation: 'assignee', object: `support_ticket:${named('foreign')}` },
];

/** Who is asked about, of what, and the answer. */
export type Case = readonly [who: string, relation: string, object: string, allowed: boolean];

export const roleCases = ({ clinic, other, named }: Cast): Case[] =>
  Object.entries(MAY).flatMap(([relation, roles]) =>
    ROLES.flatMap((role): Case[] => [
      [`user:${named(role)}`, relation, clinic, roles.includes(role)],
      [`user:${named(role)}`, relation, other, false],
    ]),
  );

export const scopeCases = ({ clinic, other, named }: Cast): Case[] =>
  ALL_SCOPES.flatMap((held) => {
    const key = `api_key:${named(relationOf(held))}`;
    return Object.keys(MAY).flatMap((relation): Case[] => [
      [key, relation, clinic, relation === relationOf(held)],
      [key, relation, other, false],
    ]);
  });

export const ticketCases = ({ clinic, other, named }: Cast): Case[] => [
  [`staff:${named('ann')}`, 'phi_read_for_support', clinic, true],
  [`staff:${named('ann')}`, 'phi_read_for_support', other, false],
  [`staff:${named('ann')}`, 'scans_read', clinic, false],
  [`staff:${named('ann')}`, 'workspace_read', clinic, false],
  [`staff:${named('bob')}`, 'phi_read_for_support', clinic, false],
  [`staff:${named('cleo')}`, 'phi_read_for_support', clinic, false],
  [`staff:${named('cleo')}`, 'phi_read_for_support', other, true],
  [`staff:${named('unassigned')}`, 'phi_read_for_support', clinic, false],
  [`support_ticket:${named('open')}`, 'phi_read_for_support', clinic, false],
];

export const viewerCases = ({ clinic, named }: Cast): Case[] => [
  [`user:${named('viewer')}`, 'scans_read', clinic, false],
  [`user:${named('meant')}`, 'scans_read', clinic, true],
  [`user:${named('meant')}`, 'scans_write', clinic, false],
  [`user:${named('nobody')}`, 'workspace_read', clinic, false],
];

/** What the model has no word for. */
export const unknownCases = ({ clinic, named }: Cast): Case[] => [
  [`user:${named('owner')}`, 'training_read', clinic, false],
  [`robot:${named('owner')}`, 'workspace_read', clinic, false],
  [`user:${named('owner')}`, 'workspace_read', `galaxy:${named('clinic')}`, false],
  [named('owner'), 'workspace_read', clinic, false],
  [`user:${named('owner')}`, 'workspace_read', named('clinic'), false],
  [`user:${named('owner')} x`, 'workspace_read', clinic, false],
];
