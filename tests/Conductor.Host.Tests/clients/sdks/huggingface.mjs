// The official client `@huggingface/inference`, told the gateway as its endpoint.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, weather } from './harness.mjs';

const { InferenceClient, InferenceClientProviderApiError } = await load('@huggingface/inference');
const make = (key) => new InferenceClient(key, { endpointUrl: plan.address, retry_on_error: false });
const client = make(plan.key);
const ask = (model, content, more = {}) => ({ model, max_tokens: limit(), messages: [{ role: 'user', content }], ...more });
const say = async (model, content) => (await client.chatCompletion(ask(model, content))).choices[0].message.content;
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'tells it', parameters: citySchema } }];

async function stream(model, content) {
  let [text, finish] = ['', null];
  for await (const chunk of client.chatCompletionStream(ask(model, content))) {
    text += chunk.choices[0]?.delta?.content ?? '';
    finish = chunk.choices[0]?.finish_reason ?? finish;
  }

  reads(finish, 'stop', 'the finish reason');
  return text;
}

async function loop(model, call) {
  const messages = [{ role: 'user', content: 'The weather?' }];
  const first = await call(ask(model, '', { messages, tools }));
  same(first.tool_calls.map((made) => [made.function.name, JSON.parse(made.function.arguments)]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  messages.push(first, ...first.tool_calls.map((made) => ({ role: 'tool', tool_call_id: made.id, content: weather(JSON.parse(made.function.arguments).city) })));
  same((await call(ask(model, '', { messages, tools }))).content, report, 'the report');
}

// The client leaves the pieces of a call to its user.
async function whole(request) {
  const message = { role: 'assistant', content: null };
  for await (const chunk of client.chatCompletionStream(request)) {
    const delta = chunk.choices[0]?.delta ?? {};
    if (delta.content) message.content = (message.content ?? '') + delta.content;
    for (const piece of delta.tool_calls ?? []) {
      message.tool_calls ??= [];
      const made = (message.tool_calls[piece.index] ??= { type: 'function', function: { name: '', arguments: '' } });
      if (piece.id) made.id = piece.id;
      if (piece.extra_content) made.extra_content = piece.extra_content;
      made.function.name += piece.function?.name ?? '';
      made.function.arguments += piece.function?.arguments ?? '';
    }
  }

  return message;
}

await run({
  async chat({ model }) {
    const found = await client.chatCompletion(ask(model, '', { messages: [{ role: 'system', content: system }, { role: 'user', content: hello }] }));
    reads([found.choices[0].message.content, found.choices[0].finish_reason], [answer, 'stop'], 'the answer');
    holds(found.usage.total_tokens > 0, 'usage');
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: ({ model }) => loop(model, async (request) => (await client.chatCompletion(request)).choices[0].message),
  toolsStreamed: ({ model }) => loop(model, whole),
  async choice({ model }) {
    for (const tool_choice of ['required', { type: 'function', function: { name: 'get_weather' } }]) {
      const found = (await client.chatCompletion(ask(model, 'must', { tools, tool_choice }))).choices[0].message;
      same(found.tool_calls?.map((made) => JSON.parse(made.function.arguments)), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    const format = { type: 'json_schema', json_schema: { name: 'place', strict: true, schema } };
    same(JSON.parse((await client.chatCompletion(ask(model, 'Where?', { response_format: format }))).choices[0].message.content), place, 'the object');
  },
  async vision({ model }) {
    same(await say(model, [{ type: 'text', text: 'look' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }]), seen, 'what is seen');
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => {
    const is = (status) => (e) => e instanceof InferenceClientProviderApiError && (typeof status === 'number' ? e.httpResponse.status === status : e.httpResponse.status >= 500);
    return fails([
      ['401', () => make('wrong').chatCompletion(ask(model, hello)), is(401)],
      ['404', () => say('nobody/nothing', hello), is(404)],
      ['400', () => say(bad, 'fail 400'), is(400)],
      ['429', () => say(limited, 'fail 429'), is(429)],
      ['429 of a stream', () => stream(limited, 'fail 429'), is(429)],
      ['500', () => say(bad, 'fail 500'), is('5xx')],
    ]);
  },
  async abort(context) {
    const leaving = new AbortController();
    let text = '';
    try {
      for await (const chunk of client.chatCompletionStream(ask(context.model, 'go on ' + context.tag), { signal: leaving.signal })) {
        text += chunk.choices[0]?.delta?.content ?? '';
        if (!context.leftAt && enough(text)) {
          leave(context);
          leaving.abort();
        }
      }
    } catch (error) {
      holds(context.leftAt && error.name === 'AbortError', `${error.name} ${error.message}`);
    }

    holds(context.leftAt, 'the stream was left');
  },
});
