import { chmod, mkdir } from 'node:fs/promises';
import { z } from 'zod';
import { REGIONS } from '@smartscan/kernel';
import { audit } from '@smartscan/audit';
import { gateway } from '@smartscan/gateway';
import { identity } from '@smartscan/identity';
import { extraction } from '@smartscan/extraction';
import { compose, LOG_LEVELS, readSettings, type Running } from '@smartscan/platform';
import { embedded, type EmbeddedOptions } from '@smartscan/platform/embedded';
import type { Context } from '@smartscan/platform/ports';
import { tellFailure } from './console.ts';
import { retention } from '@smartscan/retention';
import { vitals } from '@smartscan/vitals';

/** Every context there is. */
export const contexts: readonly Context[] = [identity, audit, retention, vitals, gateway, extraction];

const port = z.coerce.number().int().min(0).max(65_535);
const settingsSchema = z.object({
  region: z.enum(REGIONS).default('us-east-1'),
  host: z.string().default('127.0.0.1'),
  port: port.default(8080),
  opsPort: port.default(9464),
  dataDirectory: z.string().min(1).default('.smartscan'),
  logLevel: z.enum(LOG_LEVELS).default('warn'),
  hostUs: z.string().default('api.us.smartscan.example'),
  hostEu: z.string().default('api.eu.smartscan.example'),
});

export type Settings = z.output<typeof settingsSchema>;

export interface Started {
  readonly running: Running;
  readonly settings: Settings;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** The whole platform in this process. `override`: what a demo sets for itself. */
export async function startPlatform(
  environment: Environment,
  override: Partial<Settings>,
  onProgress: NonNullable<EmbeddedOptions['onProgress']>,
): Promise<Started> {
  const { own, of } = readSettings(environment, settingsSchema, contexts);
  const settings: Settings = { ...own, ...override };
  await mkdir(settings.dataDirectory, { recursive: true });
  // Readable on the way down: as root, the database runs under another account.
  await chmod(settings.dataDirectory, 0o711);
  const platform = await embedded({
    directory: settings.dataDirectory,
    place: { region: settings.region, hosts: { 'us-east-1': settings.hostUs, 'eu-west-1': settings.hostEu } },
    logLevel: settings.logLevel,
    onProgress,
    onLost: (fault) => {
      tellFailure(fault);
      process.exit(1);
    },
  });
  const { host, port: listenOn, opsPort } = settings;
  const running = await compose(platform, contexts, { host, port: listenOn, opsPort, settings: of });
  return { running, settings };
}
