/** The code of an event that is parked for no fault of its own. */
export const BEHIND_PARKED = 'platform.behind_parked';
/** Ours: bounds the answer; more than a person looks at. */
export const PARKED_SHOWN = 1_000;
/** Ours: longer than any handler's unit of work; below the 30 s that Kubernetes leaves a process by default. */
export const DRAIN_MS = 10_000;
