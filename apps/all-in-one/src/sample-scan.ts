import { randomBytes } from 'node:crypto';
import { makeFaceVideo } from '@smartscan/testing';
import { say } from './console.ts';

interface Marker {
  readonly value: number | null;
  readonly unit: string;
  readonly confidence: number;
  readonly status: string;
  readonly reasons: readonly string[];
}
export interface ScanResult {
  readonly id: string;
  readonly status: string;
  readonly markers: Readonly<Record<string, Marker>>;
}
export interface Truth {
  readonly heart_rate: number;
  readonly hrv_sdnn: number;
  readonly respiratory_rate: number;
}

async function answerOf(response: Response): Promise<unknown> {
  const body: unknown = await response.json();
  if (!response.ok) {
    const { title, detail, code } = body as { title?: string; detail?: string; code?: string };
    throw new Error(`The gateway answered ${response.status}: ${title ?? ''} ${detail ?? ''} (${code ?? ''})`);
  }
  return body;
}

/** Signs up a workspace over the API, as anybody would. The admin's password is made up and forgotten. */
export async function signUp(url: string, region: string): Promise<{ workspace: string; key: string }> {
  const response = await fetch(`${url}/v1/workspaces`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'Demo',
      region,
      admin: {
        full_name: 'Demo Admin',
        email: `demo-${randomBytes(4).toString('hex')}@smartscan.example`,
        company: 'Demo',
        country: region === 'us-east-1' ? 'US' : 'IE',
        password: randomBytes(18).toString('base64url'),
      },
    }),
  });
  const { workspace, api_key } = (await answerOf(response)) as {
    workspace: { id: string };
    api_key: { secret: string };
  };
  return { workspace: workspace.id, key: api_key.secret };
}

/** Generates a face video with a known pulse and sends it through the gateway. */
export async function runSampleScan(url: string, key: string): Promise<{ truth: Truth; result: ScanResult }> {
  const video = await makeFaceVideo();
  const response = await fetch(`${url}/v1/scans`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': video.contentType },
    body: video.bytes,
  });
  const result = (await answerOf(response)) as ScanResult;
  const { heartRate, sdnn, respiratoryRate } = video.truth;
  return { truth: { heart_rate: heartRate, hrv_sdnn: sdnn, respiratory_rate: respiratoryRate }, result };
}

export function printVitals({ truth, result }: { truth: Truth; result: ScanResult }): void {
  say();
  say('  vital                 value        confidence  status            truth of the sample');
  for (const [name, marker] of Object.entries(result.markers)) {
    // Why no scan gives them is in docs/markers.md.
    if (marker.status === 'unsupported') continue;
    const value = marker.value === null ? '-' : `${marker.value.toFixed(1)} ${marker.unit}`;
    const known = (truth as unknown as Record<string, number | undefined>)[name];
    const reasons = marker.reasons.length > 0 ? ` (${marker.reasons.join(', ')})` : '';
    const columns = [
      name.padEnd(21),
      value.padEnd(12),
      marker.confidence.toFixed(2).padEnd(11),
      (marker.status + reasons).padEnd(17),
      known?.toFixed(1) ?? '',
    ];
    say(`  ${columns.join(' ').trimEnd()}`);
  }
  say();
}
