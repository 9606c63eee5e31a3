export { applyAsText, failuresAsText, questionAsText } from './apply-text.ts';
export { errorAsJson, errorAsText } from './error.ts';
export { importAsText, importRemarks } from './import-text.ts';
export { planAsText } from './text.ts';
