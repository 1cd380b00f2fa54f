import { parseJson } from './parse.js';

test.each([
  ['{"b": 1, "a": 2, "c": 3}', ['a', 'b', 'c']],
  // U+1F600 comes before U+E000 by UTF-16 units, behind it by bytes.
  ['{"\u{1f600}": 1, "\ue000": 2}', ['\ue000', '\u{1f600}']],
  ['{"\ue000": 1, "\u{1f600}": 2}', ['\ue000', '\u{1f600}']],
])('members of %s come in the order of their names as bytes', (text, names) => {
  expect([...(parseJson(text) as Map<string, unknown>).keys()]).toEqual(names);
});
