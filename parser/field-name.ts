import { stripParens, type Expr, type SelectField } from './ast/index.js';

/** The inside of any number of parentheses and unary pluses. */
function inner(expr: Expr): Expr {
  for (;;) {
    expr = stripParens(expr);
    if (expr.kind !== 'Unary' || expr.op !== '+') return expr;
    expr = expr.expr;
  }
}

/**
 * The name of a select field in the result set: its alias, the column's name, a string literal's value (the first one of
 * several side by side, without leading blanks), otherwise the text as the client wrote it, without the parentheses
 * around it. As TiDB names fields; MySQL keeps the parentheses.
 */
export function fieldName(field: SelectField): string {
  if (field.alias !== null) return field.alias;
  const name = derivedName(field);
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
}

/** Characters of a name that nobody wrote (MySQL manual, "Identifier Length Limits": aliases). */
const MAX_NAME = 256;

function derivedName(field: SelectField): string {
  const { expr } = field;
  if (expr === null) return field.text;
  const e = inner(expr);
  switch (e.kind) {
    case 'ColumnRef':
      return e.name;
    case 'StringLiteral':
      return (e.firstPart ?? e.value).replace(/^[\x00-\x20]+/, '');
    case 'NullLiteral':
      return 'NULL';
    case 'BoolLiteral':
      return e.value ? 'TRUE' : 'FALSE';
    case 'IntLiteral':
    case 'DecimalLiteral':
    case 'FloatLiteral':
    case 'HexLiteral':
    case 'BitLiteral':
      return field.text.slice(e.start - expr.start, e.end - expr.start);
    default:
      return field.text.includes('/*') ? withoutMarks(field.text) : field.text;
  }
}

/** TiDB leaves out of names what marks comments that are read: those for a version, and the end of hints. */
const withoutMarks = (text: string): string =>
  /\/\*[!+]/.test(text) ? text.replace(/\/\*!(?:M?\d{5,6})?|\*\//g, '') : text;
