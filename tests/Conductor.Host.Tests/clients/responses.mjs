// Everything that the official openai client does with the Responses API of a gateway, printed as one line of JSON.
// usage: node responses.mjs BASE_URL MODEL TOOL_MODEL JSON_MODEL SLOW_MODEL BROKEN_MODEL    in a folder whose node_modules holds openai@6
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { default: OpenAI } = await import(pathToFileURL(resolve('openai')).href);
const [baseURL, model, toolModel, jsonModel, slowModel, brokenModel] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'none-needed', maxRetries: 0 });
const found = {};

const { data: first, response } = await client.responses.create({ model, input: 'Once upon a time' }).withResponse();
found.create = { text: first.output_text, status: first.status, tokens: first.usage.total_tokens, provider: response.headers.get('x-conductor-provider') };

const second = await client.responses.create({ model, input: 'And then?', previous_response_id: first.id });
found.previous = { id: second.previous_response_id === first.id, text: second.output_text };
found.retrieve = (await client.responses.retrieve(first.id)).output_text;
found.inputItems = [];
for await (const item of client.responses.inputItems.list(second.id, { order: 'asc', limit: 1 })) found.inputItems.push(item.content[0].text);
await client.responses.delete(first.id);
try {
  await client.responses.retrieve(first.id);
} catch (error) {
  found.deleted = { isNotFound: error instanceof OpenAI.NotFoundError, code: error.code, type: error.type, requestId: error.requestID };
}

const stream = await client.responses.create({ model, input: 'Once', stream: true });
found.stream = { text: '', kinds: [] };
for await (const event of stream) {
  found.stream.kinds.push(event.type);
  if (event.type === 'response.output_text.delta') found.stream.text += event.delta;
  if (event.type === 'response.completed') found.stream.tokens = event.response.usage.total_tokens;
}

// The helper puts the pieces together itself and is strict about their order.
const helper = client.responses.stream({ model, input: 'Once' });
const whole = await helper.finalResponse();
found.helper = { text: whole.output_text, status: whole.status };

const tools = [{ type: 'function', name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false }, strict: true }];
const input = [{ role: 'user', content: 'Weather in Bern and Basel?' }];
for (const streamed of [false, true]) {
  const items = [...input];
  const answer = streamed
    ? await client.responses.stream({ model: toolModel, input: items, tools, store: false }).finalResponse()
    : await client.responses.create({ model: toolModel, input: items, tools, store: false });
  items.push(...answer.output);
  for (const call of answer.output.filter((item) => item.type === 'function_call')) {
    items.push({ type: 'function_call_output', call_id: call.call_id, output: `22 degrees in ${JSON.parse(call.arguments).city}` });
  }

  found[streamed ? 'toolsStreamed' : 'tools'] = {
    calls: answer.output.filter((item) => item.type === 'function_call').map((call) => `${call.call_id}:${call.name}:${call.arguments}`),
    text: (await client.responses.create({ model: toolModel, input: items, tools, store: false })).output_text,
  };
}

const format = { type: 'json_schema', name: 'place', strict: true, schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'], additionalProperties: false } };
found.parsed = (await client.responses.parse({ model: jsonModel, input: 'Where?', text: { format } })).output_parsed;
found.image = (await client.responses.create({
  model,
  input: [{ role: 'user', content: [{ type: 'input_text', text: 'What is it?' }, { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,iVBORw0KGgo=' }] }],
})).status;

const wrong = [
  ['model', { model: 'nobody/nothing', input: 'hi' }],
  ['background', { model, input: 'hi', background: true }],
  ['previous', { model, input: 'hi', previous_response_id: 'resp_none' }],
];
found.errors = {};
for (const [name, body] of wrong) {
  try {
    await client.responses.create(body);
  } catch (error) {
    found.errors[name] = { status: error.status, code: error.code, param: error.param, kind: error.constructor.name };
  }
}

try {
  for await (const event of await client.responses.create({ model: brokenModel, input: 'hi', stream: true })) found.broken = event.type;
} catch (error) {
  found.broken = { isApiError: error instanceof OpenAI.APIError, code: error.code };
}

found.many = (await Promise.all(Array.from({ length: 50 }, (_, i) => client.responses.create({ model, input: `ü😀 ${i}`, store: i % 2 === 0 })))).filter((one) => one.status === 'completed').length;

// Last, and then it stays until its input ends: what happens upstream comes from `abort()`, not from this program's end.
const left = await client.responses.create({ model: slowModel, input: 'hi', stream: true });
found.abort = 0;
for await (const event of left) {
  if (event.type === 'response.output_text.delta' && ++found.abort === 3) left.controller.abort();
}

console.log(JSON.stringify(found));
process.stdin.resume();
