// Everything that the official Anthropic client does with a gateway, printed as one line of JSON.
// usage: node anthropic.mjs BASE_URL MODEL    in a folder whose node_modules holds @anthropic-ai/sdk
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { default: Anthropic } = await import(pathToFileURL(resolve('@anthropic-ai/sdk')).href);
const [baseURL, model] = process.argv.slice(2);
const client = new Anthropic({ baseURL, apiKey: 'none-needed', maxRetries: 0 });
const ask = (content, more = {}) => ({ model, max_tokens: 100, messages: [{ role: 'user', content }], ...more });
const textOf = (message) => message.content.filter((block) => block.type === 'text').map((block) => block.text).join('');
const found = {};

const { data: answer, response } = await client.messages.create(ask('Grüße 😀 漢字', { system: 'Be brief.' })).withResponse();
found.chat = {
  text: textOf(answer), stop: answer.stop_reason, input: answer.usage.input_tokens, output: answer.usage.output_tokens,
  provider: response.headers.get('x-conductor-provider'), requestId: answer._request_id,
};

found.stream = { text: '', kinds: [] };
for await (const event of await client.messages.create(ask('Grüße 😀 漢字', { stream: true }))) {
  found.stream.kinds.push(event.type);
  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') found.stream.text += event.delta.text;
}

const tools = [{ name: 'get_weather', description: 'Tells it.', input_schema: { type: 'object', properties: { city: { type: 'string' } } } }];
for (const streamed of [false, true]) {
  const messages = [{ role: 'user', content: 'Weather in Bern and Basel?' }];
  const request = { model, max_tokens: 100, messages, tools };
  // The helper puts the pieces together itself and is strict about their order.
  const first = streamed ? await client.messages.stream(request).finalMessage() : await client.messages.create(request);
  const calls = first.content.filter((block) => block.type === 'tool_use');
  messages.push({ role: 'assistant', content: first.content });
  messages.push({ role: 'user', content: calls.map((call) => ({ type: 'tool_result', tool_use_id: call.id, content: `22 degrees in ${call.input.city}` })) });
  const second = await client.messages.create(request);
  found[streamed ? 'toolsStreamed' : 'tools'] = { stop: first.stop_reason, calls: calls.map((call) => `${call.name}:${call.input.city}`), text: textOf(second) };
}

const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } };
found.image = textOf(await client.messages.create(ask([image, { type: 'text', text: 'What is it?' }])));

const wrong = { missing: { model: 'nobody/nothing' }, bad: { messages: [{ role: 'robot', content: 'x' }] }, local: { model: 'local/sentiment' } };
found.errors = {};
for (const [name, more] of Object.entries(wrong)) {
  try {
    await client.messages.create(ask('x', more));
    found.errors[name] = 'none';
  } catch (error) {
    found.errors[name] = { class: error.constructor.name, status: error.status, type: error.type, code: error.errorCode, requestId: error.requestID };
  }
}

try {
  await new Anthropic({ baseURL: baseURL + '/nowhere', apiKey: 'x', maxRetries: 0 }).messages.create(ask('x'));
} catch (error) {
  found.nowhere = error.status;
}

found.counted = (await client.messages.countTokens({ model, messages: [{ role: 'user', content: 'one two three' }] })).input_tokens;
found.models = [];
for await (const listed of client.models.list({ limit: 2 })) found.models.push(listed.id);
found.oneModel = (await client.models.retrieve(model)).id;

const many = await Promise.all(Array.from({ length: 20 }, (_, i) => i % 2 ? client.messages.create(ask(`number ${i}`)) : client.messages.stream(ask(`number ${i}`)).finalMessage()));
found.many = many.every((message, i) => textOf(message) === `number ${i}`);

// Last, and then it stays until its input ends: what happens upstream comes from `abort()`, not from this program's end.
const left = await client.messages.create(ask('go on forever', { stream: true }));
found.abort = 0;
for await (const event of left) {
  if (event.type === 'content_block_delta') {
    found.abort += 1;
    left.controller.abort();
  }
}

console.log(JSON.stringify(found));
process.stdin.resume();
