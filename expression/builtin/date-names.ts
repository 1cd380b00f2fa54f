/** Names of months and days by lc_time_names (manual, "MySQL Server Locale Support"). Days from Monday. */

export const MONTH_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'en_US',
    'January February March April May June July August September October November December'.split(' '),
  ],
  ['de_DE', 'Januar Februar März April Mai Juni Juli August September Oktober November Dezember'.split(' ')],
  [
    'fr_FR',
    'janvier février mars avril mai juin juillet août septembre octobre novembre décembre'.split(' '),
  ],
  [
    'es_ES',
    'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' '),
  ],
  [
    'it_IT',
    'gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre'.split(
      ' ',
    ),
  ],
  ['zh_CN', '一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月'.split(' ')],
  ['ja_JP', '1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月'.split(' ')],
]);

export const DAY_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['en_US', 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ')],
  ['de_DE', 'Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag'.split(' ')],
  ['fr_FR', 'lundi mardi mercredi jeudi vendredi samedi dimanche'.split(' ')],
  ['es_ES', 'lunes martes miércoles jueves viernes sábado domingo'.split(' ')],
  ['it_IT', 'lunedì martedì mercoledì giovedì venerdì sabato domenica'.split(' ')],
  ['zh_CN', '星期一 星期二 星期三 星期四 星期五 星期六 星期日'.split(' ')],
  ['ja_JP', '月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日'.split(' ')],
]);
