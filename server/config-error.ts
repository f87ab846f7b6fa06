/** A setting that the server cannot start with. The message is one line that names the setting and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
