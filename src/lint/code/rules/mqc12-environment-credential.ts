import { loginsIn } from '../logins.ts';
import { variableOf } from '../origins.ts';
import type { CodeRule } from '../rule.ts';

export const environmentCredential: CodeRule = {
  id: 'MQC12',
  name: 'environment-credential',
  severity: 'note',
  summary: 'The password of a client comes from an environment variable.',
  why: 'What is in the environment is in every child process, in what a crash leaves behind, and in the pages of whoever runs the container. It changes only when the process starts again, so that a rotation needs a restart of all.',
  instead: 'A store: the factories read the password at every connect, and follow its rotation.',
  inTests: false,
  *inCode(code) {
    for (const { passwords } of loginsIn(code)) {
      for (const one of passwords) {
        const variable = variableOf(one, code.bindings);
        if (variable === undefined) continue;
        yield {
          node: one,
          message: `the password is that of the variable ${variable}`,
          hint: 'read it from a secret store',
        };
      }
    }
  },
};
