import { createServer, loadConfig } from 'slugline';
import { answerProbe } from './usage-probe.js';

/** Slugline as `slugline serve` starts it, configured by the environment alone. */
const config = loadConfig(process.env);
const server = await createServer(config);
answerProbe({ port: server.port, ...(config.adminKey === undefined ? {} : { key: config.adminKey }) });
