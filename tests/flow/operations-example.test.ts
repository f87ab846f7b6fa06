import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig } from '../../server/config.js';
import { CONFIG_OPTIONS } from '../../server/config-options.js';
import { createMetrics } from '../../server/metrics.js';
import { serverForTest } from '../helpers/server.js';
import { codesIn, rowsOf } from '../repo/markdown.js';
import { readText } from '../repo/source-tree.js';

const panelSchema = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string().min(1),
  gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
  targets: z.array(z.object({ refId: z.string(), expr: z.string(), legendFormat: z.string() })).default([]),
});
const dashboardSchema = z.object({
  uid: z.string(),
  title: z.string(),
  schemaVersion: z.int(),
  templating: z.object({ list: z.array(z.object({ name: z.string(), definition: z.string().optional() })) }),
  panels: z.array(panelSchema),
});

const { panels, templating } = dashboardSchema.parse(JSON.parse(readText('examples/operations/dashboard.json')));
const README = readText('examples/operations/README.md');
const TOKEN = 'a-token-for-prometheus';

/** What a running server exposes, by name, with its type. */
async function exposed(): Promise<ReadonlyMap<string, string>> {
  const { url } = await serverForTest({ env: { METRICS_TOKEN: TOKEN } });
  const answer = await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const types = [...(await answer.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Map(types.map(([, name = '', type = '']) => [name, type]));
}

/** Names of the series that an expression reads. */
const seriesIn = (expression: string): readonly string[] =>
  expression.match(/\b(?:slugline|process|nodejs)_\w+/g) ?? [];
/** The metric behind a series: a histogram is read by its parts. */
const metricOf = (series: string): string => series.replace(/_(?:bucket|sum|count)$/, '');
const expressions = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
const definitions = templating.list.flatMap(({ definition }) => definition ?? []);
const ours = async () =>
  (await createMetrics().registry.getMetricsAsJSON()).filter(({ name }) => /^slugline_/.test(name));

describe('the dashboard of examples/operations', () => {
  it('reads nothing that a server does not expose', async () => {
    const types = await exposed();
    const series = [...expressions, ...definitions].flatMap(seriesIn);
    expect(series.length).toBeGreaterThan(20);
    for (const name of series) {
      const isPart = types.get(metricOf(name)) === 'histogram';
      expect(isPart ? name !== metricOf(name) : types.has(name), name).toBe(true);
    }
  });

  it('shows every figure of ours that a server exposes', async () => {
    const shown = new Set(expressions.flatMap(seriesIn).map(metricOf));
    const names = [...(await exposed()).keys()].filter((name) => name.startsWith('slugline_'));
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('takes counters as rates, and parts the figures by labels that they have', () => {
    const { registry } = createMetrics();
    for (const expression of expressions) {
      for (const series of seriesIn(expression)) {
        if (/_total$/.test(series)) expect(expression).toContain(`rate(${series}{`);
        const metric = registry.getSingleMetric(metricOf(series));
        if (metric === undefined || !series.startsWith('slugline_')) continue;
        const known = new Set(['le', 'job', 'instance', ...labelsOf(metric)]);
        const used = [...expression.matchAll(/by \(([^)]*)\)|(\w+)=~?"/g)].flatMap(
          ([, list, single]) => list?.split(', ') ?? single ?? [],
        );
        expect(
          used.filter((label) => !known.has(label)),
          expression,
        ).toEqual([]);
      }
    }
  });

  it('has panels that a person can tell apart', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    const places = panels.map(({ gridPos }) => gridPos);
    for (const [index, one] of places.entries()) {
      expect(one.x + one.w).toBeLessThanOrEqual(24);
      for (const other of places.slice(index + 1)) {
        const apart =
          one.x + one.w <= other.x ||
          other.x + other.w <= one.x ||
          one.y + one.h <= other.y ||
          other.y + other.h <= one.y;
        expect(apart, JSON.stringify([one, other])).toBe(true);
      }
    }
    for (const { targets, title } of panels) {
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      for (const { expr } of targets) expect(expr.split('(').length, expr).toBe(expr.split(')').length);
    }
  });
});

describe('what starts an instance in examples/operations', () => {
  const starters = ['slugline.service', 'Dockerfile', 'compose.yaml'].map(
    (name) => [name, readText(`examples/operations/${name}`)] as const,
  );

  it.each(starters)('%s sets nothing that the server does not know', (_name, text) => {
    const known = new Set([...CONFIG_OPTIONS.map(({ name }) => name), 'NODE_ENV']);
    const set = [...text.matchAll(/^\s*(?:Environment=|ENV )(.+)$|^ {4}([A-Z][A-Z_]+):/gm)]
      .flatMap(([, assignments, name]) => name ?? (assignments ?? '').split(' ').map((one) => one.split('=')[0] ?? ''))
      .filter(Boolean);
    expect(set.length).toBeGreaterThan(0);
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });

  it('keeps pictures in one place for both instances', () => {
    const compose = readText('examples/operations/compose.yaml');
    const instance = compose.slice(compose.indexOf('x-instance:'), compose.indexOf('services:'));
    const [, directory = ''] = /^ {4}PICTURES_DIR: (\S+)$/m.exec(instance) ?? [];
    const [, volume = '', mounted = ''] = /^ {4}- (\w+):(\/\S+)$/m.exec(instance) ?? [];
    expect(directory.startsWith(`${mounted}/`), `${directory} is in ${mounted}`).toBe(true);
    expect(compose.slice(compose.lastIndexOf('\nvolumes:'))).toMatch(new RegExp(`^ {2}${volume}:$`, 'm'));
  });

  it('gives an instance more time to stop than its readers have to go', () => {
    const { drainMs } = loadConfig({});
    const times = starters.flatMap(([, text]) => /(?:TimeoutStopSec=|stop_grace_period: )(\d+)/.exec(text)?.[1] ?? []);
    expect(times).toHaveLength(2);
    for (const seconds of times) expect(Number(seconds) * 1_000).toBeGreaterThan(drainMs + 10_000);
  });
});

describe('the README of examples/operations', () => {
  it('explains every figure of ours with its labels', async () => {
    const documented = rowsOf(README).map(([name = '', labels = '']) => [codesIn(name)[0], codesIn(labels)]);
    const { registry } = createMetrics();
    const expected = (await ours()).map(({ name }) => [name, labelsOf(registry.getSingleMetric(name))]);
    expect(documented).toEqual(expected);
  });
});

/** What prom-client keeps beside its published types. */
function labelsOf(metric: object | undefined): readonly string[] {
  return z.object({ labelNames: z.array(z.string()) }).parse(metric).labelNames;
}
