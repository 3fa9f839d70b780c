import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** What came of one video: a line of the results file. */
export interface Result {
  readonly id: string;
  readonly factor: string;
  readonly level: string;
  readonly alive: boolean;
  /** The heart rate that was drawn, per minute. */
  readonly truth: number;
  /** The heart rate that was emitted; null where it was refused. */
  readonly value: number | null;
  /** Reasons of the refusal, or the problem's code. */
  readonly reasons: readonly string[];
}

/** The results so far; a last line that was cut off is done again. */
export const readResults = (file: string): readonly Result[] => {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Result];
      } catch {
        return [];
      }
    });
};

/** Adds a line at once, so that whatever ends the run loses one video at most. */
export const keepResult = (file: string, result: Result): void => appendFileSync(file, `\n${JSON.stringify(result)}`);
