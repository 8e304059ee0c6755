// npm install @langchain/openai @langchain/core && node langchain.mjs [MODEL]
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';

// Conductor tries again by itself, and elsewhere.
const common = { apiKey: process.env.CONDUCTOR_KEY ?? 'none', maxRetries: 0, configuration: { baseURL: `${process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080'}/v1` } };
const chat = new ChatOpenAI({ ...common, model: process.argv[2] ?? 'auto' });

const vectors = await new OpenAIEmbeddings({ ...common, model: 'local/all-minilm-l6-v2' }).embedDocuments(['The sea is wide.', 'Das Meer ist weit.']);
console.log('vectors:', vectors.length, 'of', vectors[0].length);

try {
  for await (const chunk of await chat.stream('Say hello.')) process.stdout.write(chunk.content);
  console.log();
} catch (error) {
  if (error.code !== 'no_model_available') throw error;
  console.log('chat:', error.message); // says what to configure
}
