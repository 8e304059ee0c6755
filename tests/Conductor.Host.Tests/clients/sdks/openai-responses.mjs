// The official client `openai`, by the Responses API.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, used, weather } from './harness.mjs';

const { default: OpenAI } = await load('openai');
const client = new OpenAI({ baseURL: plan.address + '/v1', apiKey: plan.key, maxRetries: 0 });
const ask = (model, input, more = {}) => ({ model, input, max_output_tokens: limit(), store: false, ...more });
const say = async (model, input) => (await client.responses.create(ask(model, input))).output_text;
const tools = [{ type: 'function', name: 'get_weather', description: 'tells it', parameters: citySchema, strict: true }];

async function stream(model, input, more = {}) {
  let [text, last] = ['', null];
  for await (const event of await client.responses.create(ask(model, input, { stream: true, ...more }))) {
    if (event.type === 'response.output_text.delta') text += event.delta;
    last = event;
  }

  reads(last.type, 'response.completed', 'the last event');
  used(last.response.usage?.total_tokens);
  return text;
}

async function loop(model, call) {
  const input = [{ role: 'user', content: 'The weather?' }];
  const first = await call(ask(model, input, { tools }));
  const calls = first.output.filter((item) => item.type === 'function_call');
  same(calls.map((made) => [made.name, JSON.parse(made.arguments)]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  input.push(...first.output, ...calls.map((made) => ({ type: 'function_call_output', call_id: made.call_id, output: weather(JSON.parse(made.arguments).city) })));
  same((await call(ask(model, input, { tools }))).output_text, report, 'the report');
}

await run({
  async chat({ model }) {
    const found = await client.responses.create(ask(model, hello, { instructions: system, store: true }));
    reads([found.output_text, found.status], [answer, 'completed'], 'the answer');
    holds(found.usage.input_tokens > 0 && found.usage.output_tokens > 0, 'usage');
    const next = await client.responses.create(ask(model, 'And then?', { previous_response_id: found.id, store: true }));
    reads([next.output_text, next.previous_response_id], ['And then?', found.id], 'the next answer');
    reads((await client.responses.retrieve(found.id)).output_text, answer, 'the kept answer');
    await client.responses.delete(found.id);
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: ({ model }) => loop(model, (request) => client.responses.create(request)),
  toolsStreamed: ({ model }) => loop(model, (request) => client.responses.stream(request).finalResponse()),
  async choice({ model }) {
    for (const tool_choice of ['required', { type: 'function', name: 'get_weather' }]) {
      const found = await client.responses.create(ask(model, 'must', { tools, tool_choice }));
      same(found.output.filter((item) => item.type === 'function_call').map((made) => JSON.parse(made.arguments)), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    const format = { type: 'json_schema', name: 'place', strict: true, schema };
    same((await client.responses.parse(ask(model, 'Where?', { text: { format } }))).output_parsed, place, 'the object');
  },
  async vision({ model }) {
    const content = [{ type: 'input_text', text: 'look' }, { type: 'input_image', detail: 'auto', image_url: `data:image/png;base64,${png}` }];
    same(await say(model, [{ role: 'user', content }]), seen, 'what is seen');
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => new OpenAI({ baseURL: plan.address + '/v1', apiKey: 'wrong', maxRetries: 0 }).responses.create(ask(model, hello)), (e) => e instanceof OpenAI.AuthenticationError && e.code === 'invalid_api_key'],
    ['404', () => say('nobody/nothing', hello), (e) => e instanceof OpenAI.NotFoundError && e.code === 'model_not_found'],
    ['400', () => say(bad, 'fail 400'), (e) => e instanceof OpenAI.BadRequestError],
    ['429', () => say(limited, 'fail 429'), (e) => e instanceof OpenAI.RateLimitError && e.code === 'rate_limit_exceeded'],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e instanceof OpenAI.RateLimitError],
    ['500', () => say(bad, 'fail 500'), (e) => e instanceof OpenAI.InternalServerError && e.code === 'upstream_error'],
  ]),
  async abort(context) {
    const left = await client.responses.create(ask(context.model, 'go on ' + context.tag, { stream: true }));
    let text = '';
    for await (const event of left) {
      if (event.type === 'response.output_text.delta') text += event.delta;
      if (!context.leftAt && enough(text)) {
        leave(context);
        left.controller.abort();
      }
    }

    holds(context.leftAt, 'the stream was left');
  },
});
