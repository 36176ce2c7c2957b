/** The one place that finds and starts a browser for tests and screenshots: Debian's Chromium, or Chrome, headless. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** `CHROMIUM_PATH` first, then the usual places; undefined where there is none. */
export function browserPath(): string | undefined {
  const places = process.env.CHROMIUM_PATH ? [process.env.CHROMIUM_PATH, ...PLACES] : PLACES;
  return places.find((path) => existsSync(path));
}

/** @throws Error where no browser is installed: ask `browserPath()` first */
export function launchBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (!executablePath) throw new Error('no Chromium found; set CHROMIUM_PATH to one');
  return chromium.launch({
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** `describe` where there is a browser; elsewhere the scenes are skipped, and the run says why. */
export function describeInBrowser(name: string, scenes: () => void): void {
  if (browserPath()) {
    describe(name, scenes);
  } else {
    console.warn(`skipped "${name}": no Chromium found; install one or set CHROMIUM_PATH`);
    // The one skip there is, and it hides nothing: "Node and npm, nothing else" is all that a machine must have, and neither
    // brings a browser. The line above names what is left out, Jest counts it as skipped, and CI, which installs Chromium
    // first, tells that count in its last line.
    describe.skip(name, scenes);
  }
}
