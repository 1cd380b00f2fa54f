import type {
  CreateViewStmt,
  DatabaseOption,
  PlacementOption,
  ResourceGroupOption,
  SequenceOption,
  Statement,
  TableOption,
  UnsupportedDdlStmt,
  UserSpec,
} from '../ast/index.js';
import { TableGrammar } from './table.js';

const PLACEMENT_OPTIONS: ReadonlySet<string> = new Set([
  'PRIMARY_REGION',
  'REGIONS',
  'FOLLOWERS',
  'VOTERS',
  'LEARNERS',
  'SCHEDULE',
  'CONSTRAINTS',
  'LEADER_CONSTRAINTS',
  'FOLLOWER_CONSTRAINTS',
  'VOTER_CONSTRAINTS',
  'LEARNER_CONSTRAINTS',
  'SURVIVAL_PREFERENCES',
]);

/** Databases, views, sequences and TiDB's policies and groups. */
export abstract class DefinitionGrammar extends TableGrammar {
  abstract userSpec(): UserSpec;

  // Databases

  /** After CREATE DATABASE. */
  createDatabase(): Statement {
    const ifNotExists = this.ifNotExists();
    const name = this.ident();
    return { kind: 'CreateDatabase', ifNotExists, name, options: this.databaseOptions() };
  }

  alterDatabase(): Statement {
    const atOption = this.at('DEFAULT') || this.at('COLLATE') || this.at('CHARACTER') || this.at('CHAR');
    const name = atOption || (this.at('CHARSET') && this.peek() !== 'CHARSET') ? null : this.ident();
    const options = this.databaseOptions();
    if (options.length === 0) throw this.error();
    return { kind: 'AlterDatabase', name, options };
  }

  private databaseOptions(): DatabaseOption[] {
    const options: DatabaseOption[] = [];
    for (;;) {
      if (this.eat('SET')) {
        this.expect('TIFLASH');
        this.expect('REPLICA');
        const count = this.integer();
        options.push({ name: 'TIFLASH REPLICA', count, labels: this.locationLabels() });
        continue;
      }
      const isDefault = this.eat('DEFAULT');
      if (this.at('CHARSET') || this.at('CHARACTER') || this.at('CHAR')) {
        if (!this.eatCharacterSet()) throw this.error();
        this.eatEquals();
        options.push({ name: 'CHARSET', value: this.charsetName() });
      } else if (this.eat('COLLATE')) {
        this.eatEquals();
        options.push({ name: 'COLLATE', value: this.collationName() });
      } else if (this.eat('ENCRYPTION')) {
        this.eatEquals();
        options.push({ name: 'ENCRYPTION', value: this.string() });
      } else if (this.eat('PLACEMENT')) {
        this.expect('POLICY');
        if (!this.eat('=')) this.eat('SET');
        const value = this.eat('DEFAULT') ? 'DEFAULT' : this.identOrString();
        options.push({ name: 'PLACEMENT POLICY', value });
      } else if (this.at('READ') && !isDefault) {
        this.advance();
        this.expect('ONLY');
        this.eatEquals();
        options.push({
          name: 'READ ONLY',
          value: this.at('int') ? String(this.integer()) : this.oneOf('DEFAULT'),
        });
      } else if (isDefault) throw this.error();
      else return options;
    }
  }

  // Views

  /** After CREATE [OR REPLACE], at ALGORITHM, DEFINER, SQL or VIEW. */
  createView(orReplace: boolean, alter = false): Statement {
    let algorithm: CreateViewStmt['algorithm'] = 'UNDEFINED';
    let definer: UserSpec | null = null;
    let security: CreateViewStmt['security'] = 'DEFINER';
    if (this.eat('ALGORITHM')) {
      this.expect('=');
      algorithm = this.oneOf('UNDEFINED', 'MERGE', 'TEMPTABLE');
    }
    if (this.eat('DEFINER')) {
      this.expect('=');
      definer = this.userSpec();
    }
    if (this.eat('SQL')) {
      this.expect('SECURITY');
      security = this.oneOf('DEFINER', 'INVOKER');
    }
    this.expect('VIEW');
    const view = this.tableName();
    const columns = this.at('(') ? this.parenIdents() : null;
    this.expect('AS');
    const start = this.start;
    const query = this.query();
    const queryText = this.source.slice(start, this.lastEnd);
    let check: CreateViewStmt['check'] = null;
    if (this.eat('WITH')) {
      check = this.eatOneOf('CASCADED', 'LOCAL') ?? 'CASCADED';
      this.expect('CHECK');
      this.expect('OPTION');
    }
    return {
      kind: 'CreateView',
      alter,
      orReplace,
      algorithm,
      definer,
      security,
      view,
      columns,
      query,
      queryText,
      check,
    };
  }

  // Sequences

  createSequence(): Statement {
    const ifNotExists = this.ifNotExists();
    const name = this.tableName();
    const options: SequenceOption[] = [];
    const tableOptions: TableOption[] = [];
    for (;;) {
      const option = this.sequenceOption();
      if (option !== null) {
        options.push(option);
        continue;
      }
      const tableOption = this.tableOption(null);
      if (tableOption === null) break;
      tableOptions.push(tableOption);
    }
    return { kind: 'CreateSequence', ifNotExists, name, options, tableOptions };
  }

  alterSequence(): Statement {
    const ifExists = this.ifExists();
    const name = this.tableName();
    const options: SequenceOption[] = [];
    for (;;) {
      const option = this.sequenceOption();
      if (option === null) break;
      options.push(option);
    }
    if (options.length === 0) throw this.error();
    return { kind: 'AlterSequence', ifExists, name, options };
  }

  private sequenceOption(): SequenceOption | null {
    switch (this.tok) {
      case 'INCREMENT':
        this.advance();
        if (!this.eat('BY')) this.eat('=');
        return { name: 'INCREMENT', value: this.signedInteger() };
      case 'START':
        this.advance();
        if (!this.eat('WITH')) this.eat('=');
        return { name: 'START', value: this.signedInteger() };
      case 'MINVALUE':
      case 'MAXVALUE':
      case 'CACHE': {
        const name = this.tok;
        this.advance();
        this.eatEquals();
        return { name, value: this.signedInteger() };
      }
      case 'NOMINVALUE':
      case 'NOMAXVALUE':
      case 'NOCACHE': {
        const name = this.tok.slice(2) as 'MINVALUE' | 'MAXVALUE' | 'CACHE';
        this.advance();
        return { name, value: null };
      }
      case 'CYCLE':
      case 'NOCYCLE': {
        const value = this.tok === 'CYCLE';
        this.advance();
        return { name: 'CYCLE', value };
      }
      case 'NO': {
        this.advance();
        const name = this.oneOf('MINVALUE', 'MAXVALUE', 'CACHE', 'CYCLE');
        return name === 'CYCLE' ? { name, value: false } : { name, value: null };
      }
      case 'RESTART': {
        this.advance();
        if (this.eat('WITH') || this.eat('=') || this.at('int') || this.at('-')) {
          return { name: 'RESTART', value: this.signedInteger() };
        }
        return { name: 'RESTART', value: null };
      }
      default:
        return null;
    }
  }

  // Placement policies and resource groups

  placementPolicy(kind: 'CreatePlacementPolicy' | 'AlterPlacementPolicy', orReplace: boolean): Statement {
    const ifExists = kind === 'CreatePlacementPolicy' ? this.ifNotExists() : this.ifExists();
    const name = this.ident();
    return { kind, orReplace, ifExists, name, options: this.placementOptions() };
  }

  placementOptions(): PlacementOption[] {
    const options: PlacementOption[] = [];
    for (;;) {
      const name = this.upperWord();
      if (!PLACEMENT_OPTIONS.has(name)) {
        if (options.length === 0) throw this.error();
        return options;
      }
      this.advance();
      this.eatEquals();
      options.push({ name, value: this.at('int') ? this.integer() : this.string() });
      this.eat(',');
    }
  }

  resourceGroup(kind: 'CreateResourceGroup' | 'AlterResourceGroup'): Statement {
    const ifExists = kind === 'CreateResourceGroup' ? this.ifNotExists() : this.ifExists();
    const name = this.resourceGroupName();
    const options = this.resourceGroupOptions();
    return { kind, ifExists, name, options };
  }

  /** Options of a resource group, separated by blanks or commas. */
  private resourceGroupOptions(): ResourceGroupOption[] {
    const options: ResourceGroupOption[] = [];
    while (!this.at('eof') && !this.at(';')) {
      options.push(this.resourceGroupOption());
      this.eat(',');
    }
    return options;
  }

  private resourceGroupOption(): ResourceGroupOption {
    const name = this.optionWord('RU_PER_SEC', 'PRIORITY', 'BURSTABLE', 'QUERY_LIMIT', 'BACKGROUND');
    const option: ResourceGroupOption = { name, value: null, options: [] };
    if (name === 'BURSTABLE') {
      if (this.eat('=')) option.value = this.burstable();
      return option;
    }
    this.eatEquals();
    switch (name) {
      case 'RU_PER_SEC':
        option.value = this.at('int') ? this.integer() : this.optionWord('UNLIMITED');
        break;
      case 'PRIORITY':
        option.value = this.optionWord('LOW', 'MEDIUM', 'HIGH');
        break;
      default:
        if (this.eat('NULL')) break;
        this.expect('(');
        while (!this.at(')')) {
          option.options.push(name === 'QUERY_LIMIT' ? this.queryLimit() : this.backgroundOption());
          this.eat(',');
        }
        this.expect(')');
    }
    return option;
  }

  private burstable(): string | boolean {
    if (this.eat('TRUE')) return true;
    if (this.eat('FALSE')) return false;
    return this.optionWord('MODERATED', 'UNLIMITED', 'OFF');
  }

  private queryLimit(): ResourceGroupOption {
    const name = this.optionWord('EXEC_ELAPSED', 'PROCESSED_KEYS', 'RU', 'ACTION', 'WATCH');
    this.eatEquals();
    const option: ResourceGroupOption = { name, value: null, options: [] };
    switch (name) {
      case 'EXEC_ELAPSED':
        option.value = this.string();
        break;
      case 'ACTION':
        option.value = this.optionWord('DRYRUN', 'COOLDOWN', 'KILL', 'SWITCH_GROUP');
        if (option.value === 'SWITCH_GROUP') {
          this.expect('(');
          option.value = `SWITCH_GROUP(${this.ident()})`;
          this.expect(')');
        }
        break;
      case 'WATCH':
        option.value = this.optionWord('EXACT', 'SIMILAR', 'PLAN');
        if (this.eatWord('DURATION')) {
          this.eatEquals();
          const value = this.at('string') ? this.string() : this.optionWord('UNLIMITED');
          option.options.push({ name: 'DURATION', value, options: [] });
        }
        break;
      default:
        option.value = this.integer();
    }
    return option;
  }

  private backgroundOption(): ResourceGroupOption {
    const name = this.optionWord('TASK_TYPES', 'UTILIZATION_LIMIT');
    this.eatEquals();
    return { name, value: name === 'TASK_TYPES' ? this.string() : this.integer(), options: [] };
  }

  /** One of the words, none of which need be reserved. */
  private optionWord(...words: readonly string[]): string {
    const word = this.upperWord();
    if (!words.includes(word)) throw this.error();
    this.advance();
    return word;
  }

  // What is only recognised

  unsupported(action: UnsupportedDdlStmt['action']): UnsupportedDdlStmt {
    if (this.eat('DEFINER')) {
      this.expect('=');
      this.userSpec();
    }
    this.eatOneOf('UNDO', 'AGGREGATE');
    let object: UnsupportedDdlStmt['object'];
    if (this.eatWord('LOGFILE')) {
      this.expect('GROUP');
      object = 'LOGFILE GROUP';
    } else if (this.eat('SPATIAL')) {
      this.expect('REFERENCE');
      this.expect('SYSTEM');
      object = 'SPATIAL REFERENCE SYSTEM';
    } else object = this.oneOf('PROCEDURE', 'FUNCTION', 'TRIGGER', 'EVENT', 'SERVER', 'TABLESPACE');
    const ifExists = this.at('IF');
    if (ifExists) {
      this.advance();
      this.eat('NOT');
      this.expect('EXISTS');
    }
    const named = this.atIdent() ? this.tableName() : null;
    // A routine's body has semicolons of its own.
    if (action === 'CREATE') while (!this.at('eof')) this.advance();
    else this.skipStatement();
    return {
      kind: 'UnsupportedDdl',
      action,
      object,
      ifExists,
      schema: named?.schema ?? null,
      name: named?.name ?? null,
    };
  }
}
