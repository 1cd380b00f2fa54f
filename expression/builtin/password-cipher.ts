/**
 * The cipher of ENCODE and DECODE: a substitution table shuffled by a generator that the password seeds, and a running
 * XOR. It protects nothing, but old data is stored in it.
 */

const MODULUS = 0x3fffffff;

/** Two 31-bit numbers of a password: the hash that MySQL used before 4.1; spaces and tabs do not count. */
function seeds(password: Uint8Array): [number, number] {
  let a = 1345345333n;
  let add = 7n;
  let b = 0x12345671n;
  for (const c of password) {
    if (c === 0x20 || c === 0x09) continue;
    const v = BigInt(c);
    a = BigInt.asUintN(64, a ^ (((a & 63n) + add) * v + (a << 8n)));
    b = BigInt.asUintN(64, b + ((b << 8n) ^ a));
    add += v;
  }
  return [Number(a & 0x7fffffffn) % MODULUS, Number(b & 0x7fffffffn) % MODULUS];
}

export class PasswordCipher {
  private readonly decoding = new Uint8Array(256);
  private readonly encoding = new Uint8Array(256);
  private seed1: number;
  private seed2: number;

  constructor(password: Uint8Array) {
    [this.seed1, this.seed2] = seeds(password);
    for (let i = 0; i < 256; i++) this.decoding[i] = i;
    for (let i = 0; i < 256; i++) {
      const at = this.next();
      const v = this.decoding[at]!;
      this.decoding[at] = this.decoding[i]!;
      this.decoding[i] = v;
    }
    for (let i = 0; i < 256; i++) this.encoding[this.decoding[i]!] = i;
  }

  /** 0..254. */
  private next(): number {
    this.seed1 = (this.seed1 * 3 + this.seed2) % MODULUS;
    this.seed2 = (this.seed1 + this.seed2 + 33) % MODULUS;
    return Math.floor((this.seed1 / MODULUS) * 255);
  }

  encode(b: Uint8Array): Uint8Array {
    let shift = 0;
    return b.map((c) => {
      shift ^= this.next();
      const out = this.encoding[c]! ^ (shift & 255);
      shift ^= c;
      return out;
    });
  }

  decode(b: Uint8Array): Uint8Array {
    let shift = 0;
    return b.map((c) => {
      shift ^= this.next();
      const out = this.decoding[c ^ (shift & 255)]!;
      shift ^= out;
      return out;
    });
  }
}
