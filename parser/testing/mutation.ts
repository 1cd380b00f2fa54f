/** Pieces that are likely to upset a lexer or a grammar. */
const PIECES = (
  "( ) , ; . * + - / % = ' \" ` @ @@ ? /* */ /*! /*T! /*+ -- # 0x b' x' _utf8 := { } [ ] \\ 1e .5 " +
  'select from where in not null values set interval union case when end partition as on join left default over ' +
  'distinct with group by order limit for create table alter 99999999999999999999999 é 😀'
).split(' ');

/** A statement with one to four random edits: cut, doubled, overwritten, or mixed with another one. */
export function mutate(sql: string, other: string, random: (below: number) => number): string {
  let text = sql;
  for (let edits = 1 + random(4); edits > 0; edits--) {
    const from = random(text.length + 1);
    const to = Math.min(text.length, from + random(12));
    const piece = `${PIECES[random(PIECES.length)]!}${random(2) === 0 ? ' ' : ''}`;
    switch (random(5)) {
      case 0:
        text = text.slice(0, from) + text.slice(to);
        break;
      case 1:
        text = text.slice(0, from) + piece + text.slice(from);
        break;
      case 2:
        text = text.slice(0, to) + text.slice(from);
        break;
      case 3: {
        const at = random(other.length + 1);
        text = text.slice(0, from) + other.slice(at, at + random(40)) + text.slice(to);
        break;
      }
      default:
        text = text.slice(0, from) + piece + text.slice(to);
    }
  }
  return text;
}
