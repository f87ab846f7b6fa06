import { Encoder, type Packet, PacketType } from 'socket.io-parser';

/** The one argument of an acknowledgement, as JSON text. A herd that joins together is answered with one text. */
export class EncodedAnswer {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** Socket.IO's own, for the same wire format, that takes answers which are encoded already. */
export class AnswerEncoder extends Encoder {
  override encode(packet: Packet): unknown[] {
    const data: unknown = packet.data;
    if (packet.type === PacketType.ACK && Array.isArray(data) && data[0] instanceof EncodedAnswer) {
      const namespace = packet.nsp === '/' ? '' : `${packet.nsp},`;
      return [`${packet.type}${namespace}${packet.id}[${data[0].json}]`];
    }
    return super.encode(packet);
  }
}
