// `@langchain/openai`, by chat completions.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, vectorsFit, weather } from './harness.mjs';

const { ChatOpenAI, OpenAIEmbeddings } = await load('@langchain/openai');
const { HumanMessage, SystemMessage, ToolMessage } = await load('@langchain/core/messages');
const make = (model, apiKey = plan.key) => new ChatOpenAI({ model, apiKey, maxTokens: limit(), maxRetries: 0, useResponsesApi: false, configuration: { baseURL: plan.address + '/v1' } });
const say = async (model, text) => (await make(model).invoke(text)).content;
const tools = [{ type: 'function', function: { name: 'get_weather', description: 'tells it', parameters: citySchema } }];

async function stream(model, text) {
  let whole = null;
  for await (const chunk of await make(model).stream(text)) whole = whole === null ? chunk : whole.concat(chunk);
  reads(whole.response_metadata.finish_reason, 'stop', 'the finish reason');
  return whole.content;
}

async function loop(model, call) {
  const bound = make(model).bindTools(tools);
  const messages = [new HumanMessage('The weather?')];
  const first = await call(bound, messages);
  same(first.tool_calls.map((made) => [made.name, made.args]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  messages.push(first, ...first.tool_calls.map((made) => new ToolMessage({ tool_call_id: made.id, content: weather(made.args.city) })));
  same((await call(bound, messages)).content, report, 'the report');
}

await run({
  async chat({ model }) {
    const found = await make(model).invoke([new SystemMessage(system), new HumanMessage(hello)]);
    reads([found.content, found.response_metadata.finish_reason], [answer, 'stop'], 'the answer');
    holds(found.usage_metadata.input_tokens > 0 && found.usage_metadata.output_tokens > 0, 'usage');
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: ({ model }) => loop(model, (bound, messages) => bound.invoke(messages)),
  toolsStreamed: ({ model }) => loop(model, async (bound, messages) => {
    let whole = null;
    for await (const chunk of await bound.stream(messages)) whole = whole === null ? chunk : whole.concat(chunk);
    return whole;
  }),
  async choice({ model }) {
    for (const tool_choice of ['any', 'get_weather']) {
      same((await make(model).bindTools(tools, { tool_choice }).invoke('must')).tool_calls.map((made) => made.args), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    same(await make(model).withStructuredOutput(schema, { name: 'place', method: 'jsonSchema', strict: true }).invoke('Where?'), place, 'the object');
  },
  async vision({ model }) {
    const content = [{ type: 'text', text: 'look' }, { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } }];
    same((await make(model).invoke([new HumanMessage({ content })])).content, seen, 'what is seen');
  },
  async embeddings({ embedding }) {
    const client = new OpenAIEmbeddings({ model: embedding, apiKey: plan.key, maxRetries: 0, configuration: { baseURL: plan.address + '/v1' } });
    vectorsFit(await client.embedDocuments(['one', 'two', 'one']));
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => make(model, 'wrong').invoke(hello), (e) => e.status === 401 && e.lc_error_code === 'MODEL_AUTHENTICATION'],
    ['404', () => say('nobody/nothing', hello), (e) => e.status === 404 && e.lc_error_code === 'MODEL_NOT_FOUND'],
    ['400', () => say(bad, 'fail 400'), (e) => e.status === 400 && e.constructor.name === 'BadRequestError'],
    ['429', () => say(limited, 'fail 429'), (e) => e.status === 429 && e.lc_error_code === 'MODEL_RATE_LIMIT'],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e.status === 429 && e.lc_error_code === 'MODEL_RATE_LIMIT'],
    ['500', () => say(bad, 'fail 500'), (e) => e.status >= 500 && e.constructor.name === 'InternalServerError'],
  ]),
  async abort(context) {
    const leaving = new AbortController();
    let text = '';
    try {
      for await (const chunk of await make(context.model).stream('go on ' + context.tag, { signal: leaving.signal })) {
        text += chunk.content;
        if (!context.leftAt && enough(text)) {
          leave(context);
          leaving.abort();
        }
      }
    } catch (error) {
      holds(context.leftAt, `${error.name} ${error.message}`);
    }

    holds(context.leftAt, 'the stream was left');
  },
});
