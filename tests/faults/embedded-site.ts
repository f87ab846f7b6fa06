import { type Instance, startInstance } from '../helpers/instance.js';
import { addressOf, tcpProxy } from '../helpers/tcp-proxy.js';

/** One server on an embedded store, under one address through all its lives. */
export interface EmbeddedSite {
  readonly url: string;
  /** The one that runs now. */
  readonly instance: Instance;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill9(): Promise<void>;
  start(): Promise<void>;
}

/** Starts a server for one test. */
export async function startEmbeddedSite(dataDir: string, within: readonly string[] = []): Promise<EmbeddedSite> {
  const begin = () => startInstance({ env: { DATA_DIR: dataDir }, within });
  let instance = await begin();
  const proxy = await tcpProxy(addressOf(instance.url));
  return {
    url: proxy.url,
    get instance() {
      return instance;
    },
    async kill9() {
      await instance.kill9();
    },
    async start() {
      instance = await begin();
      proxy.target = addressOf(instance.url);
    },
  };
}
