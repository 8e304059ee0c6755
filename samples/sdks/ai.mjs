// npm install ai @ai-sdk/openai && node ai.mjs [MODEL]
import { createOpenAI } from '@ai-sdk/openai';
import { embedMany, streamText } from 'ai';

const conductor = createOpenAI({ baseURL: `${process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080'}/v1`, apiKey: process.env.CONDUCTOR_KEY ?? 'none' });

const { embeddings } = await embedMany({ model: conductor.textEmbeddingModel('local/all-minilm-l6-v2'), values: ['The sea is wide.', 'Das Meer ist weit.'] });
console.log('vectors:', embeddings.length, 'of', embeddings[0].length);

// Conductor tries again by itself, and elsewhere. This package asks by the Responses API; `conductor.chat(…)` asks by chat completions.
const { textStream } = streamText({
  model: conductor(process.argv[2] ?? 'auto'),
  prompt: 'Say hello.',
  maxRetries: 0,
  onError: ({ error }) => {
    if (error.data?.error?.code !== 'no_model_available') throw error;
    console.log('chat:', error.message); // says what to configure
  },
});
for await (const piece of textStream) process.stdout.write(piece);
console.log();
