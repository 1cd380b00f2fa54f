import type { Datum } from '../../types/datum.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';

/**
 * What is known of the ANALYZEs of tables that the user may see, newest first: schema, table, partition, job, rows, start and end
 * (seconds since the epoch), state, failure, instance, connection, then what remains of one that runs: seconds, progress, rows.
 */
export async function analyzeJobs(session: Session): Promise<Datum[][]> {
  const rows = await session.engine.internalQuery(
    'SELECT table_schema, table_name, partition_name, job_info, processed_rows, UNIX_TIMESTAMP(start_time), UNIX_TIMESTAMP(end_time), CAST(state AS CHAR), fail_reason, instance, process_id, NULL, NULL, NULL FROM mysql.analyze_jobs ORDER BY update_time DESC, id DESC LIMIT 10000',
  );
  const name = (d: Datum | undefined): string => (d instanceof Uint8Array ? Buffer.from(d).toString() : '');
  return rows.filter((r) => session.privileges.visible(name(r[0]), name(r[1])));
}

/** information_schema.analyze_status. */
export function registerAnalyzeStatus(core: EngineCore): void {
  core.virtualProviders.set('analyze_status', async (session) => {
    const zone = timeZone(session.evalContext.timeZone) ?? UTC;
    const local = (seconds: Datum): Datum =>
      seconds === null ? null : epochMicrosToLocal(Math.floor(Number(seconds)) * 1_000_000, 0, zone);
    return (await analyzeJobs(session)).map((r) => r.map((v, i) => (i === 5 || i === 6 ? local(v) : v)));
  });
}
