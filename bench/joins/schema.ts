import { Random } from './random.js';

type Value = string | number | null;

export interface Table {
  readonly name: string;
  readonly ddl: string;
  rows(scale: number): Generator<readonly Value[]>;
}

const KINDS = ['movie', 'tv series', 'tv movie', 'video movie', 'tv mini series', 'video game', 'episode'];
const COUNTRIES = [
  '[us]',
  '[gb]',
  '[de]',
  '[fr]',
  '[in]',
  '[jp]',
  '[it]',
  '[es]',
  '[ca]',
  '[se]',
  '[pl]',
  '[cz]',
];
const GENRES = [
  'Drama',
  'Comedy',
  'Short',
  'Documentary',
  'Thriller',
  'Romance',
  'Action',
  'Horror',
  'Crime',
  'Western',
];
const LANGUAGES = [
  'English',
  'English',
  'German',
  'French',
  'Hindi',
  'Japanese',
  'Italian',
  'Spanish',
  'English',
  'Swedish',
];
const ROLES = [
  'actor',
  'actress',
  'producer',
  'writer',
  'cinematographer',
  'composer',
  'costume',
  'director',
  'editor',
  'guest',
  'other',
  'designer',
];
const INFOS = [
  'genres',
  'languages',
  'countries',
  'rating',
  'votes',
  'budget',
  'release dates',
  'runtimes',
  'color info',
  'sound mix',
];
const WORDS = [
  'love',
  'murder',
  'night',
  'blood',
  'sequel',
  'based-on-novel',
  'dog',
  'war',
  'space',
  'hero',
  'city',
  'revenge',
];

const SIZE = { title: 50_000, person: 40_000, company: 6_000, keyword: 5_000 };

/** What the rows of other tables depend on, so that columns of different tables go together. */
interface Film {
  readonly kind: number;
  readonly year: number | null;
  /** Index of the country that made it: its companies, language and release dates follow. */
  readonly country: number;
  readonly genre: number;
  /** 0 to 1: the popular ones have most of the cast, keywords and links. */
  readonly fame: number;
}

let films: Film[] = [];

function makeFilms(scale: number): Film[] {
  const r = new Random(1);
  const out: Film[] = [];
  for (let i = 0; i < SIZE.title * scale; i++) {
    const kind = [0, 0, 0, 6, 6, 6, 6, 1, 2, 3, 4, 5][r.below(12)]!;
    // Video games are young, westerns old, episodes of the last decades.
    const genre = r.skewed(GENRES.length);
    const age =
      kind === 5 ? r.skewed(25) : kind === 6 ? r.skewed(50) : genre === 9 ? 40 + r.below(60) : r.skewed(110);
    out.push({
      kind,
      year: r.chance(0.03) ? null : 2020 - age,
      country: r.chance(0.6) ? r.skewed(3) : r.skewed(COUNTRIES.length),
      genre,
      fame: Math.pow(r.next(), 6) * (kind === 0 ? 1 : 0.4),
    });
  }
  return out;
}

/** Rows of a film that grow with its fame: `usual` on the average of all. */
const many = (r: Random, film: Film, usual: number): number =>
  Math.floor(usual * 0.5 + film.fame * usual * 6 + r.next());

function* small(names: readonly string[]): Generator<readonly Value[]> {
  for (const [i, name] of names.entries()) yield [i + 1, name];
}

/** Fifteen tables in the manner of the Join Order Benchmark's: facts around films, dimensions behind them. */
export const TABLES: readonly Table[] = [
  {
    name: 'kind_type',
    ddl: 'id INT PRIMARY KEY, kind VARCHAR(15) NOT NULL',
    rows: () => small(KINDS),
  },
  {
    name: 'company_type',
    ddl: 'id INT PRIMARY KEY, kind VARCHAR(32) NOT NULL',
    rows: () =>
      small(['distributors', 'production companies', 'special effects companies', 'miscellaneous companies']),
  },
  { name: 'role_type', ddl: 'id INT PRIMARY KEY, role VARCHAR(32) NOT NULL', rows: () => small(ROLES) },
  {
    name: 'info_type',
    ddl: 'id INT PRIMARY KEY, info VARCHAR(32) NOT NULL',
    rows: () => small([...INFOS, ...Array.from({ length: 30 }, (_, i) => `info ${i}`)]),
  },
  {
    name: 'link_type',
    ddl: 'id INT PRIMARY KEY, link VARCHAR(32) NOT NULL',
    rows: () => small(['follows', 'followed by', 'remake of', 'version of', 'references', 'features']),
  },
  {
    name: 'keyword',
    ddl: 'id INT PRIMARY KEY, keyword VARCHAR(40) NOT NULL, KEY (keyword)',
    *rows(scale) {
      for (let i = 0; i < SIZE.keyword * scale; i++)
        yield [i + 1, i < WORDS.length ? WORDS[i]! : `${WORDS[i % WORDS.length]}-${i}`];
    },
  },
  {
    name: 'company_name',
    ddl: 'id INT PRIMARY KEY, name VARCHAR(60) NOT NULL, country_code VARCHAR(8), KEY (country_code)',
    *rows(scale) {
      for (let i = 0; i < SIZE.company * scale; i++)
        yield [i + 1, `${WORDS[(i * 7) % WORDS.length]} pictures ${i}`, COUNTRIES[companyCountry(i)]!];
    },
  },
  {
    name: 'name',
    ddl: 'id INT PRIMARY KEY, name VARCHAR(60) NOT NULL, gender CHAR(1), KEY (name)',
    *rows(scale) {
      const r = new Random(2);
      for (let i = 0; i < SIZE.person * scale; i++) {
        const initial = String.fromCharCode(65 + r.skewed(26));
        yield [i + 1, `${initial}${['an', 'ob', 'ur', 'il'][r.below(4)]}, ${i}`, genderOf(i)];
      }
    },
  },
  {
    name: 'title',
    ddl: 'id INT PRIMARY KEY, title VARCHAR(60) NOT NULL, kind_id INT NOT NULL, production_year INT, season_nr INT, KEY (kind_id), KEY (production_year)',
    *rows() {
      for (const [i, f] of films.entries())
        yield [
          i + 1,
          `${WORDS[i % WORDS.length]} ${i}`,
          f.kind + 1,
          f.year,
          f.kind === 6 ? (i % 9) + 1 : null,
        ];
    },
  },
  {
    name: 'movie_companies',
    ddl: 'id INT PRIMARY KEY, movie_id INT NOT NULL, company_id INT NOT NULL, company_type_id INT NOT NULL, note VARCHAR(40), KEY (movie_id), KEY (company_id)',
    *rows(scale) {
      const r = new Random(3);
      let id = 0;
      for (const [i, f] of films.entries()) {
        for (let n = many(r, f, 1.5); n > 0; n--) {
          const type = r.chance(0.5) ? 2 : r.skewed(4) + 1;
          const note = type === 1 ? `(${f.year ?? 0}) (${r.chance(0.7) ? 'worldwide' : 'USA'})` : null;
          yield [++id, i + 1, companyOf(r, f.country, SIZE.company * scale) + 1, type, note];
        }
      }
    },
  },
  {
    name: 'movie_info',
    ddl: 'id INT PRIMARY KEY, movie_id INT NOT NULL, info_type_id INT NOT NULL, info VARCHAR(40) NOT NULL, KEY (movie_id), KEY (info_type_id)',
    *rows() {
      const r = new Random(4);
      let id = 0;
      for (const [i, f] of films.entries()) {
        yield [++id, i + 1, 1, GENRES[f.genre]!];
        yield [++id, i + 1, 2, LANGUAGES[f.country % LANGUAGES.length]!];
        if (r.chance(0.4)) yield [++id, i + 1, 3, COUNTRIES[f.country]!];
        if (f.fame > 0.05) yield [++id, i + 1, 6, `$${Math.floor(f.fame * 1e8)}`];
        for (let n = many(r, f, 0.6); n > 0; n--)
          yield [++id, i + 1, 7 + r.skewed(30), `value ${r.skewed(500)}`];
      }
    },
  },
  {
    name: 'movie_info_idx',
    ddl: 'id INT PRIMARY KEY, movie_id INT NOT NULL, info_type_id INT NOT NULL, info DECIMAL(12,1) NOT NULL, KEY (movie_id), KEY (info_type_id, info)',
    *rows() {
      const r = new Random(5);
      let id = 0;
      for (const [i, f] of films.entries()) {
        if (f.fame < 0.01 && r.chance(0.6)) continue;
        yield [++id, i + 1, 4, Math.round((3 + f.fame * 6 + r.next()) * 10) / 10];
        yield [++id, i + 1, 5, Math.floor(5 + f.fame * f.fame * 1e6)];
      }
    },
  },
  {
    name: 'movie_keyword',
    ddl: 'id INT PRIMARY KEY, movie_id INT NOT NULL, keyword_id INT NOT NULL, KEY (movie_id), KEY (keyword_id)',
    *rows(scale) {
      const r = new Random(6);
      let id = 0;
      for (const [i, f] of films.entries())
        for (let n = many(r, f, 1.8); n > 0; n--) {
          const own = r.chance(0.3) ? f.genre : r.skewed(SIZE.keyword * scale);
          yield [++id, i + 1, own + 1];
        }
    },
  },
  {
    name: 'cast_info',
    ddl: 'id INT PRIMARY KEY, person_id INT NOT NULL, movie_id INT NOT NULL, role_id INT NOT NULL, nr_order INT, note VARCHAR(20), KEY (movie_id), KEY (person_id)',
    *rows(scale) {
      const r = new Random(7);
      let id = 0;
      for (const [i, f] of films.entries())
        for (let n = many(r, f, 3); n > 0; n--) {
          const person = r.skewed(SIZE.person * scale);
          const g = genderOf(person);
          const role = r.chance(0.6) ? (g === 'f' ? 2 : 1) : r.skewed(ROLES.length) + 1;
          const note = role === 1 && f.kind === 5 ? '(voice)' : role === 3 ? '(executive producer)' : null;
          yield [++id, person + 1, i + 1, role, role <= 2 ? n : null, note];
        }
    },
  },
  {
    name: 'movie_link',
    ddl: 'id INT PRIMARY KEY, movie_id INT NOT NULL, linked_movie_id INT NOT NULL, link_type_id INT NOT NULL, KEY (movie_id), KEY (linked_movie_id)',
    *rows() {
      const r = new Random(8);
      let id = 0;
      for (const [i, f] of films.entries())
        for (let n = f.fame > 0.1 ? many(r, f, 0.8) : 0; n > 0; n--)
          yield [++id, i + 1, r.below(films.length) + 1, r.skewed(6) + 1];
    },
  },
];

const companyCountry = (i: number): number => (i < 600 ? i % 3 : i % COUNTRIES.length);
const genderOf = (i: number): string | null => (i % 11 === 0 ? null : i % 3 === 0 ? 'f' : 'm');

/** A company of the film's country, the large ones far more often. */
function companyOf(r: Random, country: number, companies: number): number {
  for (let tries = 0; tries < 20; tries++) {
    const c = r.skewed(companies);
    if (companyCountry(c) === country) return c;
  }
  return r.skewed(companies);
}

/** Fixes what all tables depend on. */
export function prepare(scale: number): void {
  films = makeFilms(scale);
}

/** Joins of the schema: a column of one table and the table whose key it holds. */
export const REFERENCES: readonly (readonly [table: string, column: string, to: string])[] = [
  ['title', 'kind_id', 'kind_type'],
  ['movie_companies', 'movie_id', 'title'],
  ['movie_companies', 'company_id', 'company_name'],
  ['movie_companies', 'company_type_id', 'company_type'],
  ['movie_info', 'movie_id', 'title'],
  ['movie_info', 'info_type_id', 'info_type'],
  ['movie_info_idx', 'movie_id', 'title'],
  ['movie_info_idx', 'info_type_id', 'info_type'],
  ['movie_keyword', 'movie_id', 'title'],
  ['movie_keyword', 'keyword_id', 'keyword'],
  ['cast_info', 'movie_id', 'title'],
  ['cast_info', 'person_id', 'name'],
  ['cast_info', 'role_id', 'role_type'],
  ['movie_link', 'movie_id', 'title'],
  ['movie_link', 'link_type_id', 'link_type'],
];

/** Conditions that users of such data write, by table; most are correlated with those of other tables. */
export const CONDITIONS: Readonly<Record<string, readonly string[]>> = {
  kind_type: ["$.kind = 'movie'", "$.kind IN ('movie', 'episode')", "$.kind = 'video game'"],
  company_type: ["$.kind = 'production companies'", "$.kind <> 'distributors'"],
  role_type: ["$.role = 'actress'", "$.role = 'director'", "$.role IN ('writer', 'producer')"],
  info_type: ["$.info = 'genres'", "$.info = 'rating'", "$.info = 'budget'", "$.info = 'votes'"],
  link_type: ["$.link = 'followed by'", "$.link LIKE '%follow%'"],
  keyword: ["$.keyword = 'sequel'", "$.keyword IN ('murder', 'blood', 'revenge')", "$.keyword LIKE 'hero%'"],
  company_name: ["$.country_code = '[us]'", "$.country_code IN ('[pl]', '[cz]')", "$.name LIKE 'night%'"],
  name: ["$.gender = 'f'", "$.name LIKE 'B%'", "$.name LIKE 'Zan%' AND $.gender = 'm'"],
  title: [
    '$.production_year > 2005',
    '$.production_year BETWEEN 1950 AND 1960',
    '$.production_year BETWEEN 2000 AND 2010',
    "$.title LIKE 'war%'",
    '$.season_nr = 3',
  ],
  movie_companies: ["$.note LIKE '%worldwide%'", '$.note IS NULL', '$.company_type_id = 2'],
  movie_info: [
    "$.info = 'Drama'",
    "$.info IN ('German', 'French')",
    "$.info = 'Western'",
    "$.info = 'Horror'",
  ],
  movie_info_idx: ['$.info > 8.0', '$.info < 4.0 AND $.info_type_id = 4'],
  movie_keyword: ['$.keyword_id < 20'],
  cast_info: ["$.note = '(voice)'", '$.nr_order = 1', "$.note = '(executive producer)'"],
  movie_link: ['$.linked_movie_id < 1000'],
};
