/** One error of the table. */
export interface ErrorEntry {
  readonly code: number;
  readonly sqlState: string;
  /** printf-like: %s, %d, %v, %q and widths such as %-.192s each take the next argument as text. */
  readonly format: string;
}
