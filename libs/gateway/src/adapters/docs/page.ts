import { hash } from 'node:crypto';
import type { Operation } from '@smartscan/contracts/operation';
import type { GatewaySettings } from '../../app/settings.ts';
import { sourcesOf } from '../../app/surface.ts';
import { PROBLEMS } from '../../domain/problems.ts';
import { curlOf } from './examples.ts';
import { inputSchema, inputSchemaOf, outputSchema } from './json-schema.ts';
import { html, prose, type Markup } from './markup.ts';
import { bodySchema, problemCodesOf } from './openapi.ts';
import { membersTable, row } from './schema-table.ts';
import { STYLE } from './style.ts';

/** For the page's Content-Security-Policy. */
export const STYLE_HASH = `sha256-${hash('sha256', STYLE, 'base64')}`;

interface About {
  readonly hosts: Readonly<Record<string, string>>;
  readonly settings: GatewaySettings;
}

/** The whole documentation on one page: no script, nothing loaded from anywhere. */
export function docsPage(operations: readonly Operation[], about: About): string {
  const owners = [...new Set(operations.map(({ owner }) => owner))];
  const host = Object.values(about.hosts)[0] ?? 'localhost';
  const links = owners.map((owner) => {
    const items = operations
      .filter((operation) => operation.owner === owner)
      .map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`);
    return html`<strong>${owner}</strong>
      <ul>
        ${items}
      </ul>`;
  });
  const nav = html`<nav aria-label="Contents">
    <ul>
      ${SECTIONS.map(([id, title]) => html`<li><a href="#${id}">${title}</a></li>`)}
    </ul>
    ${links}
  </nav>`;
  const main = html`<main>
    ${introduction(about)}${operations.map((operation) => operationSection(operation, host))}${problemsSection()}
  </main>`;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>SmartScan API</title><style>${STYLE}</style></head><body>${nav.text}${main.text}</body></html>\n`;
}

const SECTIONS = [
  ['keys', 'Keys and regions'],
  ['answers', 'Answers and problems'],
  ['limits', 'Limits'],
  ['once', 'Doing things once'],
  ['later', 'Answers that come later'],
  ['problems', 'All problems'],
] as const;

function introduction({ hosts, settings }: About): Markup {
  const hostRows = Object.entries(hosts).map(
    ([region, host]) =>
      html`<tr>
        <td><code>${region}</code></td>
        <td><code>${host}</code></td>
      </tr>`,
  );
  return html`<h1>SmartScan API</h1>
    <p>
      Vitals from a 30-second face video, over HTTP. The same description for machines:
      <a href="/openapi.json">openapi.json</a> (OpenAPI 3.1).
    </p>
    <h2 id="keys">Keys and regions</h2>
    <p>
      Send your key as <code>Authorization: Bearer ssp_live_…</code>, never in a URL: that is refused, and such a key
      should be revoked. A workspace lives in one region; its key says which, and the other region’s host answers 421
      with the right <code>host</code> before it reads any of the body.
    </p>
    <table>
      <thead>
        <tr>
          <th>Region</th>
          <th>Host</th>
        </tr>
      </thead>
      <tbody>
        ${hostRows}
      </tbody>
    </table>
    <h2 id="answers">Answers and problems</h2>
    <p>
      Bodies are JSON. Members that an operation does not know are refused. What goes wrong is answered with a problem
      document (RFC 9457): tell problems apart by <code>code</code>, show people <code>title</code> and
      <code>detail</code>, and tell us <code>request_id</code> when you ask. Lists end with <code>next_cursor</code>;
      send it as <code>cursor</code> for the next page, until it is <code>null</code>. Members may be added to answers:
      ignore those you don’t know.
    </p>
    <h2 id="limits">Limits</h2>
    <p>
      Per key and minute: ${settings.requestsPerMinuteFree} requests on the free plan, ${settings.requestsPerMinutePaid}
      on the paid one, ${settings.requestsPerMinuteEnterprise} on enterprise; ${settings.inFlightPerKey} at the same
      time. <code>RateLimit</code> says how many are left (<code>r</code>) and when all are back (<code>t</code>,
      seconds); a 429 says when to try again in <code>Retry-After</code>. An upload may be silent for
      ${settings.uploadIdleSeconds} seconds and take ${settings.uploadSeconds} seconds altogether.
    </p>
    <h2 id="once">Doing things once</h2>
    <p>
      Where an operation takes an <code>Idempotency-Key</code>, the same request under the same key is done once. While
      the first is running, the second is answered 409 with <code>Retry-After</code>; another request under the key 422.
      A repeated answer carries <code>Idempotency-Replayed: true</code>; if its result is not kept any more, that is 409
      <code>result-not-retained</code>. What failed may be tried again under the same key.
    </p>
    <h2 id="later">Answers that come later</h2>
    <p>
      With <code>Prefer: respond-async</code>, where it is taken, the answer is 202 with <code>Location</code>: poll it,
      or follow its events. Event streams send <code>message</code> events, then one named <code>end</code>, or
      <code>problem</code> where they break off, and a comment every 15 seconds.
    </p>`;
}

function operationSection(operation: Operation, host: string): Markup {
  const { id, title, description, method, path, scope } = operation;
  return html`<h2 id="${id}">${title}</h2>
    <p class="route">${method} ${path}</p>
    <p>${prose(description)}</p>
    <p>${scope === 'none' ? html`Needs no key.` : html`Scope: <code>${scope}</code>.`}</p>
    ${parameters(operation)}${body(operation)}${answers(operation)}
    <h3>Example</h3>
    <pre>${curlOf(operation, host)}</pre>
    <h3>Problems</h3>
    <p>${problemCodesOf(operation).map((code) => html`<code>${code}</code> `)}</p>`;
}

function parameters(operation: Operation): Markup {
  const { path, query, headers } = sourcesOf(operation);
  const { properties = {}, required = [] } = inputSchema(operation);
  const rowOf = (member: string, name: string, must: boolean): Markup =>
    row({ name, schema: properties[member] ?? {}, mark: must ? 'required' : '' });
  const rows = [
    ...[...path].map((member) => rowOf(member, `{${member}}`, true)),
    ...[...query].map((member) => rowOf(member, `?${member}`, required.includes(member))),
    ...[...headers].map(([member, header]) => rowOf(member, `${header}:`, required.includes(member))),
    ...(operation.idempotencyKey
      ? [
          html`<tr>
            <td><code>Idempotency-Key:</code></td>
            <td>string, 1 to 255 characters</td>
            <td></td>
          </tr>`,
        ]
      : []),
    ...(operation.also[202]
      ? [
          html`<tr>
            <td><code>Prefer:</code></td>
            <td>respond-async</td>
            <td></td>
          </tr>`,
        ]
      : []),
  ];
  if (rows.length === 0) return html``;
  return html`<h3>Parameters</h3>
    <div class="wide">
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}

function body(operation: Operation): Markup {
  const { stream } = operation;
  if (stream) {
    const types = stream.mediaTypes.map((type) => html`<code>${type}</code> `);
    return html`<h3>Body</h3>
      <p>${stream.description}, as ${types}; at most ${stream.maxBytes / 1_000_000} MB.</p>
      ${stream.schema ? membersTable(inputSchemaOf(stream.schema), 'required') : html``}`;
  }
  const schema = bodySchema(operation);
  return schema
    ? html`<h3>Body</h3>
        ${membersTable(schema, 'required')}`
    : html``;
}

function answers(operation: Operation): Markup {
  const all = [[operation.status, operation.output] as const, ...Object.entries(operation.also)];
  return html`${all.map(
    ([status, schema]) =>
      html`<h3>${operation.events ? 'Each event' : `Answer ${status}`}</h3>
        ${membersTable(outputSchema(schema), 'optional')}`,
  )}${Object.entries(operation.representations).map(
    ([type, { description }]) => html`<p>With <code>Accept: ${type}</code>: ${prose(description)}</p>`,
  )}`;
}

function problemsSection(): Markup {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title, remedy }]) =>
      html`<tr id="problem-${code}">
        <td><code>${code}</code></td>
        <td>${status}</td>
        <td>${title} ${prose(remedy)}</td>
      </tr>`,
  );
  return html`<h2 id="problems">All problems</h2>
    <p>Those that every operation can meet. Operations name their own above.</p>
    <div class="wide">
      <table>
        <thead>
          <tr>
            <th>Code</th>
            <th>Status</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>`;
}
