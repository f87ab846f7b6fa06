import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, it } from 'vitest';

/** What `npm run build` made, as someone gets it who installs the package. */
describe.each(['client-sdk', 'server'])('the package in %s', (folder) => {
  it('exports what is there, in a form that every loader takes', async () => {
    const pkgDir = fileURLToPath(new URL(`../../${folder}`, import.meta.url));
    const { messages, pkg } = await publint({ pkgDir, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
  });
});
