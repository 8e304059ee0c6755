// The official client `openai`, by chat completions.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, used, vectorsFit, weather } from './harness.mjs';

const { default: OpenAI } = await load('openai');
const client = new OpenAI({ baseURL: plan.address + '/v1', apiKey: plan.key, maxRetries: 0 });
const ask = (model, content, more = {}) => ({ model, max_tokens: limit(), messages: [{ role: 'user', content }], ...more });
const say = async (model, text) => (await client.chat.completions.create(ask(model, text))).choices[0].message.content;
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'tells it', parameters: citySchema } }];
const format = { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } };

async function stream(model, text, more = {}) {
  let [found, finish, usage] = ['', null, null];
  for await (const chunk of await client.chat.completions.create(ask(model, text, { stream: true, ...more }))) {
    found += chunk.choices[0]?.delta?.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }

  reads(finish, 'stop', 'the finish reason');
  return { text: found, usage };
}

// The helper of streams adds what it has parsed, which is no member of the API.
const sent = ({ parsed, ...message }) => ({ ...message, tool_calls: message.tool_calls.map((made) => ({ ...made, function: { name: made.function.name, arguments: made.function.arguments } })) });

async function loop(model, call) {
  const messages = [{ role: 'user', content: 'The weather?' }];
  const first = (await call({ model, max_tokens: limit(), messages, tools })).choices[0];
  same(first.finish_reason, 'tool_calls', 'the finish reason');
  same(first.message.tool_calls.map((made) => [made.function.name, JSON.parse(made.function.arguments)]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  messages.push(sent(first.message), ...first.message.tool_calls.map((made) => ({ role: 'tool', tool_call_id: made.id, content: weather(JSON.parse(made.function.arguments).city) })));
  same((await call({ model, max_tokens: limit(), messages, tools })).choices[0].message.content, report, 'the report');
}

await run({
  async models({ model }) {
    const listed = [];
    for await (const one of client.models.list()) listed.push(one.id);
    holds(listed.includes(model), `${model} is listed`);
    same((await client.models.retrieve(model)).id, model, 'the model');
  },
  async chat({ model }) {
    const found = await client.chat.completions.create(ask(model, '', { messages: [{ role: 'system', content: system }, { role: 'user', content: hello }], temperature: 0.5, top_p: 0.9 }));
    reads([found.choices[0].message.content, found.choices[0].finish_reason], [answer, 'stop'], 'the answer');
    holds(found.usage.prompt_tokens > 0 && found.usage.completion_tokens > 0 && found._request_id.startsWith('req_'), 'usage and id');
  },
  async stream({ model }) {
    const found = await stream(model, hello, { stream_options: { include_usage: true } });
    reads(found.text, hello, 'the text');
    used(found.usage?.total_tokens);
    reads((await client.chat.completions.stream(ask(model, hello)).finalChatCompletion()).choices[0].message.content, hello, 'the text by the helper');
  },
  tools: ({ model }) => loop(model, (request) => client.chat.completions.create(request)),
  toolsStreamed: ({ model }) => loop(model, (request) => client.chat.completions.stream(request).finalChatCompletion()),
  async choice({ model }) {
    for (const tool_choice of ['required', { type: 'function', function: { name: 'get_weather' } }]) {
      const found = (await client.chat.completions.create(ask(model, 'must', { tools, tool_choice }))).choices[0].message;
      same(found.tool_calls?.map((made) => JSON.parse(made.function.arguments)), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    same((await client.chat.completions.parse(ask(model, 'Where?', { response_format: format }))).choices[0].message.parsed, place, 'the object');
  },
  async vision({ model }) {
    const content = [{ type: 'text', text: 'look' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }];
    same(await say(model, content), seen, 'what is seen');
  },
  async embeddings({ embedding }) {
    for (const more of [{}, { encoding_format: 'float' }]) {
      vectorsFit((await client.embeddings.create({ model: embedding, input: ['one', 'two', 'one'], ...more })).data.map((row) => row.embedding));
    }
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same((await stream(model, unicode)).text, unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), async (text) => (await stream(model, text)).text),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => new OpenAI({ baseURL: plan.address + '/v1', apiKey: 'wrong', maxRetries: 0 }).chat.completions.create(ask(model, hello)), (e) => e instanceof OpenAI.AuthenticationError && e.code === 'invalid_api_key'],
    ['404', () => say('nobody/nothing', hello), (e) => e instanceof OpenAI.NotFoundError && e.code === 'model_not_found'],
    ['400', () => say(bad, 'fail 400'), (e) => e instanceof OpenAI.BadRequestError && e.type === 'invalid_request_error'],
    ['429', () => say(limited, 'fail 429'), (e) => e instanceof OpenAI.RateLimitError && e.code === 'rate_limit_exceeded'],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e instanceof OpenAI.RateLimitError],
    ['500', () => say(bad, 'fail 500'), (e) => e instanceof OpenAI.InternalServerError && e.code === 'upstream_error' && e.requestID.startsWith('req_')],
  ]),
  async abort(context) {
    const left = await client.chat.completions.create(ask(context.model, 'go on ' + context.tag, { stream: true }));
    let text = '';
    for await (const chunk of left) {
      text += chunk.choices[0]?.delta?.content ?? '';
      if (!context.leftAt && enough(text)) {
        leave(context);
        left.controller.abort();
      }
    }

    holds(context.leftAt, 'the stream was left');
  },
});
