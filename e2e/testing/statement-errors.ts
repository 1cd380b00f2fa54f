/** Stands for a connection that is gone: whether its statement took place is not known. */
export const GONE = -1;
/** Errors that a statement may meet while the schema changes under it: 8028 and what conflicts give. */
export const EXPECTED: ReadonlySet<number> = new Set([0, 1205, 1213, 8002, 8022, 8028, 9007]);
/** Errors of a store that is gone, which do not tell whether the statement took place: PD's and the store's timeouts, locks that were not resolved, no region, outcome unknown. */
export const STORE_GONE: ReadonlySet<number> = new Set([8501, 9001, 9002, 9004, 9005]);

/** The error number of a statement: 0 = none, GONE = the connection is gone. */
export async function errorOf(
  statement: Promise<unknown>,
  tell: (message: string) => void = () => undefined,
): Promise<number> {
  try {
    await statement;
    return 0;
  } catch (e) {
    const { message, errno, fatal } = e as Error & { errno?: number; fatal?: boolean };
    tell(message);
    return fatal === true ? GONE : (errno ?? GONE);
  }
}
