import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Every rule for WCAG 2.2 AA, and what is good practice besides. */
const OPTIONS = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: {
    'target-size': { enabled: true },
    'label-content-name-mismatch': { enabled: true },
    // Frames hold third parties' pages; ours are looked at by themselves.
    'frame-tested': { enabled: false },
  },
  resultTypes: ['violations', 'incomplete'],
};

/** Dots and rails that are drawn beside a text would have its contrast passed over; the rest is as axe-core has it. */
const CONTRAST = {
  id: 'color-contrast',
  options: {
    ignoreUnicode: true,
    ignoreLength: false,
    ignorePseudo: true,
    boldValue: 700,
    boldTextPt: 14,
    largeTextPt: 18,
    contrastRatio: { normal: { expected: 4.5, minThreshold: 4.5 }, large: { expected: 3, minThreshold: 3 } },
    pseudoSizeThreshold: 0.25,
  },
};

interface Result {
  readonly id: string;
  readonly nodes: readonly {
    readonly target: unknown;
    readonly failureSummary?: string;
    readonly any: readonly { readonly message: string }[];
  }[];
}

interface Results {
  readonly violations: readonly Result[];
  readonly incomplete: readonly Result[];
}

/**
 * What axe-core finds wrong with the page as it is now, shadow roots and frames included: one line for each place, and
 * none where nothing is. What it cannot tell counts as wrong, since nobody looks at it afterwards.
 */
export async function problemsIn(page: Page): Promise<readonly string[]> {
  // Evaluated by the browser's own tools, which the page's security policy does not bind.
  await page.evaluate(axe.source);
  const results: Results = await page.evaluate(
    `axe.configure(${JSON.stringify({ checks: [CONTRAST] })}); axe.run(document, ${JSON.stringify(OPTIONS)})`,
  );
  return [...results.violations, ...results.incomplete].flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary, any }) => {
      const why = failureSummary ?? any.map(({ message }) => message).join(' ');
      return `${id} at ${JSON.stringify(target)}: ${why.replace(/\s+/g, ' ')}`;
    }),
  );
}
