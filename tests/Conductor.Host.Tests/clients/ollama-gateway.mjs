// What the official ollama client does with a gateway, printed as one line of JSON.
// usage: node ollama-gateway.mjs HOST MODEL TOOL_MODEL EMBEDDING_MODEL SLOW_MODEL    in a folder whose node_modules holds ollama
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { Ollama } = await import(pathToFileURL(resolve('ollama')).href);
const [host, model, toolModel, embeddingModel, slowModel] = process.argv.slice(2);
const client = new Ollama({ host });
const messages = [{ role: 'user', content: 'hi ü😀' }];
const found = {};

const answer = await client.chat({ model, messages });
found.chat = { text: answer.message.content, reason: answer.done_reason, tokens: answer.eval_count > 0, date: answer.created_at instanceof Date || typeof answer.created_at };
found.stream = '';
for await (const part of await client.chat({ model, messages, stream: true, think: true, format: 'json', options: { temperature: 0, num_ctx: 2048 } })) found.stream += part.message.content;
found.generate = (await client.generate({ model, prompt: 'p', system: 's' })).response;
found.generateStream = '';
for await (const part of await client.generate({ model, prompt: 'p', stream: true })) found.generateStream += part.response;

const tools = [{ type: 'function', function: { name: 'get_weather', description: 'd', parameters: { type: 'object', properties: { city: { type: 'string' } } } } }];
const first = await client.chat({ model: toolModel, messages, tools });
found.calls = first.message.tool_calls.map((call) => `${call.function.name}:${JSON.stringify(call.function.arguments)}`);
const results = first.message.tool_calls.map((call) => ({ role: 'tool', content: '22', tool_name: call.function.name }));
found.toolText = (await client.chat({ model: toolModel, messages: [...messages, first.message, ...results], tools })).message.content;

found.embed = (await client.embed({ model: embeddingModel, input: ['a', 'b'] })).embeddings;
found.embeddings = (await client.embeddings({ model: embeddingModel, prompt: 'a' })).embedding;
found.list = (await client.list()).models.map((one) => one.name);
found.show = (await client.show({ model })).capabilities;
found.ps = (await client.ps()).models.length;
try {
  await client.chat({ model: 'nobody/nothing', messages });
} catch (error) {
  found.error = { name: error.name, status: error.status_code, message: error.message };
}

found.many = (await Promise.all(Array.from({ length: 50 }, () => client.chat({ model, messages })))).filter((one) => one.done).length;
found.abort = 0;
try {
  for await (const part of await client.chat({ model: slowModel, messages, stream: true })) {
    if (part.message.content && ++found.abort === 3) client.abort();
  }
} catch (error) {
  found.aborted = error.name;
}

console.log(JSON.stringify(found));
process.stdin.resume();
