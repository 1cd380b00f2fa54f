import { MAX_PACKET_PAYLOAD, PacketReader } from './packet-reader.js';
import { PacketWriter } from './packet-writer.js';
import { PayloadReader } from './payload-reader.js';

class Collector {
  readonly reader = new PacketReader(1 << 28);
  writes = 0;
  write(buf: Buffer, length: number): boolean {
    this.writes++;
    this.reader.push(Buffer.from(buf.subarray(0, length)));
    return true;
  }
}

describe('PacketWriter', () => {
  test('small packets leave in one write with rising sequence ids', () => {
    const sink = new Collector();
    const w = new PacketWriter(sink);
    w.sequence = 254;
    for (const s of ['a', 'bc', '']) {
      w.begin();
      w.text(s);
      w.end();
    }
    w.flush();
    expect(sink.writes).toBe(1);
    const got: string[] = [];
    const sequences: number[] = [];
    while (sink.reader.next()) {
      got.push(sink.reader.data.toString('utf8', sink.reader.start, sink.reader.end));
      sequences.push(sink.reader.sequence);
    }
    expect(got).toEqual(['a', 'bc', '']);
    expect(sequences).toEqual([254, 255, 0]);
  });

  test.each([0, 250, 251, 65535, 65536, 16777215, 16777216, 4294967296, Number.MAX_SAFE_INTEGER])(
    'length-encoded %i',
    (n) => {
      const sink = new Collector();
      const w = new PacketWriter(sink);
      w.begin();
      w.lenenc(n);
      w.lenenc(BigInt(n));
      w.end();
      w.flush();
      expect(sink.reader.next()).toBe(true);
      const { data, start, end } = sink.reader;
      const r = new PayloadReader().reset(data, start, end);
      expect(r.lenenc()).toBe(n);
      expect(r.lenenc()).toBe(n);
      expect(r.remaining).toBe(0);
    },
  );

  test.each([
    70_000,
    MAX_PACKET_PAYLOAD - 1,
    MAX_PACKET_PAYLOAD,
    MAX_PACKET_PAYLOAD + 1,
    2 * MAX_PACKET_PAYLOAD + 7,
  ])('a payload of %i bytes between small ones', (n) => {
    const sink = new Collector();
    const w = new PacketWriter(sink);
    const big = Buffer.alloc(n, 0x42);
    big[0] = 1;
    big[n - 1] = 2;
    for (const b of [Buffer.from('before'), big, Buffer.from('after')]) {
      w.begin();
      w.bytes(b);
      w.end();
    }
    w.flush();
    const got: Buffer[] = [];
    while (sink.reader.next())
      got.push(Buffer.from(sink.reader.data.subarray(sink.reader.start, sink.reader.end)));
    expect(got.map((b) => b.length)).toEqual([6, n, 5]);
    expect(got[1]!.equals(big)).toBe(true);
    expect(got[2]!.toString()).toBe('after');
  });

  test('an abandoned packet leaves no trace', () => {
    const sink = new Collector();
    const w = new PacketWriter(sink);
    w.begin();
    w.text('kept');
    w.end();
    w.begin();
    w.text('x'.repeat(100_000));
    w.abandon();
    w.begin();
    w.text('next');
    w.end();
    w.flush();
    const got: string[] = [];
    while (sink.reader.next())
      got.push(sink.reader.data.toString('utf8', sink.reader.start, sink.reader.end));
    expect(got).toEqual(['kept', 'next']);
    expect(w.sequence).toBe(2);
  });

  test('text of any length keeps its length prefix', () => {
    for (const s of ['', 'ab', 'ä'.repeat(80), '\u{1F600}'.repeat(41), 'é'.repeat(126), 'x'.repeat(300)]) {
      const sink = new Collector();
      const w = new PacketWriter(sink);
      w.begin();
      w.lenencText(s);
      w.end();
      w.flush();
      sink.reader.next();
      const { data, start, end } = sink.reader;
      const r = new PayloadReader().reset(data, start, end);
      expect(r.lenencBytes().toString()).toBe(s);
      expect(r.remaining).toBe(0);
    }
  });
});
