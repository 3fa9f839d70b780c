/** Bytes that want to do harm, or had harm done to them. */
export interface Hostile {
  readonly name: string;
  readonly bytes: Buffer;
}
