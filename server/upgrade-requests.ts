import { IncomingMessage } from 'node:http';

/** Where Socket.IO listens. */
const SOCKETS = '/socket.io/';

/**
 * A request that is taken for a change of protocol only where there is another protocol to change to. Node takes every
 * request with an `Upgrade` header for one as soon as anybody listens for upgrades, and leaves the connection to them:
 * clients that offer HTTP/2 on the way (`Upgrade: h2c`, as Java's own does) would get no answer at all. RFC 9110,
 * section 7.8, lets a server go on as if the header were not there.
 */
export class OfferingRequest extends IncomingMessage {
  /** As Node found it. It is set before this class could give it a value. */
  declare private offered: unknown;

  get upgrade(): boolean {
    return this.offered === true && (this.method === 'CONNECT' || this.url?.startsWith(SOCKETS) === true);
  }

  set upgrade(offered: unknown) {
    this.offered = offered;
  }
}
