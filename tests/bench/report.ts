import type { FanOutFigures, PublishFigures, Scale } from './measure.js';
import { MANY_PUBLISHERS } from './measure.js';

/** What one round measured. */
export interface Round {
  /** Its `publishing` is with a bare RPUSH added, since the stock server keeps nothing. */
  readonly stock: { readonly fanOut: FanOutFigures; readonly publishing: PublishFigures };
  readonly slugline: {
    readonly fanOut: FanOutFigures;
    readonly embedded: PublishFigures;
    readonly redis: PublishFigures;
  };
}

export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly better: 'lower' | 'higher';
  /** Medians over the rounds; absent where a server has nothing of the kind. */
  readonly stock?: number;
  readonly slugline?: number;
  /** Slugline's figure over the stock server's. */
  readonly ratio?: number;
}

type Publishers = keyof PublishFigures;
type Figure = (figures: FanOutFigures) => number;

export function rowsOf(rounds: readonly Round[], scale: Scale): readonly Row[] {
  const fanOut = (name: string, unit: string, figure: Figure): Row =>
    row(
      { name, unit, better: 'lower' },
      rounds.map((round) => figure(round.stock.fanOut)),
      rounds.map((round) => figure(round.slugline.fanOut)),
    );
  const publishing = (store: 'embedded' | 'redis', publishers: Publishers): Row => ({
    ...publishRow(`durable publishes, ${store} store`, publishers),
    slugline: median(rounds.map((round) => round.slugline[store][publishers])),
  });
  const appending = (publishers: Publishers): Row => ({
    ...publishRow('a bare RPUSH each, for scale', publishers),
    stock: median(rounds.map((round) => round.stock.publishing[publishers])),
  });
  return [
    fanOut('CPU per delivery', 'µs', ({ user, kernel }) => user + kernel),
    fanOut('  of it in user code', 'µs', ({ user }) => user),
    fanOut('  of it in the kernel', 'µs', ({ kernel }) => kernel),
    fanOut('bytes per delivery', 'B', ({ bytes }) => bytes),
    fanOut(`memory per reader, ${scale.readers} readers`, 'B', ({ memory }) => memory),
    fanOut(`memory per reader, ${scale.manyReaders} readers`, 'B', ({ memoryOfMany }) => memoryOfMany),
    fanOut('publish to receive, p50', 'ms', ({ p50 }) => p50),
    fanOut('publish to receive, p99', 'ms', ({ p99 }) => p99),
    publishing('embedded', 'one'),
    publishing('embedded', 'many'),
    publishing('redis', 'one'),
    publishing('redis', 'many'),
    appending('one'),
    appending('many'),
  ];
}

function publishRow(what: string, publishers: Publishers): Pick<Row, 'name' | 'unit' | 'better'> {
  const count = publishers === 'one' ? '1 publisher' : `${MANY_PUBLISHERS} publishers`;
  return { name: `${what}, ${count}`, unit: '1/s', better: 'higher' };
}

function row(about: Pick<Row, 'name' | 'unit' | 'better'>, stock: number[], slugline: number[]): Row {
  const medians = { stock: median(stock), slugline: median(slugline) };
  return { ...about, ...medians, ratio: medians.slugline / medians.stock };
}

function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (upper + lower) / 2;
}

export function table(rows: readonly Row[]): string {
  const cells = rows.map(({ name, unit, stock, slugline, ratio, better }) => [
    name,
    unit,
    readable(stock),
    readable(slugline),
    ratio === undefined ? '–' : ratio.toFixed(2),
    better,
  ]);
  const head = ['', 'unit', 'stock', 'slugline', 'ratio', 'better'];
  const widths = head.map((title, column) =>
    Math.max(...[head, ...cells].map((line) => (line[column] ?? title).length)),
  );
  return [head, ...cells]
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n');
}

function readable(figure: number | undefined): string {
  if (figure === undefined) return '–';
  if (Math.abs(figure) >= 100) return Math.round(figure).toLocaleString('en');
  return figure.toFixed(2);
}
