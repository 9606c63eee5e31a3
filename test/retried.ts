import type { Reporter } from 'vitest/node';

/** Tells at the end what failed first in the tests that passed when they were run once more: nobody would know otherwise. */
export const retried: Reporter = {
  onTestRunEnd(modules) {
    for (const module of modules) {
      for (const test of module.children.allTests('passed')) {
        if (test.diagnostic()?.flaky !== true) continue;
        console.log(`retried: ${module.relativeModuleId} > ${test.fullName}`);
        for (const { message, stack } of test.result().errors ?? [])
          console.log(stack?.includes(message) === true ? stack : `${message}\n${stack ?? ''}`);
      }
    }
  },
};
