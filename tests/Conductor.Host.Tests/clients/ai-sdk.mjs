// What Vercel's `ai` does with a gateway through `@ai-sdk/openai`, whose default is the Responses API, printed as one line of JSON.
// usage: node ai-sdk.mjs BASE_URL MODEL TOOL_MODEL JSON_MODEL THINKING_MODEL BROKEN_MODEL    in a folder whose node_modules holds ai@6, @ai-sdk/openai@3 and zod@4
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import path from 'node:path';

const resolve = createRequire(path.join(process.cwd(), 'index.js')).resolve;
const load = (name) => import(pathToFileURL(resolve(name)).href);
const { createOpenAI } = await load('@ai-sdk/openai');
const { generateText, streamText, generateObject, tool, stepCountIs } = await load('ai');
const { z } = await load('zod');
const [baseURL, model, toolModel, jsonModel, thinkingModel, brokenModel] = process.argv.slice(2);
const openai = createOpenAI({ baseURL, apiKey: 'none-needed' });
const found = {};

const answer = await generateText({ model: openai(model), prompt: 'Once upon a time', maxRetries: 0 });
found.generate = { text: answer.text, finish: answer.finishReason, tokens: answer.usage.totalTokens };

const stream = streamText({ model: openai(model), prompt: 'Once', maxRetries: 0 });
found.stream = '';
for await (const piece of stream.textStream) found.stream += piece;

// Each step refers to the items of the one before by their ids, because answers are kept.
const tools = { get_weather: tool({ description: 'tells it', inputSchema: z.object({ city: z.string() }), execute: async ({ city }) => `22 degrees in ${city}` }) };
const looped = await generateText({ model: openai(toolModel), prompt: 'Weather?', tools, stopWhen: stepCountIs(3), maxRetries: 0 });
found.tools = { text: looped.text, steps: looped.steps.length, results: looped.steps[0].toolResults.map((result) => result.output) };
const streamed = streamText({ model: openai(toolModel), prompt: 'Weather?', tools, stopWhen: stepCountIs(3), maxRetries: 0 });
found.toolsStreamed = { text: await streamed.text, steps: (await streamed.steps).length };
const unkept = await generateText({ model: openai(toolModel), prompt: 'Weather?', tools, stopWhen: stepCountIs(3), maxRetries: 0, providerOptions: { openai: { store: false } } });
found.toolsUnkept = { text: unkept.text, steps: unkept.steps.length };

found.object = (await generateObject({ model: openai(jsonModel), schema: z.object({ city: z.string() }), prompt: 'Where?', maxRetries: 0 })).object;
found.reasoning = (await generateText({ model: openai(thinkingModel), prompt: 'Think.', maxRetries: 0 })).reasoningText;
const thinking = streamText({ model: openai(thinkingModel), prompt: 'Think.', maxRetries: 0 });
found.reasoningStreamed = await thinking.reasoningText;

const previous = await generateText({ model: openai(model), prompt: 'More', maxRetries: 0, providerOptions: { openai: { previousResponseId: answer.providerMetadata.openai.responseId } } });
found.previous = previous.text;
try {
  await generateText({ model: openai('nobody/nothing'), prompt: 'hi', maxRetries: 0 });
} catch (error) {
  found.error = { status: error.statusCode, message: error.message };
}

found.broken = [];
for await (const part of streamText({ model: openai(brokenModel), prompt: 'hi', maxRetries: 0, onError: () => {} }).fullStream) {
  if (part.type === 'error') found.broken.push('error');
}

console.log(JSON.stringify(found));
process.stdin.resume();
