/** Lets a loop sleep until there is something to do. A ring while it works is kept; many rings count as one. */
export class Doorbell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Resolves at the next ring, at once where one is waiting: true; or after `timeoutMs`: false. One waiter at a time. */
  async heard(timeoutMs: number): Promise<boolean> {
    if (!this.#rung) await this.#rest(timeoutMs);
    const rung = this.#rung;
    this.#rung = false;
    return rung;
  }

  #rest(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      this.#wake = done;
    });
  }
}
