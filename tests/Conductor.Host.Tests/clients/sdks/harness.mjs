// What the scripts beside it share: runs every feature of one SDK against every upstream of a gateway, and prints a line of JSON for each.
// A script gives an object of features; each is an async function of { model, embedding, bad, limited, name, tag } that throws when something is not as it should be.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const print = (line) => process.stdout.write(JSON.stringify(line) + '\n');
for (const noise of ['log', 'info', 'debug', 'warn', 'error']) console[noise] = () => {};

export const plan = JSON.parse(process.argv[2]); // { address, key, upstreams: [{ name, model, embedding, bad, limited, features, isReal, statesUsage }] }
export const load = async (name) => {
  const found = await import(pathToFileURL(resolve(name)).href);
  return found.default && typeof found.default === 'object' ? { ...found.default, ...found } : found;
};

export const hello = 'Hello from the client.';
export const system = 'be brief';
export const answer = `[${system}] ${hello}`;
export const unicode = 'Zürich — 東京 👨‍👩‍👧‍👦 🇨🇭 שָׁלוֹם हिन्दी é \u2028 "quotes" \\ back\tslash\nline 𝒳 ﷽';
export const cities = ['Zürich', '東京'];
export const weather = (city) => `22 degrees in ${city}`;
export const report = cities.map(weather).join('; ');
export const schema = { type: 'object', properties: { city: { type: 'string' }, days: { type: 'integer' } }, required: ['city', 'days'], additionalProperties: false };
export const place = { city: 'Zürich 😀', days: 3 };
export const citySchema = { type: 'object', properties: { city: { type: 'string', description: 'its name' } }, required: ['city'], additionalProperties: false };
export const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const bytes = Buffer.from(png, 'base64');
export const seen = `look ${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex').slice(0, 12)}`;

export function same(found, wanted, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${what} is ${a}, not ${b}`);
}

/** The same of words that a model says: of a real one nobody knows them beforehand, so that there only have to be some. */
export function reads(found, wanted, what) {
  if (!now.isReal) same(found, wanted, what);
  else holds((Array.isArray(found) ? found[0] : found)?.length > 0, `${what} is not empty`);
}

/** What an answer says that it used: something, where its upstream states it. */
export const used = (tokens) => holds(!now.statesUsage || tokens > 0, 'usage is stated');

/** Most tokens of an answer. */
export const limit = () => (!now.isReal ? 200 : now.feature === 'abort' ? 5000 : 12);

/** Whether enough of a stream has come to leave it. */
export const enough = (text) => (now.isReal ? text.length > 20 : text.includes('three'));

export function holds(condition, what) {
  if (!condition) throw new Error(`it does not hold: ${what}`);
}

/** Vectors of 'one', 'two' and 'one' again. */
export function vectorsFit(vectors) {
  same(vectors.length, 3, 'the number of vectors');
  holds(vectors.every((vector) => vector.length === vectors[0].length && vector.length > 2 && [...vector].every(Number.isFinite)), 'all vectors are of numbers and of one length');
  same([...vectors[0]], [...vectors[2]], 'the vector of an equal text');
  holds(JSON.stringify([...vectors[0]]) !== JSON.stringify([...vectors[1]]), 'different texts have different vectors');
}

/** Each failure has to be an error of the class and status that the SDK has for it. */
export async function fails(rows) {
  for (const [what, run, isRight] of rows) {
    let error = null;
    try {
      await run();
    } catch (thrown) {
      error = thrown;
    }

    if (!error) throw new Error(`${what}: nothing is thrown`);
    if (!isRight(error)) throw new Error(`${what}: ${error.constructor.name} ${error.name} ${error.status ?? error.statusCode ?? ''} ${error.message}`);
  }
}

/** 50 at once, every other one as a stream; each has to get its own answer. */
export async function fifty(whole, streamed) {
  const texts = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? whole : streamed)(`number ${i} ü😀`)));
  texts.forEach((text, i) => reads(text, `number ${i} ü😀`, 'an answer of fifty at once'));
}

/** Remembers when the client left: milliseconds of Unix time. */
export const leave = (context) => { context.leftAt = performance.timeOrigin + performance.now(); };

let now = {};
let losses = new Set();
let refusals = [];
const real = globalThis.fetch;
globalThis.fetch = async (...given) => {
  const response = await real(...given);
  for (const header of ['x-conductor-dropped-params', 'x-conductor-loss']) {
    for (const name of (response.headers.get(header) ?? '').split(',')) if (name.trim()) losses.add(name.trim());
  }

  if (!response.ok) refusals.push(`${response.status} ${/"(?:code|error_code|reason)":\s*"([A-Za-z_]+)"/.exec(await response.clone().text())?.[1]?.toLowerCase() ?? ''}`);
  return response;
};

export async function run(features) {
  for (const upstream of plan.upstreams) {
    for (const feature of upstream.features) {
      const line = { upstream: upstream.name, feature };
      if (!features[feature]) {
        print({ ...line, outcome: 'absent' });
        continue;
      }

      [losses, refusals, now] = [new Set(), [], { isReal: upstream.isReal, statesUsage: upstream.statesUsage, feature }];
      const context = { ...upstream, tag: `${process.argv[1].split('/').pop()}:${upstream.name}` };
      try {
        await features[feature](context);
        print({ ...line, outcome: losses.size ? 'loss' : 'pass', losses: [...losses], note: context.leftAt ? context.tag : undefined, leftAt: context.leftAt });
      } catch (error) {
        const isRefused = feature !== 'errors' && refusals.length > 0 && refusals.at(-1).startsWith('4');
        print({ ...line, outcome: isRefused ? 'refused' : 'fail', note: `${refusals.at(-1) ?? ''} ${error?.name}: ${error?.message}`.trim(), losses: [...losses] });
      }
    }
  }

  // It stays until its input ends: what happens upstream comes from `abort`, not from this program's end.
  print({ done: true });
  process.stdin.resume();
}
