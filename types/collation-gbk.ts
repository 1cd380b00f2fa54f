import { generalCi } from './collation-general.js';

export const gbkChineseCi = { ...generalCi };
