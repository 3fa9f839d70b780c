/** Injection tokens of the ports; see the interfaces of the same names. */
export const UNIT_OF_WORK = Symbol('UnitOfWork');
export const SERVICES = Symbol('Services');
export const CLOCK = Symbol('Clock');
export const IDS = Symbol('Ids');
export const LOG = Symbol('Log');
export const METRICS = Symbol('Metrics');
export const SETTINGS = Symbol('Settings');
export const PLACE = Symbol('Place');
export const AUTHORIZER = Symbol('Authorizer');
export const OBJECTS = Symbol('Objects');
export const MAIL = Symbol('Mail');
export const PEERS = Symbol('Peers');
