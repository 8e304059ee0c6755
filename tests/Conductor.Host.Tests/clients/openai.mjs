// Everything that the official openai client does with a gateway, printed as one line of JSON.
// usage: node openai.mjs BASE_URL CHAT_MODEL EMBEDDING_MODEL    in a folder whose node_modules holds openai@6
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const { default: OpenAI } = await import(pathToFileURL(resolve('openai')).href);
const [baseURL, model, embeddingModel] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: 'none-needed', maxRetries: 0 });
const messages = [{ role: 'user', content: 'Once upon a time' }];
const found = {};

const { data: answer, response } = await client.chat.completions.create({ model, messages, max_tokens: 20 }).withResponse();
found.chat = { text: answer.choices[0].message.content, tokens: answer.usage.total_tokens, provider: response.headers.get('x-conductor-provider'), requestId: answer._request_id };

const stream = await client.chat.completions.create({ model, messages, max_tokens: 20, stream: true, stream_options: { include_usage: true } });
found.stream = { text: '', tokens: 0 };
for await (const chunk of stream) {
  found.stream.text += chunk.choices[0]?.delta?.content ?? '';
  found.stream.tokens = chunk.usage?.total_tokens ?? found.stream.tokens;
}

// The helper puts the pieces together itself and is strict about their order.
found.helper = (await client.chat.completions.stream({ model, messages, max_tokens: 20 }).finalChatCompletion()).choices[0].finish_reason;

try {
  await client.chat.completions.create({ model: 'nobody/nothing', messages });
  found.error = 'none';
} catch (error) {
  found.error = { isNotFound: error instanceof OpenAI.NotFoundError, status: error.status, code: error.code, type: error.type, requestId: error.requestID };
}

const vectors = await client.embeddings.create({ model: embeddingModel, input: ['one', 'two'] });
found.embeddings = { count: vectors.data.length, numbers: vectors.data[0].embedding.every(Number.isFinite), length: vectors.data[0].embedding.length };

found.models = [];
for await (const listed of client.models.list()) found.models.push(listed.id);
found.oneModel = (await client.models.retrieve('auto')).id;

// Last, and then it stays until its input ends: what happens upstream comes from `abort()`, not from this program's end.
const left = await client.chat.completions.create({ model, messages, max_tokens: 100000, stream: true });
found.abort = 0;
for await (const chunk of left) {
  found.abort += 1;
  if (chunk.choices[0]?.delta?.content && found.abort > 2) left.controller.abort();
}

console.log(JSON.stringify(found));
process.stdin.resume();
