/** A condition on one column of a scan's output that the bounds of a block may rule out. */
export interface BlockFilter {
  /** Position among the scan's columns. */
  readonly column: number;
  /** Whether some value in [min, max] may meet the condition; NULLs never do. */
  mayPass(min: number, max: number): boolean;
}
