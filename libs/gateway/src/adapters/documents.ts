import { hash } from 'node:crypto';
import type { Text } from './answers.ts';

export interface Page {
  readonly path: string;
  readonly type: string;
  readonly text: string;
  readonly etag: string;
  readonly headers: readonly string[];
}

export class Documents {
  pages(): readonly Page[] {
    return [];
  }

  answer(page: Page, known: string | undefined): Text {
    return { status: 200, type: page.type, text: page.text, headers: known === page.etag ? [] : page.headers };
  }
}
export const etagOf = (text: string): string => `"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
