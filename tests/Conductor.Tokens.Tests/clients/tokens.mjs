// Reads texts, one JSON string a line; writes their tokens, one JSON array a line. Usage: node tokens.mjs VOCABULARY PACKAGES < texts
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

const [vocabulary, packages] = process.argv.slice(2);
const load = createRequire(pathToFileURL(`${packages}/`));

async function encoder() {
  if (vocabulary === 'llama2') {
    const { default: llama } = await import(pathToFileURL(load.resolve('llama-tokenizer-js')));
    return text => (text === '' ? [] : llama.encode(text, false, true));
  }
  const { encode } = await import(pathToFileURL(load.resolve(`gpt-tokenizer/encoding/${vocabulary}`)));
  return text => encode(text, { disallowedSpecial: new Set() });
}

const encode = await encoder();
const out = [];
for await (const line of createInterface({ input: process.stdin })) {
  out.push(JSON.stringify(encode(JSON.parse(line))));
}
process.stdout.write(out.join('\n') + '\n');
