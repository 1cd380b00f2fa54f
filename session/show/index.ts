// Each file registers the SHOW forms it answers.
import './bindings.js';
import './grants.js';
import './import-jobs.js';
import './schema.js';
import './placement.js';
import './regions.js';
import './engine-status.js';
import './replication.js';
import './server.js';
import './statistics.js';
import './tables.js';
