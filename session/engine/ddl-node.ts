import { DdlWorker } from '../../ddl/job/ddl-worker.js';
import type { JobContext } from '../../ddl/job/job-driver.js';
import type { JobSession } from '../../ddl/job/job.js';
import { SessionDdlContext } from '../session-ddl.js';
import type { EngineCore } from './engine-core.js';

/** The node's part in schema changes: jobs run in sessions of the server itself. */
export function ddlWorker(core: EngineCore, nodeId: string): DdlWorker {
  return new DdlWorker({
    storage: core.storage,
    nodeId,
    schema: () => core.schemaLoader.current,
    contextFor: (session, query) => jobContext(core, session, query),
    onError: (err, what) => core.logger.error({ err }, `${what} failed`),
  });
}

function jobContext(core: EngineCore, settings: JobSession, query: string): JobContext {
  const session = core.internalSession(settings.database);
  session.vars.assign('sql_mode', settings.sqlMode);
  session.vars.assign('time_zone', settings.timeZone);
  session.evalContext.startStatement(core.nowMicros(), true);
  return {
    ctx: new SessionDdlContext(session, '', query),
    interrupt: () => session.kill(false),
    close: async () => session.close(),
  };
}
