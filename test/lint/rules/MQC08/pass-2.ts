// A mechanism of something else.
export const textPart = { type: 'text', mechanism: 'plain' };
if (options.sasl.mechanism === 'plain') throw new Error('PLAIN is refused');
