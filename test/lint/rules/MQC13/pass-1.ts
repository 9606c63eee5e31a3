logger.info({ username, hasPassword: Boolean(password), tokenLength: token.length }, 'connecting');
logger.debug(password === undefined ? 'no password' : 'with a password');
