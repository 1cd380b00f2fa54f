import { normalizeDigest, type Digest } from '../../parser/digest.js';

/** Texts longer than this are told apart by what they begin with: loads of rows should not be read once more. */
const DIGEST_BYTES = 16_384;

/** The digest under which figures and logs keep a statement. */
export const recordedDigest = (text: string): Digest => normalizeDigest(text.slice(0, DIGEST_BYTES));
