/** Bundles the page's sources and gives what the local Slack has to serve. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface PageAsset {
  /** As in the address: `/main.js`. */
  path: string;
  contentType: string;
  body: string | Buffer;
}

const CONTENT_TYPES: Record<string, string> = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8' };

/** @throws esbuild's BuildFailure where a source of the page does not compile */
export async function pageAssets(): Promise<PageAsset[]> {
  const [bundle, html, favicon] = await Promise.all([
    build({
      entryPoints: [join(__dirname, 'main.tsx'), join(__dirname, 'styles', 'main.css')],
      outdir: '/',
      bundle: true,
      write: false,
      minify: true,
      format: 'iife',
      target: 'es2022',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      logLevel: 'silent',
    }),
    readFile(join(__dirname, 'index.html'), 'utf8'),
    readFile(join(__dirname, 'favicon.svg'), 'utf8'),
  ]);
  const bundled = bundle.outputFiles.map(({ path, contents }) => {
    const name = path.split(/[\\/]/).at(-1) ?? '';
    const contentType = CONTENT_TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    return { path: `/${name}`, contentType, body: Buffer.from(contents) };
  });
  return [
    { path: '/', contentType: 'text/html; charset=utf-8', body: html },
    { path: '/favicon.svg', contentType: 'image/svg+xml', body: favicon },
    ...bundled,
  ];
}
