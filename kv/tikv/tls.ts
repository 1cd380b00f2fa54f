/** PEM texts of a secure cluster: the authority, and this process's certificate and key. */
export interface TlsFiles {
  readonly ca: Buffer;
  readonly cert: Buffer | null;
  readonly key: Buffer | null;
}
