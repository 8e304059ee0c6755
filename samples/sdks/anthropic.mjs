// npm install @anthropic-ai/sdk && node anthropic.mjs [MODEL]
import Anthropic from '@anthropic-ai/sdk';

const client = new Anthropic({ baseURL: process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080', apiKey: process.env.CONDUCTOR_KEY ?? 'none' });
const model = process.argv[2] ?? 'auto';

for await (const listed of client.models.list()) console.log('model:', listed.id);

try {
  const stream = client.messages.stream({ model, max_tokens: 200, messages: [{ role: 'user', content: 'Say hello.' }] });
  stream.on('text', (text) => process.stdout.write(text));
  console.log('\nended by', (await stream.finalMessage()).stop_reason);
} catch (error) {
  if (error.errorCode !== 'no_model_available') throw error;
  console.log('chat:', error.error.error.message); // says what to configure
}
