import { restingCheckpoint } from './pacing.js';
import { IngestTask } from './ingest-task.js';
import { serveSteps } from './serve-steps.js';

/** A thread that makes index entries. */
serveSteps(new IngestTask(restingCheckpoint));
