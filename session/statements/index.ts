// Each file registers the statements that it runs.
import './account.js';
import './admin.js';
import './ddl.js';
import './explain.js';
import './grant.js';
import './load-data.js';
import './prepare.js';
import './query.js';
import './set.js';
import './show.js';
import './transaction.js';
import './use-kill.js';
