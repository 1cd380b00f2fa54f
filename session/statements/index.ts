// Each file registers the statements that it runs.
import './account.js';
import './admin.js';
import './analyze.js';
import './batch.js';
import './ddl.js';
import './explain.js';
import './flush.js';
import './grant.js';
import './load-data.js';
import './lock-tables.js';
import './prepare.js';
import './query.js';
import './set.js';
import './show.js';
import './split-region.js';
import './transaction.js';
import './use-kill.js';
