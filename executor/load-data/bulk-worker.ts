import { serveSteps } from '../../ddl/ingest/serve-steps.js';
import { BulkTask } from './bulk-task.js';

/** A thread that works on loads in bulk. */
serveSteps(new BulkTask());
