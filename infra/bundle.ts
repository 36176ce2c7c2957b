/** `npm run build`: puts each Lambda and all that it needs into one file, `dist/<name>/index.js`. */
import { join } from 'node:path';
import { build } from 'esbuild';
import { leaveOut } from './leftOut';

export const LAMBDAS = ['front', 'worker', 'events', 'tick'] as const;
export type LambdaName = (typeof LAMBDAS)[number];

const root = join(__dirname, '..');

/** Where a bundle is written unless told otherwise, and where the stack takes it from. */
export const DIST = join(root, 'dist');

/** The Lambdas' source files by name. */
export const LAMBDA_ENTRIES: Readonly<Record<LambdaName, string>> = {
  front: 'src/lambdas/front.ts',
  worker: 'src/lambdas/worker.ts',
  events: 'src/lambdas/events.ts',
  tick: 'src/lambdas/tick.ts',
};

export interface Bundle {
  name: string;
  /** Size of `index.js`, without its source map. */
  bytes: number;
  /** The files it is made of, relative to the project, largest share first. */
  inputs: string[];
}

/**
 * Bundles for Lambda's Node 22.
 *
 * Measured by process start to first answered request (Node 20, two cores, medians of 11): the SDK inside the bundle
 * beats the SDK as a package beside it (128 ms to 148), and keeping the names of variables beats shortening them (128 to
 * 132), so stack traces stay readable as well.
 * @throws esbuild's BuildFailure, which names the file and line
 */
export async function bundle(
  entries: Readonly<Record<string, string>> = LAMBDA_ENTRIES,
  outDir = DIST,
): Promise<Bundle[]> {
  return Promise.all(Object.entries(entries).map(([name, entry]) => bundleOne(name, entry, join(outDir, name))));
}

async function bundleOne(name: string, entry: string, outDir: string): Promise<Bundle> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: entry },
    outdir: outDir,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    mainFields: ['module', 'main'],
    // The SDK imports node:http when it first needs it; as import() that would start Node's loader of ES modules.
    supported: { 'dynamic-import': false },
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Written beside the bundle for whoever reads a stack trace, neither referred to nor deployed.
    sourcemap: 'external',
    metafile: true,
    plugins: [leaveOut()],
    // What is wrong is in the error that is thrown.
    logLevel: 'silent',
  });
  const output = Object.values(metafile.outputs).find(({ entryPoint }) => entryPoint !== undefined);
  if (output === undefined) throw new Error(`esbuild wrote nothing for ${entry}`);
  const inputs = Object.entries(output.inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  return { name, bytes: output.bytes, inputs: inputs.map(([path]) => path) };
}

async function main(): Promise<void> {
  for (const { name, bytes, inputs } of await bundle())
    console.log(`dist/${name}/index.js  ${Math.round(bytes / 1024)} KB from ${inputs.length} files`);
}

if (require.main === module)
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
