// npm install openai && node openai.mjs [MODEL]
import OpenAI from 'openai';

const client = new OpenAI({ baseURL: `${process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080'}/v1`, apiKey: process.env.CONDUCTOR_KEY ?? 'none' });
const model = process.argv[2] ?? 'auto';

for await (const listed of client.models.list()) console.log('model:', listed.id);

const { data } = await client.embeddings.create({ model: 'local/all-minilm-l6-v2', input: ['The sea is wide.', 'Das Meer ist weit.'] });
console.log('vectors:', data.length, 'of', data[0].embedding.length);

try {
  const stream = await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Say hello.' }], stream: true });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
  console.log();
} catch (error) {
  if (error.code !== 'no_model_available') throw error;
  console.log('chat:', error.message); // says what to configure
}
