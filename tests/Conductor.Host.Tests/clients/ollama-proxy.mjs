// Starts ollama-api-proxy on a free port of this machine only, and prints where. The proxy itself would listen on every address.
// usage: OPENROUTER_API_KEY=… OPENROUTER_API_URL=… node ollama-proxy.mjs MODEL    in a folder whose node_modules holds ollama-api-proxy@1.0.4
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';

const packages = process.cwd();
const listen = http.Server.prototype.listen;
http.Server.prototype.listen = function () {
  http.Server.prototype.listen = listen;
  return listen.call(this, { port: 0, host: '127.0.0.1' }, () => process.stdout.write(`{"url":"http://127.0.0.1:${this.address().port}"}\n`));
};

// It reads its models from the folder it is started in, and talks on standard output.
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'ollama-proxy-'));
fs.writeFileSync(path.join(folder, 'models.json'), JSON.stringify({ [process.argv[2]]: { provider: 'openrouter', model: process.argv[2] } }));
process.chdir(folder);
const say = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => (String(text).startsWith('{"url":') ? say(text, ...rest) : (rest.find((last) => typeof last === 'function')?.(), true));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
await import(pathToFileURL(createRequire(path.join(packages, 'index.js')).resolve('ollama-api-proxy/src/index.js')).href);
