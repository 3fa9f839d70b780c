import { Fault } from '@smartscan/kernel';
import { openLog, type ProcessLog } from '../process/log.ts';
import { readSettings } from '../process/settings.ts';
import type { HostProcess } from '../process/until-signal.ts';
import { kafkaOf } from './engines.ts';
import { KafkaEventLog } from './event-log/event-log.ts';
import { tellFailure } from './service.ts';
import { migrationSettings } from './settings.ts';

/**
 * Has a group's parked events delivered again, in order, by its running members: what somebody does who has mended why
 * they were parked. Resolves to the exit code; the log tells how many were handled.
 */
export async function runReplay(group: string | undefined, host: HostProcess): Promise<number> {
  let log: ProcessLog | undefined;
  try {
    if (group === undefined || !/^[a-z]+$/.test(group))
      throw new Fault('invalid', 'platform.no_group', 'No consumer group is named.', {
        remedy: 'Name the context whose events are parked, such as audit.',
      });
    const { own } = readSettings(host.env, migrationSettings, []);
    log = openLog({ level: own.logLevel, service: 'replay' });
    const eventLog = new KafkaEventLog(kafkaOf(own, 'replay', log));
    try {
      log.info('replay.done', { group, events: await eventLog.replayParked(group) });
    } finally {
      await eventLog.close();
    }
    log.close();
    return 0;
  } catch (error) {
    tellFailure('replay', log, error).close();
    return host.exit(1);
  }
}
