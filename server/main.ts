import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { addAuditCommand } from './cli/audit.js';
import { addExportCommand } from './cli/export.js';
import { exitCodeOf, failureLine } from './cli/failure-line.js';
import { addImportCommand } from './cli/import.js';
import { addImportArticleCommand } from './cli/import-article.js';
import { addKeyCommand } from './cli/key.js';
import { addMemberCommand } from './cli/member.js';
import { addPictureCommand } from './cli/picture.js';
import { addPublishCommand } from './cli/publish.js';
import { addServeCommand } from './cli/serve.js';
import { addWebhookCommand } from './cli/webhook.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('slugline')
  .description('Real-time push for rolling news: publish an update, and every reader of the story has it.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(--help shows what is allowed)')
  .addHelpText(
    'after',
    `
To see it work:
  $ slugline serve --demo

To run it and publish:
  $ slugline serve --data-dir ./data                          prints the first admin key
  $ export SLUGLINE_KEY=sl_…
  $ slugline publish my-story.json                            or one entry: --story <slug> -

\`slugline <command> --help\` has the details and examples of each command.`,
  );

addServeCommand(program);
addPublishCommand(program);
addImportArticleCommand(program);
addPictureCommand(program);
addKeyCommand(program);
addWebhookCommand(program);
addAuditCommand(program);
addMemberCommand(program);
addExportCommand(program);
addImportCommand(program);

// A reader of our output that has gone (`slugline export | head`) is no error of ours to tell anyone about.
process.stdout.on('error', () => process.exit(1));

try {
  await program.parseAsync();
} catch (error) {
  const line = failureLine(error, process.env.LOG_LEVEL === 'debug');
  process.exitCode = exitCodeOf(error);
  if (line !== undefined) {
    console.error(line);
    // What failed half-way may have left something open; it must not keep alive a command that is over.
    process.exit();
  }
}
