import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import express from 'express';
import { Redis } from 'ioredis';
import { Server } from 'socket.io';
import { answerProbe } from './usage-probe.js';

/**
 * What most teams would write first: Express takes the update and Socket.IO with its Redis adapter sends it to a
 * room, with default settings throughout. It keeps nothing and promises nothing; it is the yardstick for what
 * keeping and promising may cost. With `KEEP=1` it does the least that makes an update durable: it appends it to a
 * list in Redis before it answers.
 *
 * Events and payloads are those of Slugline, so that one load generator serves both and frames are of one size.
 */
interface StockClientEvents {
  'story:join': (request: { slug: string }, ack: (answer: object) => void) => void;
}

interface StockServerEvents {
  'story:change': (slug: string, change: unknown) => void;
}

const publisher = new Redis(process.env.REDIS_URL ?? '');
const subscriber = publisher.duplicate();

const app = express();
app.use(express.json());
const httpServer = createServer(app);
const io = new Server<StockClientEvents, StockServerEvents>(httpServer, {
  adapter: createAdapter(publisher, subscriber),
});

io.on('connection', (socket) => {
  socket.on('story:join', async ({ slug }, ack) => {
    await socket.join(slug);
    ack({ ok: true });
  });
});

app.post('/v1/stories/:slug/entries', async (request, response) => {
  const { slug } = request.params;
  if (process.env.KEEP === '1') await publisher.rpush(`history:${slug}`, JSON.stringify(request.body));
  io.to(slug).emit('story:change', slug, request.body);
  response.status(201).json({ entry: request.body });
});

httpServer.listen(0, '127.0.0.1', () => {
  const address = httpServer.address();
  if (address !== null && typeof address === 'object') answerProbe({ port: address.port });
});
