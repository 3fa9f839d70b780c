import { problem } from './document-problems.ts';
import { isField, isMeasured, type ReadValue, type Review } from './reading.ts';

export interface Correction {
  /** JSON Pointer (RFC 6901). */
  readonly field: string;
  readonly value: string | number | null;
}

type Node = Readonly<Record<string, unknown>> | readonly unknown[];

/** The members that a pointer names, from the outside in. @throws Fault extraction.no_such_field */
const stepsOf = (pointer: string): readonly string[] => {
  if (!pointer.startsWith('/') || /~(?![01])/.test(pointer)) throw problem('no_such_field');
  return pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
};

const isNode = (node: unknown): node is Node => typeof node === 'object' && node !== null;

/** A member of the data itself, not of what JavaScript has beside it. */
const memberOf = (node: Node, step: string): unknown => {
  if (Array.isArray(node)) return /^(?:0|[1-9]\d{0,5})$/.test(step) ? (node[Number(step)] as unknown) : undefined;
  return Object.hasOwn(node, step) ? (node as Readonly<Record<string, unknown>>)[step] : undefined;
};

const refuseUnfit = (field: ReadValue, value: Correction['value']): void => {
  if (value !== null && typeof value !== (isMeasured(field) ? 'number' : 'string')) throw problem('bad_value');
};

const withMember = (node: Node, step: string, member: unknown): Node =>
  Array.isArray(node)
    ? node.map((part: unknown, i) => (i === Number(step) ? member : part))
    : { ...node, [step]: member };

const corrected = (node: unknown, steps: readonly string[], review: Review): unknown => {
  const [step, ...rest] = steps;
  if (step === undefined) {
    if (!isField(node)) throw problem('no_such_field');
    refuseUnfit(node, review.value);
    return { ...node, review };
  }
  // What is inside of a field, such as an earlier review, is nobody's to change.
  if (!isNode(node) || isField(node)) throw problem('no_such_field');
  return withMember(node, step, corrected(memberOf(node, step), rest, review));
};

/**
 * What was read, with what a person says of some of its fields beside it.
 *
 * @throws Fault extraction.no_such_field, extraction.bad_value: then nothing of it counts
 */
export const reviewed = <T>(read: T, corrections: readonly Correction[], by: Omit<Review, 'value'>): T =>
  corrections.reduce<unknown>((node, { field, value }) => corrected(node, stepsOf(field), { value, ...by }), read) as T;
