import type { Plan } from '../core/plan.ts';
import type { Shell } from './shell.ts';

export const planFormats = ['text', 'json', 'markdown'] as const;
export type PlanFormat = (typeof planFormats)[number];

export interface Printing {
  readonly format: PlanFormat;
  readonly color: boolean;
}

/** A plan on stdout, fresh or saved. */
export async function printPlan(plan: Plan, { format, color }: Printing, shell: Shell): Promise<void> {
  const { kinds } = await import('../operations/index.ts');
  switch (format) {
    case 'json': {
      const { asJson } = await import('../report/json.ts');
      shell.out(`${asJson(plan)}\n`);
      return;
    }
    case 'markdown': {
      const { planAsMarkdown } = await import('../report/markdown.ts');
      shell.out(planAsMarkdown(plan, kinds));
      return;
    }
    case 'text': {
      const { planAsText } = await import('../report/text.ts');
      shell.out(planAsText(plan, kinds, color && shell.color.out));
    }
  }
}
