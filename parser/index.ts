export * from './parser.js';
export { isKnownHint } from './grammar/hint.js';
export { fieldName } from './field-name.js';
export { digestOf, normalize, normalizeDigest, type Digest, type NormalizeOptions } from './digest.js';
export { isReserved, keywords } from './keyword.js';
export * from './restore.js';
