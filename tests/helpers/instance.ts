import { startCli } from './cli.js';
import { NO_LIMITS } from './limits.js';
import { ADMIN_KEY, type Api, createApi } from './server.js';

/** One instance as an operator runs it: the built command in a process of its own. */
export interface Instance {
  readonly url: string;
  readonly api: Api;
  readonly pid: number;
  /** Everything it printed so far: its log, and what Node says of an error that nobody caught. */
  said(): string;
  /** Ends it in good order. */
  stop(): Promise<void>;
  /** Ends it as a power cut would. */
  kill9(): Promise<void>;
  /** Stops it where it stands (SIGSTOP): it keeps its connections and does nothing. */
  freeze(): void;
  /** Lets it go on from there (SIGCONT). */
  thaw(): void;
}

export interface InstanceOptions {
  /** `REDIS_URL` or `DATA_DIR`, and whatever else is to differ from a quiet server without limits on a free port. */
  readonly env: Readonly<Record<string, string>>;
  /** See `ProgramOptions`. */
  readonly within?: readonly string[];
}

const QUIET = { PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'silent', SLUGLINE_ADMIN_KEY: ADMIN_KEY, DRAIN_MS: '0' };

/** Starts `slugline serve` for one test; the process is gone when that test is over, however it ends. */
export async function startInstance({ env, within = [] }: InstanceOptions): Promise<Instance> {
  const program = startCli(['serve'], { env: { ...QUIET, ...NO_LIMITS, ...env }, within });
  const [, url = ''] = await program.until(/listens on (http:\S+)/, 'the instance to listen');
  const end = async (signal: NodeJS.Signals) => {
    program.signal(signal);
    await program.finished;
  };
  return {
    url,
    api: createApi(url),
    pid: program.pid,
    said: program.said,
    stop: () => end('SIGTERM'),
    kill9: () => end('SIGKILL'),
    freeze: () => program.signal('SIGSTOP'),
    thaw: () => program.signal('SIGCONT'),
  };
}
