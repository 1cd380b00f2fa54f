// Each file registers its virtual tables.
import './absent-objects.js';
import './information-schema.js';
import './placement.js';
import './sys-schema.js';
import './server-facts.js';
import './server-tables.js';
import './ddl-jobs.js';
import './transactions.js';
import './analyze-status.js';
import './attributes.js';
import './privilege-tables.js';
import './columnar-replica.js';
import './node-tables.js';
import './slow-query.js';
import './statement-summary.js';
