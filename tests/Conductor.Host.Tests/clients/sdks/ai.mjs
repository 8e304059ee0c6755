// Vercel's `ai` with `@ai-sdk/openai`, by the Responses API, which is its default.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, vectorsFit, weather } from './harness.mjs';

const { createOpenAI } = await load('@ai-sdk/openai');
const { APICallError, embedMany, generateObject, generateText, jsonSchema, stepCountIs, streamText, tool } = await load('ai');
const { z } = await load('zod');
const make = (apiKey) => createOpenAI({ baseURL: plan.address + '/v1', apiKey });
const openai = make(plan.key);
const common = { maxRetries: 0, get maxOutputTokens() { return limit(); } };
const say = async (model, prompt) => (await generateText({ ...common, model: openai(model), prompt })).text;
const tools = { get_weather: tool({ description: 'tells it', inputSchema: jsonSchema(citySchema), execute: async ({ city }) => weather(city) }) };

async function stream(model, prompt) {
  let [text, error] = ['', null];
  const result = streamText({ ...common, model: openai(model), prompt, onError: (event) => { error = event.error; } });
  for await (const piece of result.textStream) text += piece;
  if (error) throw error;
  reads(await result.finishReason, 'stop', 'the finish reason');
  return text;
}

const steps = (found) => {
  same(found.steps[0].toolCalls.map((made) => [made.toolName, made.input]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  same(found.text, report, 'the report');
};

await run({
  async chat({ model }) {
    const found = await generateText({ ...common, model: openai(model), system, prompt: hello });
    reads([found.text, found.finishReason], [answer, 'stop'], 'the answer');
    holds(found.usage.inputTokens > 0 && found.usage.outputTokens > 0, 'usage');
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: async ({ model }) => steps(await generateText({ ...common, model: openai(model), prompt: 'The weather?', tools, stopWhen: stepCountIs(3) })),
  toolsStreamed: async ({ model }) => {
    const found = streamText({ ...common, model: openai(model), prompt: 'The weather?', tools, stopWhen: stepCountIs(3) });
    steps({ text: await found.text, steps: await found.steps });
  },
  async choice({ model }) {
    for (const toolChoice of ['required', { type: 'tool', toolName: 'get_weather' }]) {
      same((await generateText({ ...common, model: openai(model), prompt: 'must', tools, toolChoice })).toolCalls.map((made) => made.input), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    same((await generateObject({ ...common, model: openai(model), schema: z.object({ city: z.string(), days: z.number().int() }), prompt: 'Where?' })).object, place, 'the object');
  },
  async vision({ model }) {
    const content = [{ type: 'text', text: 'look' }, { type: 'image', image: Buffer.from(png, 'base64'), mediaType: 'image/png' }];
    same((await generateText({ ...common, model: openai(model), messages: [{ role: 'user', content }] })).text, seen, 'what is seen');
  },
  async embeddings({ embedding }) {
    vectorsFit((await embedMany({ model: openai.textEmbeddingModel(embedding), values: ['one', 'two', 'one'], maxRetries: 0 })).embeddings);
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => generateText({ ...common, model: make('wrong')(model), prompt: hello }), (e) => APICallError.isInstance(e) && e.statusCode === 401 && !e.isRetryable],
    ['404', () => say('nobody/nothing', hello), (e) => APICallError.isInstance(e) && e.statusCode === 404 && !e.isRetryable],
    ['400', () => say(bad, 'fail 400'), (e) => APICallError.isInstance(e) && e.statusCode === 400 && !e.isRetryable],
    ['429', () => say(limited, 'fail 429'), (e) => APICallError.isInstance(e) && e.statusCode === 429 && e.isRetryable],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => APICallError.isInstance(e) && e.statusCode === 429],
    ['500', () => say(bad, 'fail 500'), (e) => APICallError.isInstance(e) && e.statusCode >= 500 && e.isRetryable],
  ]),
  async abort(context) {
    const leaving = new AbortController();
    let text = '';
    for await (const piece of streamText({ ...common, model: openai(context.model), prompt: 'go on ' + context.tag, abortSignal: leaving.signal, onError: () => {} }).textStream) {
      text += piece;
      if (!context.leftAt && enough(text)) {
        leave(context);
        leaving.abort();
      }
    }

    holds(context.leftAt, 'the stream was left');
  },
});
