// npm install ollama && node ollama.mjs [MODEL]
import { Ollama } from 'ollama';

const client = new Ollama({ host: process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080', headers: { authorization: `Bearer ${process.env.CONDUCTOR_KEY ?? 'none'}` } });
const model = process.argv[2] ?? 'auto';

for (const listed of (await client.list()).models) console.log('model:', listed.name);

const { embeddings } = await client.embed({ model: 'local/all-minilm-l6-v2', input: ['The sea is wide.', 'Das Meer ist weit.'] });
console.log('vectors:', embeddings.length, 'of', embeddings[0].length);

try {
  for await (const part of await client.chat({ model, messages: [{ role: 'user', content: 'Say hello.' }], stream: true })) process.stdout.write(part.message.content);
  console.log();
} catch (error) {
  if (error.status_code !== 503) throw error;
  console.log('chat:', error.message); // says what to configure
}
