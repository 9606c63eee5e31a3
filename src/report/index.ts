export { agesAsText } from './ages.ts';
export { applyAsText, failuresAsText, questionAsText } from './apply-text.ts';
export { errorAsJson, errorAsText } from './error.ts';
export { importAsText, importRemarks } from './import-text.ts';
export { rotationQuestion, rotationsAsText, stepAsText } from './rotations.ts';
export { planAsText } from './text.ts';
