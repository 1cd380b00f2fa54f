import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitStatements } from './split-statements.js';
import { unzip, zip } from './zip.js';

const files = [
  { name: 'empty', data: Buffer.alloc(0) },
  { name: 'schema/é.txt', data: Buffer.from('create table é (a int);\n'.repeat(1000)) },
  { name: 'bytes', data: Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919) & 255)) },
];

test('an archive comes back', () => {
  const back = unzip(zip(files));
  expect(back.map((f) => [f.name, f.data.toString('hex')])).toEqual(
    files.map((f) => [f.name, f.data.toString('hex')]),
  );
});

test('another reader finds it whole', () => {
  const dir = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    writeFileSync(join(dir, 'a.zip'), zip(files));
    const script =
      'import sys, zipfile\nz = zipfile.ZipFile(sys.argv[1])\nassert z.testzip() is None\nprint(len(z.namelist()))';
    let found: string;
    try {
      found = execFileSync('python3', ['-c', script, join(dir, 'a.zip')])
        .toString()
        .trim();
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw e;
    }
    expect(found).toBe('3');
  } finally {
    rmSync(dir, { recursive: true });
  }
});

test.each([Buffer.alloc(0), Buffer.from('not a zip'), zip(files).subarray(0, 100), Buffer.alloc(64, 0x50)])(
  'what is no archive is refused',
  (b) => expect(() => unzip(b)).toThrow(RangeError),
);

test('statements are divided where they end', () => {
  expect(
    splitStatements("use `a;b`; create table t (a char(9) default ';''') -- x;\n; select 1 /* ; */;"),
  ).toEqual(['use `a;b`', "create table t (a char(9) default ';''') -- x;", 'select 1 /* ; */']);
});
