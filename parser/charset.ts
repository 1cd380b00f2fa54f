/** MySQL's character sets (8.0 manual, "Supported Character Sets"): the names that an introducer may have. */
export const INTRODUCERS: ReadonlySet<string> = new Set(
  (
    'big5 dec8 cp850 hp8 koi8r latin1 latin2 swe7 ascii ujis sjis hebrew tis620 euckr koi8u gb2312 greek cp1250 gbk ' +
    'latin5 armscii8 utf8 utf8mb3 utf8mb4 ucs2 cp866 keybcs2 macce macroman cp852 latin7 cp1251 utf16 utf16le cp1256 ' +
    'cp1257 utf32 binary geostd8 cp932 eucjpms gb18030'
  ).split(' '),
);
