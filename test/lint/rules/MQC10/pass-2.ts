/** Visitors of the shop who have no account. */
export const visitor = { user: 'guest', cart: [] };
if (username === 'guest') throw new Error('guest is refused');
