// Everything that the official @google/genai client does with a gateway, printed as one line of JSON.
// usage: node gemini.mjs BASE_URL KEY CHAT_MODEL EMBEDDING_MODEL    in a folder whose node_modules holds @google/genai@2
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const module = await import(pathToFileURL(resolve('@google/genai')).href);
const { GoogleGenAI, ApiError } = module.GoogleGenAI ? module : module.default;
const [baseUrl, apiKey, model, embeddingModel] = process.argv.slice(2);
const client = new GoogleGenAI({ apiKey, httpOptions: { baseUrl } });
const found = {};
console.warn = () => {}; // it warns of parts that are no text

const answer = await client.models.generateContent({ model, contents: 'echo Grüße 😀', config: { systemInstruction: 'be brief', temperature: 0, maxOutputTokens: 50, stopSequences: ['END'] } });
found.generate = { text: answer.text, finish: answer.candidates[0].finishReason, total: answer.usageMetadata.totalTokenCount, id: typeof answer.responseId, model: answer.modelVersion };

found.stream = { text: '', pieces: 0 };
for await (const piece of await client.models.generateContentStream({ model, contents: 'echo Grüße 😀 und mehr davon' })) {
  found.stream.text += piece.text ?? '';
  found.stream.pieces += 1;
  found.stream.finish = piece.candidates?.[0]?.finishReason ?? found.stream.finish;
  found.stream.total = piece.usageMetadata?.totalTokenCount ?? found.stream.total;
}

// Two turns with two calls side by side, whole and as a stream. The chat keeps the parts that it was given, signatures among them.
const weather = { name: 'weather', description: 'how it is', parametersJsonSchema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] } };
for (const [kind, send] of [
  ['tools', async (chat, message) => { const reply = await chat.sendMessage({ message }); return [reply.functionCalls ?? [], reply.text]; }],
  ['streamedTools', async (chat, message) => {
    const calls = [];
    let text = '';
    for await (const piece of await chat.sendMessageStream({ message })) {
      calls.push(...(piece.functionCalls ?? []));
      text += piece.candidates?.[0]?.content?.parts?.map((part) => part.text ?? '').join('') ?? '';
    }
    return [calls, text];
  }],
]) {
  const chat = client.chats.create({ model, config: { tools: [{ functionDeclarations: [weather] }] } });
  const [calls] = await send(chat, 'weather in two cities');
  const [, text] = await send(chat, calls.map((call) => ({ functionResponse: { id: call.id, name: call.name, response: { output: `warm in ${call.args.city}` } } })));
  found[kind] = { calls: calls.map((call) => `${call.name}:${call.args.city}`), text, turns: chat.getHistory().length };
}

const schema = { type: 'OBJECT', properties: { city: { type: 'STRING' } }, propertyOrdering: ['city'] };
found.structured = JSON.parse((await client.models.generateContent({ model, contents: 'json', config: { responseMimeType: 'application/json', responseSchema: schema } })).text);

found.image = (await client.models.generateContent({ model, contents: [{ role: 'user', parts: [{ text: 'image' }, { inlineData: { mimeType: 'image/png', data: 'iVBORw0KGgo=' } }] }] })).text;

found.count = (await client.models.countTokens({ model, contents: 'one two three' })).totalTokens;

const vectors = await client.models.embedContent({ model: embeddingModel, contents: ['hello world', 'good morning'] });
found.embeddings = { count: vectors.embeddings.length, length: vectors.embeddings[0].values.length, numbers: vectors.embeddings[1].values.every(Number.isFinite) };

found.models = [];
for await (const listed of await client.models.list({ config: { pageSize: 2 } })) found.models.push(listed.name);
found.oneModel = (await client.models.get({ model: 'auto' })).supportedActions;

found.errors = {};
const failing = {
  unknown: () => client.models.generateContent({ model: 'nobody/nothing', contents: 'x' }),
  key: () => new GoogleGenAI({ apiKey: 'wrong', httpOptions: { baseUrl } }).models.generateContent({ model, contents: 'x' }),
  busy: () => client.models.generateContent({ model, contents: 'busy' }),
  busyStream: async () => { for await (const _ of await client.models.generateContentStream({ model, contents: 'busy' })); },
  broken: async () => { for await (const _ of await client.models.generateContentStream({ model, contents: 'break' })); },
};
for (const [name, run] of Object.entries(failing)) {
  try {
    await run();
    found.errors[name] = 'none';
  } catch (error) {
    found.errors[name] = `${error instanceof ApiError ? error.name : error} ${error.status}`;
  }
}

const texts = await Promise.all(Array.from({ length: 20 }, async (_, i) => {
  if (i % 2) return (await client.models.generateContent({ model, contents: `echo number ${i}` })).text;
  let text = '';
  for await (const piece of await client.models.generateContentStream({ model, contents: `echo number ${i}` })) text += piece.text ?? '';
  return text;
}));
found.together = texts.every((text, i) => text === `echo number ${i}`);

// Last, and then it stays until its input ends: what happens upstream comes from `abort()`, not from this program's end.
const leaving = new AbortController();
found.abort = 0;
try {
  for await (const piece of await client.models.generateContentStream({ model, contents: 'stall', config: { abortSignal: leaving.signal } })) {
    found.abort += 1;
    leaving.abort();
  }
} catch (error) {
  found.abortError = error.name;
}

console.log(JSON.stringify(found));
process.stdin.resume();
