import { Decoder } from 'socket.io-parser';

/** The wish to be a socket: of the default namespace, named or not; or of another one. */
const CONNECT = '0';
const OTHER_NAMESPACE = /^0\/[^,]/;

/**
 * Reads what one connection sends, and lets it be one socket, once: what is thrown here ends the connection. Socket.IO
 * itself would make a socket of each wish that comes before the first one is granted, every one of them with as many
 * stories to follow as a socket may; and would go on answering wishes for namespaces that there are not, whether anybody
 * reads that or not.
 */
export class OneSocketDecoder extends Decoder {
  #hasAsked = false;

  override add(data: unknown): void {
    if (typeof data === 'string' && data.startsWith(CONNECT)) {
      if (this.#hasAsked || OTHER_NAMESPACE.test(data)) throw new Error('a connection is one socket');
      this.#hasAsked = true;
    }
    super.add(data);
  }
}
