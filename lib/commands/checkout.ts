import { resolve } from 'node:path';

/** The project's own directory, whatever directory the command was called from. */
export const checkout = resolve(__dirname, '..', '..');
