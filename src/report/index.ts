export { applyAsText, outcomeAsText } from './apply-text.ts';
export { errorAsJson, errorAsText } from './error.ts';
export { planAsText } from './text.ts';
