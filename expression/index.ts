/**
 * Expressions: typed IR, function registry, inference, folding, compilation to kernels. Importing this module registers all
 * functions.
 */
import './builtin/cast.js';
import './builtin/arithmetic.js';
import './builtin/logic.js';
import './builtin/compare.js';
import './builtin/in-list.js';
import './builtin/control.js';
import './builtin/string-build.js';
import './builtin/string-charset.js';
import './builtin/string-length.js';
import './builtin/string-search.js';
import './builtin/string-slice.js';
import './builtin/string-encoding.js';
import './builtin/like.js';
import './builtin/math.js';
import './builtin/date-fields.js';
import './builtin/date-arith.js';
import './builtin/date-format.js';
import './builtin/date-now.js';
import './builtin/compare-many.js';
import './builtin/variables.js';
import './builtin/info.js';
import './builtin/sequence.js';
import './builtin/regexp.js';
import './builtin/misc.js';
import './builtin/encryption.js';
import './builtin/fulltext.js';
import './builtin/json.js';
import './builtin/json-search.js';
import './builtin/tidb.js';
import './builtin/vector.js';
import './builtin/uuid.js';

export * from './expression.js';
export type { EvalContext, SessionFunctions } from './eval-context.js';
export type { BuildContext } from './build-context.js';
export type { FunctionSpec, Resolved } from './function-registry.js';
export { allFunctions, findFunction, functionSpec, registerFunction } from './function-registry.js';
export {
  asDecimalType,
  boolConstant,
  castTo,
  decimalConstant,
  explicitCast,
  foldConstant,
  intConstant,
  isDeterministic,
  isRuntimeConstant,
  newColumn,
  newConstant,
  newCorrelated,
  newFunction,
  newParam,
  nullConstant,
  rawFunction,
  realConstant,
  stringConstant,
} from './build.js';
export { newBetween } from './builtin/between.js';
export { unifyAlternatives } from './builtin/control.js';
export {
  columnsOf,
  correlatedOf,
  equals,
  hashKey,
  isConstantTree,
  resolveIndices,
  splitConjuncts,
  splitDisjuncts,
  substitute,
  substituteColumns,
  visit,
} from './traverse.js';
export { aggToExplain, datumText, toExplain, typeToExplain } from './explain.js';
export type { Filter, Projection } from './compile.js';
export { compileFilter, compileProjection, evalAny, evalDatum, kernelCount } from './compile.js';
export { castDatum, convertParam } from './cast-datum.js';
export { Coercibility, coercibilityOf, deriveCollation } from './collation-derivation.js';
export {
  aggregateTypes,
  binaryType,
  boolType,
  compareDomain,
  dateType,
  datetimeType,
  decimalType,
  exactDigits,
  intType,
  isStringType,
  isTemporal,
  jsonType,
  nullType,
  realType,
  stringType,
  timeType,
} from './type-inference.js';
export { Runtime } from './runtime.js';
export { updateAggregators } from './aggregate/fused.js';
export type { Aggregator } from './aggregate/aggregator.js';
export { aggregateDocs, aggregateInputs, createAggregator, partialTypes } from './aggregate/create.js';
