import type { SystemVariable } from './system-variable.js';

/** Variables of one scope and kind, one `name=default` a line. Behind a blank their limits: `[least,most]`, `auto [least,most]` (or -1), `{one|of|these}`. */
export type KeptGroup = readonly [Pick<SystemVariable, 'scope' | 'kind' | 'readOnly'>, string];

const LINE = /^([\w.]+)=(.*?)(?: (auto )?\[(-?[\d.]+),(-?[\d.]+)\]| \{([^}]*)\})?$/;

/** Limits beyond 2^53 keep their last digits. */
const limit = (text: string): number | bigint =>
  text.includes('.') || Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);

/** Variables that are checked, kept and shown, and have no effect. */
export function kept(groups: readonly KeptGroup[]): SystemVariable[] {
  return groups.flatMap(([shape, text]) =>
    text
      .trim()
      .split('\n')
      .map((line): SystemVariable => {
        const [, name, value, auto, min, max, members] = LINE.exec(line.trim())!;
        return {
          ...shape,
          name: name!,
          default: value!,
          noop: true,
          doc: 'Kept and shown.',
          ...(auto === undefined ? {} : { auto: true }),
          ...(min === undefined ? {} : { min: limit(min), max: limit(max!) }),
          ...(members === undefined ? {} : { kind: 'enum', values: members.split('|') }),
        };
      }),
  );
}
