import 'reflect-metadata';
import type { Operation } from '@smartscan/contracts/operation';
import type { Handler } from './call.ts';

const SERVES = Symbol('serves');

export interface ServedMethod {
  readonly operation: Operation;
  readonly method: string;
}

/**
 * Marks a controller's method as the one handler of an operation. The input arrives validated; what is returned is
 * validated against the contract before it leaves.
 */
export const Serves =
  <O extends Operation>(operation: O) =>
  <M extends Handler<O>>(controller: object, method: string, _descriptor: TypedPropertyDescriptor<M>): void => {
    const served = servedBy(controller.constructor);
    Reflect.defineMetadata(SERVES, [...served, { operation, method }], controller.constructor);
  };

/** The operations that a controller class serves. */
export const servedBy = (controller: object): readonly ServedMethod[] =>
  (Reflect.getMetadata(SERVES, controller) as readonly ServedMethod[] | undefined) ?? [];
