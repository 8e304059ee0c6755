// npm install @google/genai && node genai.mjs [MODEL]
import { GoogleGenAI } from '@google/genai';

const client = new GoogleGenAI({ apiKey: process.env.CONDUCTOR_KEY ?? 'none', httpOptions: { baseUrl: process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080' } });
const model = process.argv[2] ?? 'auto';

for await (const listed of await client.models.list()) console.log('model:', listed.name);

const { embeddings } = await client.models.embedContent({ model: 'local/all-minilm-l6-v2', contents: ['The sea is wide.', 'Das Meer ist weit.'] });
console.log('vectors:', embeddings.length, 'of', embeddings[0].values.length);

try {
  for await (const piece of await client.models.generateContentStream({ model, contents: 'Say hello.' })) process.stdout.write(piece.text ?? '');
  console.log();
} catch (error) {
  if (!error.message.includes('NO_MODEL_AVAILABLE')) throw error;
  console.log('chat:', JSON.parse(error.message.slice(error.message.indexOf('{'))).error.message); // says what to configure
}
