import type { DynamicModule, INestApplicationContext, Type } from '@nestjs/common';

/** The instance that a context provides itself: others in the process may provide one of the same class. */
export type Own = <T>(type: Type<T>) => T;

export const ownOf =
  (app: INestApplicationContext, module: DynamicModule): Own =>
  (type) =>
    app.select(module).get(type, { strict: true });
