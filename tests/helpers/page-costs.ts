import type { Browser, JSHandle, Page } from 'playwright-core';

/** One movement of what had been painted, as Chromium saw it. */
interface Shift {
  /** Its part in the figure that is known as Cumulative Layout Shift. */
  readonly value: number;
  /** What moved, with its top edge before and after. */
  readonly moved: readonly string[];
}

/** `layout-shift` entries: TypeScript's own types have none yet. */
interface ShiftEntry extends PerformanceEntry {
  readonly value: number;
  readonly sources: readonly {
    /** Absent: it is gone by now. */
    readonly node?: Node;
    readonly previousRect: DOMRectReadOnly;
    readonly currentRect: DOMRectReadOnly;
  }[];
}

/**
 * Has a page note what moves in it, from its first paint on; also what moves soon after an input, which would be left out
 * of the usual figure. To be called before the page is opened.
 *
 * @returns what moved so far.
 */
export async function watchShifts(page: Page): Promise<() => Promise<readonly Shift[]>> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    const isShift = (entry: PerformanceEntry): entry is ShiftEntry => entry.entryType === 'layout-shift';
    const note = (entries: PerformanceEntryList) => {
      for (const { value, sources } of entries.filter(isShift)) {
        const moved = sources.map(({ node, previousRect: from, currentRect: to }) => {
          const name = node instanceof Element ? `${node.localName}.${node.className}` : node?.textContent;
          return `${name}: ${from.x} ${from.y} → ${to.x} ${to.y}`;
        });
        shifts.push({ value, moved });
      }
    };
    const observer = new PerformanceObserver((list) => note(list.getEntries()));
    observer.observe({ type: 'layout-shift', buffered: true });
    Object.assign(window, {
      shiftsSoFar() {
        note(observer.takeRecords());
        return shifts;
      },
    });
  });
  return () => page.evaluate('shiftsSoFar()');
}

/** The longest task of the main thread, in milliseconds. */
interface LongestTask {
  /** In which a processor worked at it: what others do on the same machine is no part of it. */
  readonly busy: number;
  /** From its beginning to its end, as the reader has it. */
  readonly passed: number;
}

/** The longest task of a page while something goes on. */
export async function longestTask(browser: Browser, page: Page, act: () => Promise<unknown>): Promise<LongestTask> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  await act();
  const { traceEvents }: { readonly traceEvents: readonly TraceEvent[] } = JSON.parse(
    (await browser.stopTracing()).toString(),
  );
  const threadOf = ({ pid, tid }: TraceEvent) => `${pid} ${tid}`;
  const isMain = ({ name, args }: TraceEvent) => name === 'thread_name' && args?.name === 'CrRendererMain';
  const main = new Set(traceEvents.filter(isMain).map(threadOf));
  const tasks = traceEvents.filter((event) => event.name.endsWith('::RunTask') && main.has(threadOf(event)));
  // Those that were under way when it began or ended have none of their own.
  const longest = (values: readonly (number | undefined)[]) => Math.max(...values.map((value = 0) => value / 1000));
  return { busy: longest(tasks.map(({ tdur }) => tdur)), passed: longest(tasks.map(({ dur }) => dur)) };
}

/**
 * What it costs the browser itself, in milliseconds of a processor, to show all that stands in an element one pixel further
 * down: with so much in it, on this machine, at this moment.
 */
export async function costOfMoving(browser: Browser, page: Page, element: JSHandle<HTMLElement>): Promise<number> {
  const { busy } = await longestTask(browser, page, () =>
    element.evaluate(async ({ style }) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (const padding of ['1px', '', '1px', '']) {
        await frame();
        style.paddingBlockStart = padding;
      }
      await frame();
      await frame();
    }),
  );
  return busy;
}

/** As far as it is read here; times are in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** What a page keeps, once all that nobody can reach is gone: bytes of its scripts' heap, and nodes, in its documents or not. */
export async function keptBy(page: Page): Promise<{ readonly bytes: number; readonly nodes: number }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('Performance.enable');
  // What is let go of by the first round may be all that held the rest.
  for (let round = 0; round < 3; round += 1) await devtools.send('HeapProfiler.collectGarbage');
  const { metrics } = await devtools.send('Performance.getMetrics');
  await devtools.detach();
  const figure = (wanted: string) => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return { bytes: figure('JSHeapUsedSize'), nodes: figure('Nodes') };
}

/** Prints the figures of one measurement as the fault runs print theirs. */
export function tellFigures(name: string, figures: Readonly<Record<string, number | string>>): void {
  const list = Object.entries(figures).map(([what, value]) => `${what} ${value}`);
  // Straight to the terminal: Vitest would put a heading over each line.
  process.stdout.write(`budget ${name}: ${list.join('; ')}\n`);
}
