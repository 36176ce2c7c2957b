import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { startBot } from '../../src/lambdas/bot';
import { type Scene, scene } from '../scene';
import { lambdaWorld, setEnvironment } from './lambdaWorld';

/** Slack as Socket Mode has it: an API method that names a WebSocket, envelopes on it, and a response_url. */
async function socketSlack() {
  const answers: { text: string }[] = [];
  const acknowledged: string[] = [];
  const tokens: (string | undefined)[] = [];
  const http = createServer((request, response) => {
    let body = '';
    request.on('data', (data) => {
      body += data;
    });
    request.on('end', () => {
      const { port } = http.address() as AddressInfo;
      response.setHeader('content-type', 'application/json');
      if (request.url === '/api/apps.connections.open') {
        tokens.push(request.headers.authorization);
        response.end(JSON.stringify({ ok: true, url: `ws://127.0.0.1:${port}/link` }));
      } else {
        if (request.url === '/answer') answers.push(JSON.parse(body));
        response.end('{"ok":true}');
      }
    });
  });
  const sockets = new WebSocketServer({ server: http, path: '/link' });
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const { envelope_id: id } = JSON.parse(String(data));
      if (id !== undefined) acknowledged.push(id);
    });
    socket.send(JSON.stringify({ type: 'hello', num_connections: 1, connection_info: { app_id: 'A1' } }));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    answers,
    acknowledged,
    tokens,
    sends: (envelope: object) => {
      for (const socket of sockets.clients) socket.send(JSON.stringify(envelope));
    },
    isConnected: () => sockets.clients.size > 0,
    end: async () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

let here: Scene;
beforeAll(async () => {
  here = await scene({ jobs: 50 });
});
afterAll(() => here.end());

test('with an app token the bot connects by Socket Mode, acknowledges, and answers a command', async () => {
  const slack = await socketSlack();
  const lambdas = await lambdaWorld(here, 'socket-bot');
  const restore = setEnvironment(lambdas.env);
  const { WORK_QUEUE_URL: _, SLACK_SIGNING_SECRET: __, ...env } = lambdas.env;
  const bot = await startBot({ ...env, SLACK_API_URL: `${slack.url}/api/`, SLACK_APP_TOKEN: 'xapp-1-local' });
  try {
    expect(bot.address).toContain('Socket Mode');
    await here.until('a connection', () => (slack.isConnected() ? true : undefined));
    expect(slack.tokens[0]).toBe('Bearer xapp-1-local');
    slack.sends({
      envelope_id: 'e-1',
      type: 'slash_commands',
      accepts_response_payload: true,
      payload: {
        token: 't',
        team_id: 'T1',
        channel_id: 'C1',
        channel_name: 'random',
        user_id: 'U1',
        user_name: 'ada',
        command: '/batch',
        text: 'help queues',
        api_app_id: 'A1',
        response_url: `${slack.url}/answer`,
        trigger_id: '1.2.3',
      },
    });
    const answer = await here.until('an answer', () => slack.answers[0]);
    expect(answer.text).toContain('Shows every queue: healthy or not');
    expect(slack.acknowledged).toEqual(['e-1']);
  } finally {
    await bot.stop();
    await slack.end();
    restore();
    lambdas.end();
  }
});
