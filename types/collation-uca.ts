import { generalCi } from './collation-general.js';

export const unicodeCi = { ...generalCi };
export const uca0900AiCi = { ...generalCi, padSpace: false };
