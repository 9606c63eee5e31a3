import mqwarden from 'mqwarden/eslint-plugin';
import tseslint from 'typescript-eslint';

export default [
  { files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } },
  mqwarden.configs.recommended,
  {
    // The one place where a client may be made: what it makes is checked there.
    files: ['src/clients/**'],
    rules: { 'mqwarden/own-client': 'off' },
  },
];
