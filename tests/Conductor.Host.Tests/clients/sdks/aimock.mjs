// Somebody else's idea of the providers' wires as an upstream: `@copilotkit/aimock`, with the mind of our own fakes. Prints its address and stays until its input ends.
import http from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

// A server that closes idle connections after five seconds closes one now and then just as a request comes over it.
const create = http.createServer;
http.createServer = (...given) => Object.assign(create(...given), { keepAliveTimeout: 0 });

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { LLMock } = await import(pathToFileURL(resolve('@copilotkit/aimock')).href);
for (const noise of ['log', 'info', 'debug', 'warn', 'error']) console[noise] = () => {};
const cities = ['Zürich', '東京'];
const usage = { prompt_tokens: 9, completion_tokens: 2, input_tokens: 9, output_tokens: 2, promptTokenCount: 9, candidatesTokenCount: 2 };
const textOf = (content) => (typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join(''));
let calls = 0;

function answer(request) {
  const { messages } = request;
  const from = messages.findLastIndex((message) => message.role === 'user');
  const results = messages.slice(from).filter((message) => message.role === 'tool');
  const text = textOf(messages[from]?.content);
  const system = messages.filter((message) => message.role === 'system').map((message) => textOf(message.content)).join('');
  if (results.length > 0) return { content: results.map((message) => textOf(message.content).replace(/^\{"output":"(.*)"\}$/, '$1')).join('; '), usage };
  if (request.tools?.length > 0) return { toolCalls: cities.map((city) => ({ name: 'get_weather', arguments: JSON.stringify({ city }), id: `call_${calls += 1}` })), usage };
  if (text === 'Where?') return { content: JSON.stringify({ city: 'Zürich 😀', days: 3 }), usage };
  const fails = /^fail (\d+)$/.exec(text);
  if (fails) return { error: { message: 'upstream says no', type: 'upstream', code: 'no' }, status: Number(fails[1]) };
  return { content: system ? `[${system}] ${text}` : text, usage };
}

const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 4 });
// It cuts texts between the halves of a character, which no provider does: what has such characters comes in one piece.
const isOdd = (request) => /[^\x00-\x7f]/.test(JSON.stringify(request.messages));
mock.on({ predicate: isOdd }, answer, { chunkSize: 10000 });
mock.on({ predicate: () => true }, answer);
process.stdout.write(JSON.stringify({ address: await mock.start() }) + '\n');
process.stdin.resume();
