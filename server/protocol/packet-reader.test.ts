import { packet } from '../testing/raw-client.js';
import { MAX_PACKET_PAYLOAD, PacketReader } from './packet-reader.js';
import { FatalProtocolError } from './protocol-errors.js';
import { Random, testSeed } from '../../testing/random.js';

const payload = (r: PacketReader): Buffer => Buffer.from(r.data.subarray(r.start, r.end));

describe('PacketReader', () => {
  test('serves packets of one read as views into it', () => {
    const r = new PacketReader(1000);
    const chunk = Buffer.concat([packet(0, Buffer.from('abc')), packet(3, Buffer.from(''))]);
    r.push(chunk);
    expect(r.next()).toBe(true);
    expect(payload(r).toString()).toBe('abc');
    expect(r.data).toBe(chunk);
    expect(r.next()).toBe(true);
    expect(payload(r).length).toBe(0);
    expect(r.sequence).toBe(3);
    expect(r.next()).toBe(false);
    expect(r.buffered).toBe(0);
  });

  test('puts packets together however the stream is cut', () => {
    const seed = testSeed();
    const random = new Random(seed);
    const next = (n: number): number => random.below(n);
    const sent = Array.from({ length: 300 }, (_, i) => Buffer.alloc(next(i % 10 === 0 ? 5000 : 40), i & 255));
    const stream = Buffer.concat(sent.map((p, i) => packet(i & 255, p)));
    const r = new PacketReader(1 << 20);
    const got: Buffer[] = [];
    for (let at = 0; at < stream.length;) {
      const n = 1 + next(next(4) === 0 ? 3000 : 7);
      r.push(stream.subarray(at, at + n));
      at += n;
      while (next(3) !== 0 && r.next()) {
        expect(`seed ${seed}: ${r.sequence}`).toBe(`seed ${seed}: ${got.length & 255}`);
        got.push(payload(r));
      }
    }
    while (r.next()) got.push(payload(r));
    expect(`seed ${seed}: ${Buffer.concat(got).equals(Buffer.concat(sent))}`).toBe(`seed ${seed}: true`);
    expect(got.length).toBe(sent.length);
  });

  test.each([MAX_PACKET_PAYLOAD - 1, MAX_PACKET_PAYLOAD, MAX_PACKET_PAYLOAD + 5, 2 * MAX_PACKET_PAYLOAD])(
    'joins %i bytes',
    (n) => {
      const body = Buffer.alloc(n, 0x61);
      body[n - 1] = 0x7a;
      const r = new PacketReader(1 << 26);
      let sequence = 0;
      for (let at = 0; ; at += MAX_PACKET_PAYLOAD) {
        const part = body.subarray(at, at + MAX_PACKET_PAYLOAD);
        r.push(packet(sequence++, part));
        if (part.length < MAX_PACKET_PAYLOAD) break;
        expect(r.next()).toBe(false);
      }
      expect(r.next()).toBe(true);
      expect(r.sequence).toBe(sequence - 1);
      expect(payload(r).equals(body)).toBe(true);
    },
  );

  test('refuses a payload over the limit before its bytes are there', () => {
    const r = new PacketReader(100);
    r.push(Buffer.from([101, 0, 0, 0]));
    expect(() => r.next()).toThrow(FatalProtocolError);
    const parts = new PacketReader(MAX_PACKET_PAYLOAD + 10);
    parts.push(packet(0, Buffer.alloc(MAX_PACKET_PAYLOAD)));
    parts.push(Buffer.from([11, 0, 0, 1]));
    expect(() => parts.next()).toThrow("bigger than 'max_allowed_packet'");
  });
});
