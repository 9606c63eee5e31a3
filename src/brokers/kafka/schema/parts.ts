import { name } from '../../../topology/parts.ts';
import { topicNameProblem, topicPrefixProblem } from '../names.ts';

/** Names, as the sections of Kafka write them. */

type Check = (value: string) => string | undefined;

export function checkedName(check: Check) {
  return name().superRefine((value, context) => {
    const message = check(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

/** For editors: the checks above say it better. */
const topicForm = { pattern: '^(?!__)[a-zA-Z0-9._-]{1,249}$' };
export const topicName = () => checkedName(topicNameProblem).meta(topicForm);
export const topicPrefix = () => checkedName(topicPrefixProblem).meta(topicForm);

/** Kafka reads the literal name `*` in an ACL as every resource of the type: intent must not say that by accident. */
export const literalName = () =>
  checkedName((value) =>
    value === '*' ? 'stands for all of them here: say so in `grants`, with a reason' : undefined,
  );

/** The same for a topic that a service uses. */
export const usedTopic = () =>
  checkedName((value) =>
    value === '*' ? 'stands for every topic: say so in `grants`, with a reason' : topicNameProblem(value),
  ).meta(topicForm);

export const hostName = () =>
  checkedName((value) =>
    /^(?:\*|[0-9A-Fa-f]*[.:][0-9A-Fa-f:.]*)$/.test(value)
      ? undefined
      : 'must be an IP address: Kafka compares no host names',
  );
