// Everything that the official ollama client does with a server, printed as one line of JSON.
// usage: node ollama.mjs HOST CHAT_MODEL EMBEDDING_MODEL MODEL_TO_PULL    in a folder whose node_modules holds ollama@0.6.4
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { Ollama } = await import(pathToFileURL(resolve('ollama')).href);
const [host, model, embeddingModel, missing] = process.argv.slice(2);
const client = new Ollama({ host });
const messages = [{ role: 'user', content: 'How are you today?' }];
const found = {};

const answer = await client.chat({ model, messages });
found.chat = { text: answer.message.content, done: answer.done, reason: answer.done_reason, tokens: answer.prompt_eval_count + answer.eval_count };

found.stream = { pieces: 0, text: '', done: false };
for await (const part of await client.chat({ model, messages, stream: true })) {
  found.stream.pieces += 1;
  found.stream.text += part.message.content;
  found.stream.done = part.done;
}

found.embed = (await client.embed({ model: embeddingModel, input: ['one', 'two'] })).embeddings.map((vector) => vector.length);
found.models = (await client.list()).models.map((listed) => listed.name);
const card = await client.show({ model });
found.capabilities = card.capabilities;
found.running = (await client.ps()).models.map((running) => running.name);

found.pull = [];
for await (const step of await client.pull({ model: missing, stream: true })) found.pull.push(step.status);

try {
  await client.chat({ model: 'nothing', messages });
} catch (error) {
  found.error = { status: error.status_code, text: error.message };
}

try {
  for await (const step of await client.pull({ model: 'nonsense', stream: true })) found.lastStep = step.status;
} catch (error) {
  found.pullError = error.message;
}

console.log(JSON.stringify(found));
process.stdin.resume();
