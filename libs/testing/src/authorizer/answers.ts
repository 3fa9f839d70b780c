import { roleCases, scopeCases, ticketCases, unknownCases, viewerCases } from './cases.ts';
import type { Guarantees } from './rig.ts';

/** Who may do what. */
export const answers: Guarantees = {
  'each role may do what the table says, in its own workspace only': (rig) => rig.expectAnswers(roleCases(rig.cast)),

  'P15: a key may do what its scope says in its own workspace, and nothing else anywhere': (rig) =>
    rig.expectAnswers(scopeCases(rig.cast)),

  'a viewer reads results of scans only where meant to': (rig) => rig.expectAnswers(viewerCases(rig.cast)),

  'P17: staff read PHI through a ticket that this workspace opened, while it is open, if it is theirs': (rig) =>
    rig.expectAnswers(ticketCases(rig.cast)),

  'what the model has no word for is denied': (rig) => rig.expectAnswers(unknownCases(rig.cast)),
};
