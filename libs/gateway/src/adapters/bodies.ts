import { isUtf8 } from 'node:buffer';
import { SECOND_MS } from '@smartscan/kernel';
import type { GatewaySettings } from '../app/settings.ts';
import { holdsCardNumber, holdsCardNumberWithin } from '../domain/card-number.ts';
import { refusal } from '../domain/problems.ts';
import { hasBody, type Exchange } from './exchange.ts';
import type { Route } from './route.ts';
import { readAll, Upload } from './upload.ts';

/** How bodies come in. */
export class Bodies {
  constructor(private readonly settings: GatewaySettings) {}

  /** The request's body, of which nothing has been read yet; `undefined` where it has none. */
  open(exchange: Exchange, route: Route): Upload | undefined {
    if (!hasBody(exchange.request)) return undefined;
    exchange.upload = new Upload(exchange.request, exchange.response, {
      maxBytes: route.maxBytes,
      idleMs: this.settings.uploadIdleSeconds * SECOND_MS,
      totalMs: this.settings.uploadSeconds * SECOND_MS,
    });
    return exchange.upload;
  }

  /** Throws `json_malformed` and, before anything has been done with the body, `card_number` (P07). */
  async json(upload: Upload): Promise<unknown> {
    const bytes = await readAll(upload);
    if (bytes.length === 0) return undefined;
    if (!isUtf8(bytes)) throw refusal('json_malformed');
    const text = bytes.toString('utf8');
    // In the text itself, since a number of more than 15 digits would come out of the parser as another.
    if (holdsCardNumber(text)) throw refusal('card_number');
    const json = parsed(text);
    // Digits may hide behind escapes.
    if (text.includes('\\') && holdsCardNumberWithin(json)) throw refusal('card_number');
    return json;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the text.
    throw refusal('json_malformed');
  }
}
