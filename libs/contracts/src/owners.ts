/** The contexts that own events and operations. Each name is also a database schema, a login role and a consumer group. */
export const OWNERS = ['identity', 'audit', 'retention', 'vitals', 'gateway', 'extraction'] as const;
export type Owner = (typeof OWNERS)[number];
