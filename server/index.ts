export type { AllowedOrigins, Config, TokenConfig } from './config.js';
export { ConfigError, loadConfig } from './config.js';
export type { ServerParts, SluglineServer } from './create-server.js';
export { createServer } from './create-server.js';
