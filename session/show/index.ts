// Each file registers the SHOW forms it answers.
import './schema.js';
import './server.js';
