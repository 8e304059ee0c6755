// The official client `@anthropic-ai/sdk`.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, weather } from './harness.mjs';

const { default: Anthropic } = await load('@anthropic-ai/sdk');
const client = new Anthropic({ baseURL: plan.address, apiKey: plan.key, maxRetries: 0 });
const ask = (model, content, more = {}) => ({ model, max_tokens: limit(), messages: [{ role: 'user', content }], ...more });
const textOf = (message) => message.content.filter((block) => block.type === 'text').map((block) => block.text).join('');
const say = async (model, content) => textOf(await client.messages.create(ask(model, content)));
const tools = [{ name: 'get_weather', description: 'tells it', input_schema: citySchema }];

async function stream(model, content) {
  let [text, stop, last] = ['', null, null];
  for await (const event of await client.messages.create(ask(model, content, { stream: true }))) {
    if (event.type === 'content_block_delta') text += event.delta.text ?? '';
    if (event.type === 'message_delta') stop = event.delta.stop_reason;
    last = event.type;
  }

  reads([stop, last], ['end_turn', 'message_stop'], 'the end');
  return text;
}

async function loop(model, call) {
  const messages = [{ role: 'user', content: 'The weather?' }];
  const first = await call({ model, max_tokens: limit(), messages, tools });
  same(first.stop_reason, 'tool_use', 'the stop reason');
  const calls = first.content.filter((block) => block.type === 'tool_use');
  same(calls.map((made) => [made.name, made.input]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  messages.push({ role: 'assistant', content: first.content }, { role: 'user', content: calls.map((made) => ({ type: 'tool_result', tool_use_id: made.id, content: weather(made.input.city) })) });
  same(textOf(await call({ model, max_tokens: limit(), messages, tools })), report, 'the report');
}

await run({
  async models({ model }) {
    const listed = [];
    for await (const one of client.models.list({ limit: 5 })) listed.push(one.id);
    holds(listed.includes(model), `${model} is listed`);
    same((await client.models.retrieve(model)).id, model, 'the model');
  },
  async chat({ model }) {
    const found = await client.messages.create(ask(model, hello, { system }));
    reads([textOf(found), found.stop_reason], [answer, 'end_turn'], 'the answer');
    holds(found.usage.input_tokens > 0 && found.usage.output_tokens > 0, 'usage');
  },
  async count({ model }) {
    holds((await client.messages.countTokens({ model, messages: [{ role: 'user', content: hello }] })).input_tokens > 2, 'tokens are counted');
  },
  async stream({ model }) {
    reads(await stream(model, hello), hello, 'the text');
    reads(textOf(await client.messages.stream(ask(model, hello)).finalMessage()), hello, 'the text by the helper');
  },
  tools: ({ model }) => loop(model, (request) => client.messages.create(request)),
  toolsStreamed: ({ model }) => loop(model, (request) => client.messages.stream(request).finalMessage()),
  async choice({ model }) {
    for (const tool_choice of [{ type: 'any' }, { type: 'tool', name: 'get_weather' }]) {
      const found = await client.messages.create(ask(model, 'must', { tools, tool_choice }));
      same(found.content.filter((block) => block.type === 'tool_use').map((made) => made.input), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    same((await client.messages.parse(ask(model, 'Where?', { output_config: { format: { type: 'json_schema', schema } } }))).content.map((block) => JSON.parse(block.text)), [place], 'the object');
  },
  async vision({ model }) {
    same(await say(model, [{ type: 'text', text: 'look' }, { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } }]), seen, 'what is seen');
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => new Anthropic({ baseURL: plan.address, apiKey: 'wrong', maxRetries: 0 }).messages.create(ask(model, hello)), (e) => e instanceof Anthropic.AuthenticationError && e.type === 'authentication_error'],
    ['404', () => say('nobody/nothing', hello), (e) => e instanceof Anthropic.NotFoundError && e.type === 'not_found_error'],
    ['400', () => say(bad, 'fail 400'), (e) => e instanceof Anthropic.BadRequestError && e.type === 'invalid_request_error'],
    ['429', () => say(limited, 'fail 429'), (e) => e instanceof Anthropic.RateLimitError && e.type === 'rate_limit_error'],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e instanceof Anthropic.RateLimitError],
    ['500', () => say(bad, 'fail 500'), (e) => e instanceof Anthropic.InternalServerError && e.type === 'api_error' && e.requestID.startsWith('req_')],
  ]),
  async abort(context) {
    const left = await client.messages.create(ask(context.model, 'go on ' + context.tag, { stream: true }));
    let text = '';
    for await (const event of left) {
      if (event.type === 'content_block_delta') text += event.delta.text ?? '';
      if (!context.leftAt && enough(text)) {
        leave(context);
        left.controller.abort();
      }
    }

    holds(context.leftAt, 'the stream was left');
  },
});
