// The official client `@google/genai`.
import { answer, cities, citySchema, enough, fails, fifty, hello, holds, leave, limit, load, place, plan, png, reads, report, run, same, schema, seen, system, unicode, vectorsFit, weather } from './harness.mjs';

const { GoogleGenAI, ApiError } = await load('@google/genai');
const make = (apiKey) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl: plan.address } });
const client = make(plan.key);
const say = async (model, contents) => (await client.models.generateContent({ model, contents, config: { maxOutputTokens: limit() } })).text;
const tools = [{ functionDeclarations: [{ name: 'get_weather', description: 'tells it', parametersJsonSchema: citySchema }] }];

async function stream(model, contents) {
  let [text, finish] = ['', null];
  for await (const piece of await client.models.generateContentStream({ model, contents, config: { maxOutputTokens: limit() } })) {
    text += piece.text ?? '';
    finish = piece.candidates?.[0]?.finishReason ?? finish;
  }

  reads(finish, 'STOP', 'the finish reason');
  return text;
}

// The chat keeps the parts that it was given, signatures among them.
async function loop(model, send) {
  const chat = client.chats.create({ model, config: { tools, maxOutputTokens: limit() } });
  const [calls] = await send(chat, 'The weather?');
  same(calls.map((made) => [made.name, made.args]), cities.map((city) => ['get_weather', { city }]), 'the calls');
  const [, text] = await send(chat, calls.map((made) => ({ functionResponse: { id: made.id, name: made.name, response: { output: weather(made.args.city) } } })));
  same(text, report, 'the report');
}

await run({
  async models({ model }) {
    const listed = [];
    for await (const one of await client.models.list({ config: { pageSize: 5 } })) listed.push(one.name);
    holds(listed.includes('models/' + model), `${model} is listed`);
    same((await client.models.get({ model })).name, 'models/' + model, 'the model');
  },
  async chat({ model }) {
    const found = await client.models.generateContent({ model, contents: hello, config: { systemInstruction: system, maxOutputTokens: limit(), temperature: 0.5, topP: 0.9 } });
    reads([found.text, found.candidates[0].finishReason], [answer, 'STOP'], 'the answer');
    holds(found.usageMetadata.totalTokenCount > 0, 'usage');
  },
  async count({ model }) {
    holds((await client.models.countTokens({ model, contents: hello })).totalTokens > 2, 'tokens are counted');
  },
  stream: async ({ model }) => reads(await stream(model, hello), hello, 'the text'),
  tools: ({ model }) => loop(model, async (chat, message) => {
    const reply = await chat.sendMessage({ message });
    return [reply.functionCalls ?? [], reply.text];
  }),
  toolsStreamed: ({ model }) => loop(model, async (chat, message) => {
    const [calls, texts] = [[], []];
    for await (const piece of await chat.sendMessageStream({ message })) {
      calls.push(...(piece.functionCalls ?? []));
      texts.push(...(piece.candidates?.[0]?.content?.parts ?? []).map((part) => part.text ?? ''));
    }

    return [calls, texts.join('')];
  }),
  async choice({ model }) {
    for (const more of [{}, { allowedFunctionNames: ['get_weather'] }]) {
      const found = await client.models.generateContent({ model, contents: 'must', config: { tools, maxOutputTokens: limit(), toolConfig: { functionCallingConfig: { mode: 'ANY', ...more } } } });
      same(found.functionCalls?.map((made) => made.args), [{ city: cities[0] }], 'the call');
    }
  },
  async structured({ model }) {
    const own = { type: 'OBJECT', properties: { city: { type: 'STRING' }, days: { type: 'INTEGER' } }, required: ['city', 'days'] };
    for (const more of [{ responseJsonSchema: schema }, { responseSchema: own }]) {
      const found = await client.models.generateContent({ model, contents: 'Where?', config: { responseMimeType: 'application/json', maxOutputTokens: limit(), ...more } });
      same(JSON.parse(found.text), place, 'the object');
    }
  },
  async vision({ model }) {
    same(await say(model, [{ role: 'user', parts: [{ text: 'look' }, { inlineData: { mimeType: 'image/png', data: png } }] }]), seen, 'what is seen');
  },
  async embeddings({ embedding }) {
    vectorsFit((await client.models.embedContent({ model: embedding, contents: ['one', 'two', 'one'] })).embeddings.map((row) => row.values));
  },
  async unicode({ model }) {
    same(await say(model, unicode), unicode, 'the text');
    same(await stream(model, unicode), unicode, 'the streamed text');
  },
  many: ({ model }) => fifty((text) => say(model, text), (text) => stream(model, text)),
  errors: ({ model, bad, limited }) => fails([
    ['401', () => make('wrong').models.generateContent({ model, contents: hello }), (e) => e instanceof ApiError && e.status === 401],
    ['404', () => say('nobody/nothing', hello), (e) => e instanceof ApiError && e.status === 404],
    ['400', () => say(bad, 'fail 400'), (e) => e instanceof ApiError && e.status === 400],
    ['429', () => say(limited, 'fail 429'), (e) => e instanceof ApiError && e.status === 429],
    ['429 of a stream', () => stream(limited, 'fail 429'), (e) => e instanceof ApiError && e.status === 429],
    ['500', () => say(bad, 'fail 500'), (e) => e instanceof ApiError && e.status >= 500],
  ]),
  async abort(context) {
    const leaving = new AbortController();
    let text = '';
    try {
      for await (const piece of await client.models.generateContentStream({ model: context.model, contents: 'go on ' + context.tag, config: { maxOutputTokens: limit(), abortSignal: leaving.signal } })) {
        text += piece.text ?? '';
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
