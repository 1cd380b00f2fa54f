import type { RecommendIndexStmt } from '../../parser/ast/index.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { Session } from '../session.js';
import { sqlString } from '../statement-text.js';
import { parseDuration } from '../variables/go-duration.js';

/** The module that the advisor's options stand under in mysql.tidb_kernel_options. */
const MODULE = 'index_advisor';

interface OptionInfo {
  readonly initial: string;
  readonly description: string;
}

/** TiDB docs, "RECOMMEND INDEX options". */
export const ADVISOR_OPTIONS = {
  max_num_index: { initial: '5', description: 'The maximum number of indexes to recommend.' },
  max_index_columns: { initial: '3', description: 'The maximum number of columns in an index.' },
  max_num_query: { initial: '1000', description: 'The maximum number of queries to recommend indexes.' },
  timeout: { initial: '30s', description: 'The timeout of index advisor.' },
} as const satisfies Readonly<Record<string, OptionInfo>>;

export type AdvisorOption = keyof typeof ADVISOR_OPTIONS;
export type AdvisorOptions = Readonly<Record<AdvisorOption, string>>;

const wrong = (message: string): Error => mysqlError('ER_UNKNOWN_ERROR', message);

/** An option as it is written, checked. Throws 1105. */
function checked({ name, value }: RecommendIndexStmt['options'][number]): [AdvisorOption, string] {
  if (!Object.hasOwn(ADVISOR_OPTIONS, name)) throw wrong(`unknown option ${name}`);
  if (name === 'timeout') {
    if (typeof value !== 'string')
      throw wrong(`invalid value type int64 for ${name}, expected a duration string`);
    const ms = parseDuration(value);
    if (ms === null) throw wrong(`time: invalid duration ${JSON.stringify(value)}`);
    if (ms < 0) throw wrong(`invalid value ${value} for ${name}`);
  } else if (typeof value !== 'number') throw wrong('invalid value type string');
  else if (value <= 0) throw wrong(`invalid value ${value} for ${name}`);
  return [name as AdvisorOption, String(value)];
}

/** The options in force, those of a statement before those that were set. */
export async function advisorOptions(
  session: Session,
  given: RecommendIndexStmt['options'] = [],
): Promise<AdvisorOptions> {
  const own = given.map(checked);
  const set = await session.engine.internalQuery(
    `SELECT name, value FROM mysql.tidb_kernel_options WHERE module = '${MODULE}'`,
  );
  const initial = Object.entries(ADVISOR_OPTIONS).map(([name, o]) => [name, o.initial]);
  const kept = set.map(([name, value]) => [textOf(name), textOf(value)]);
  return Object.fromEntries([...initial, ...kept, ...own]) as AdvisorOptions;
}

/** RECOMMEND INDEX SET. One after the other: those before a wrong one stay set. */
export async function setAdvisorOptions(
  session: Session,
  options: RecommendIndexStmt['options'],
): Promise<void> {
  for (const option of options) {
    const [name, value] = checked(option);
    const { description } = ADVISOR_OPTIONS[name];
    await session.engine.internalQuery(
      `INSERT INTO mysql.tidb_kernel_options VALUES
         ('${MODULE}', '${name}', ${sqlString(value)}, NOW(), 'valid', ${sqlString(description)})
       ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = NOW(), description = VALUES(description)`,
    );
  }
}

const textOf = (v: Datum | undefined): string => Buffer.from(v as Uint8Array).toString();
