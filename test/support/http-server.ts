import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod';

/** A request as it came. */
export type Heard = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
};

/** What is said to it; `broken` ends in the middle of its body, `none` before it says a word. */
export type Said =
  | {
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly ends: 'none' | 'broken' };

const Port = z.object({ port: z.number() });

/** A server on this machine that says what it is told to, one answer after the other. */
export const localServer = async (answer: (request: Heard, index: number) => Said) => {
  const heard: Heard[] = [];
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString();
    const { method = '', url: path = '', headers } = request;
    heard.push({ method, path, headers, body });
    const said = answer({ method, path, headers, body }, heard.length - 1);
    if ('status' in said) {
      response.writeHead(said.status, { Connection: 'close', ...said.headers }).end(said.body);
      return;
    }
    if (said.ends === 'none') {
      request.socket.destroy();
      return;
    }
    response.writeHead(202, { 'Content-Length': '100' });
    response.write('{', () => request.socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = Port.parse(server.address());
  return {
    url: `http://127.0.0.1:${port}/v1/`,
    heard,
    close: async () => {
      server.close();
      await once(server, 'close');
    },
  };
};
