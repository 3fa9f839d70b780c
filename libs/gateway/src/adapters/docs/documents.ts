import { hash } from 'node:crypto';
import type { Place } from '@smartscan/platform/ports';
import type { GatewaySettings } from '../../app/settings.ts';
import { publicOperations } from '../../app/surface.ts';
import { JSON_TYPE, type Text } from '../answers.ts';
import { openApiOf } from './openapi.ts';
import { docsPage, STYLE_HASH } from './page.ts';

/** Something to read for everybody: it says nothing of anybody, so unlike all else it may be kept. */
export interface Page {
  readonly path: string;
  readonly status: number;
  readonly type: string;
  readonly text: string;
  readonly headers: readonly string[];
  readonly etag: string | undefined;
}

const HTML_TYPE = 'text/html; charset=utf-8';
/** No script, no picture, no frame, nothing from elsewhere; styles are the page's own, by their digest. */
const CONTENT_POLICY = `default-src 'none'; style-src '${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
const PAGE_HEADERS = ['Content-Security-Policy', CONTENT_POLICY, 'Referrer-Policy', 'no-referrer'];

/** The description of the API, for machines and for people, both from the contracts. */
export class Documents {
  readonly pages: readonly Page[];

  constructor(place: Place, settings: GatewaySettings) {
    const operations = publicOperations();
    const { hosts } = place;
    const openApi = JSON.stringify(openApiOf(operations, { hosts, problemBase: settings.problemBase }), null, 1);
    this.pages = [
      page('/openapi.json', JSON_TYPE, openApi),
      page('/docs', HTML_TYPE, docsPage(operations, { hosts, settings }), PAGE_HEADERS),
      {
        path: '/',
        status: 302,
        type: 'text/plain; charset=utf-8',
        text: 'See /docs.\n',
        headers: ['Location', '/docs'],
        etag: undefined,
      },
    ];
  }

  /** `known`: the caller's `If-None-Match`. */
  answer({ status, type, text, headers, etag }: Page, known: string | undefined): Text {
    if (etag === undefined) return { status, type, text, headers };
    const cache = { cacheControl: 'no-cache', headers: [...headers, 'ETag', etag] };
    const unchanged = known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag) ?? false;
    return unchanged ? { status: 304, type, text: undefined, ...cache } : { status, type, text, ...cache };
  }
}

const page = (path: string, type: string, text: string, headers: readonly string[] = []): Page => ({
  path,
  status: 200,
  type,
  text,
  headers,
  etag: `"${hash('sha256', text, 'base64url').slice(0, 22)}"`,
});
