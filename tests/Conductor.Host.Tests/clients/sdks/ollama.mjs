// The official client `ollama`.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, used, vectorsFit, weather } from './harness.mjs';

const { Ollama } = await load('ollama');
const make = (key) => new Ollama({ host: plan.address, headers: { authorization: 'Bearer ' + key } });
const client = make(plan.key);
const ask = (model, content, more = {}) => ({ model, messages: [{ role: 'user', content }], options: { num_predict: limit() }, ...more });
const say = async (model, content) => (await client.chat(ask(model, content))).message.content;
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'tells it', parameters: citySchema } }];

async function stream(model, content) {
  let [text, last] = ['', null];
  for await (const part of await client.chat(ask(model, content, { stream: true }))) {
    text += part.message.content;
    last = part;
  }

  reads([last.done_reason, last.done], ['stop', true], 'the end');
  used(last.eval_count);
  return text;
}

async function loop(model, call) {
  const messages = [{ role: 'user', content: 'The weather?' }];
  const request = { model, messages, tools, options: { num_predict: limit() } };
  const first = await call(request);
  same(first.tool_calls.map((made) => [made.function.name, made.function.arguments]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  messages.push(first, ...first.tool_calls.map((made) => ({ role: 'tool', tool_name: made.function.name, content: weather(made.function.arguments.city) })));
  same((await call(request)).content, report, 'the report');
}

await run({
  async models({ model }) {
    holds((await client.list()).models.some((one) => one.name === model || one.name === model + ':latest'), `${model} is listed`);
    holds((await client.show({ model })).capabilities.includes('completion'), 'it chats');
  },
  async chat({ model }) {
    const found = await client.chat(ask(model, '', { messages: [{ role: 'system', content: system }, { role: 'user', content: hello }], options: { num_predict: limit(), temperature: 0.5, top_p: 0.9 } }));
    reads([found.message.content, found.done_reason], [answer, 'stop'], 'the answer');
    used(found.prompt_eval_count);
    used(found.eval_count);
    reads((await client.generate({ model, system, prompt: hello, options: { num_predict: limit() } })).response, answer, 'what is generated');
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: ({ model }) => loop(model, async (request) => (await client.chat(request)).message),
  toolsStreamed: ({ model }) => loop(model, async (request) => {
    const whole = { role: 'assistant', content: '', tool_calls: [] };
    for await (const part of await client.chat({ ...request, stream: true })) {
      whole.content += part.message.content;
      whole.tool_calls.push(...(part.message.tool_calls ?? []));
    }

    return whole;
  }),
  async structured({ model }) {
    same(JSON.parse((await client.chat(ask(model, 'Where?', { format: schema }))).message.content), place, 'the object');
  },
  async vision({ model }) {
    same((await client.chat(ask(model, '', { messages: [{ role: 'user', content: 'look', images: [png] }] }))).message.content, seen, 'what is seen');
  },
  async embeddings({ embedding }) {
    vectorsFit((await client.embed({ model: embedding, input: ['one', 'two', 'one'] })).embeddings);
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => make('wrong').chat(ask(model, hello)), (e) => e.name === 'ResponseError' && e.status_code === 401],
    ['404', () => say('nobody/nothing', hello), (e) => e.name === 'ResponseError' && e.status_code === 404],
    ['400', () => say(bad, 'fail 400'), (e) => e.name === 'ResponseError' && e.status_code === 400],
    ['429', () => say(limited, 'fail 429'), (e) => e.name === 'ResponseError' && e.status_code === 429],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e.name === 'ResponseError' && e.status_code === 429],
    ['500', () => say(bad, 'fail 500'), (e) => e.name === 'ResponseError' && e.status_code >= 500],
  ]),
  async abort(context) {
    const left = await client.chat(ask(context.model, 'go on ' + context.tag, { stream: true }));
    let text = '';
    try {
      for await (const part of left) {
        text += part.message.content;
        if (!context.leftAt && enough(text)) {
          leave(context);
          left.abort();
        }
      }
    } catch (error) {
      holds(context.leftAt && error.name === 'AbortError', `${error.name} ${error.message}`);
    }

    holds(context.leftAt, 'the stream was left');
  },
});
