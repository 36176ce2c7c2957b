/**
 * What the Lambda bundles leave out of their packages, each with its reason and what takes its place.
 *
 * Node parses the whole file before its first line runs, so every line here is start time that somebody waits for. What
 * that comes to is measured by `npm run bench -- doors`; together these take about 70 ms off the front's first answer.
 */
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

interface LeftOut {
  /** Matches the import as it is written. */
  what: RegExp;
  why: string;
  /** The module's source, in its place. */
  instead: string;
  /** Leave out only what is imported when first needed; who imports it at the start needs it. */
  lazyOnly?: boolean;
}

/** A class that says what is wrong when somebody does use it. */
const refuse = (name: string): string =>
  `class { constructor() { throw new Error(${JSON.stringify(`${name} is left out of the Lambda bundles: see infra/leftOut.ts`)}); } }`;

export const LEFT_OUT: readonly LeftOut[] = [
  {
    what: /^@slack\/socket-mode$/,
    why: 'Lambda is called over HTTP; Socket Mode pulls in undici, a third of the bundle',
    instead: `exports.SocketModeClient = ${refuse('Socket Mode')};`,
  },
  {
    what: /^@slack\/oauth$/,
    why: 'one workspace with one token: nothing is installed by OAuth; it pulls in jsonwebtoken',
    instead: ['InstallProvider', 'FileInstallationStore', 'MemoryInstallationStore']
      .map((name) => `exports.${name} = ${refuse('OAuth')};`)
      .join('\n'),
  },
  {
    what: /^iconv-lite$/,
    why: 'half a megabyte of Asian code pages; Slack sends UTF-8, and a body in anything else is refused with 415',
    instead: `
      const { StringDecoder } = require('node:string_decoder');
      const isUtf8 = (name) => /^utf-?8$/i.test(name);
      exports.encodingExists = isUtf8;
      exports.decode = (bytes) => bytes.toString('utf8');
      exports.getDecoder = (name) => {
        if (!isUtf8(name)) throw new Error('Encoding not recognized: ' + name);
        const decoder = new StringDecoder('utf8');
        return { write: (bytes) => decoder.write(bytes), end: () => decoder.end() };
      };`,
  },
  {
    what: /^mime-db$/,
    why: 'a table of 2,500 types that Express indexes at start; the front answers in text and JSON',
    instead: `module.exports = {
      'application/json': { charset: 'UTF-8', compressible: true, extensions: ['json'] },
      'application/x-www-form-urlencoded': { compressible: true },
      'application/octet-stream': { extensions: ['bin'] },
      'text/html': { compressible: true, extensions: ['html'] },
      'text/plain': { compressible: true, extensions: ['txt'] },
    };`,
  },
  {
    what: /^qs$/,
    why: "only for Express's extended query strings, which are off by default in Express 5; Bolt parses Slack's bodies itself",
    instead: `const refuse = () => { throw new Error('qs is left out of the Lambda bundles: see infra/leftOut.ts'); };
      exports.parse = refuse;
      exports.stringify = refuse;`,
  },
  {
    what: /^(send|serve-static)$/,
    why: 'Express loads them for sending files; the front sends none',
    instead: `module.exports = () => { throw new Error('Sending files is left out of the Lambda bundles: see infra/leftOut.ts'); };
      module.exports.mime = {};`,
  },
  {
    what: /^proxy-addr$/,
    why: "reads the caller's address from behind trusted proxies; without any (Express's default) it is the socket's",
    instead: `module.exports = (request) => request.socket.remoteAddress;
      module.exports.compile = () => () => false;`,
  },
  {
    what: /^debug$/,
    why: "Express's tracing for its own developers, silent unless DEBUG is set",
    instead: `module.exports = () => Object.assign(() => undefined, { enabled: false });`,
  },
  {
    what: /^@slack\/types$/,
    why: 'types only: what is left at run time is some sixty empty modules',
    instead: 'module.exports = {};',
  },
  {
    what: /^@aws-sdk\/credential-provider-node$/,
    why: "a function's credentials are in its environment (Lambda's execution role); the rest of the chain is for laptops and servers",
    instead: `export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';`,
  },
  {
    what: /^@smithy\/core\/event-streams$/,
    why: 'loaded by the SDK for operations that stream, such as StartLiveTail; batchbot calls none',
    lazyOnly: true,
    instead: `exports.EventStreamSerde = ${refuse('Event streams')};`,
  },
  {
    what: /^bowser$/,
    why: "names the reader's browser in the SDK's user agent; there is none here",
    instead: 'module.exports = {};',
  },
];

/** Puts the stand-ins in the place of what is left out. */
export function leaveOut(list: readonly LeftOut[] = LEFT_OUT): Plugin {
  return {
    name: 'leave-out',
    setup(build) {
      for (const [index, { what, instead, lazyOnly = false }] of list.entries()) {
        const namespace = `left-out-${index}`;
        build.onResolve({ filter: what }, ({ path, kind }) =>
          lazyOnly && kind !== 'dynamic-import' ? undefined : { path, namespace },
        );
        build.onLoad({ filter: /.*/, namespace }, () => ({
          contents: instead,
          loader: 'js',
          resolveDir: join(__dirname, '..'),
        }));
      }
    },
  };
}
