// npm install @huggingface/inference && node huggingface.mjs [MODEL]
import { InferenceClient } from '@huggingface/inference';

// Without `retry_on_error: false` this client asks a server that answers 503 again and again, at once and without end.
const client = new InferenceClient(process.env.CONDUCTOR_KEY ?? 'none', { endpointUrl: process.env.CONDUCTOR_URL ?? 'http://127.0.0.1:5080', retry_on_error: false });

try {
  const stream = client.chatCompletionStream({ model: process.argv[2] ?? 'auto', messages: [{ role: 'user', content: 'Say hello.' }] });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? '');
  console.log();
} catch (error) {
  if (error.httpResponse?.body?.error?.code !== 'no_model_available') throw error;
  console.log('chat:', error.httpResponse.body.error.message); // says what to configure
}
