logger.info(`connecting as ${username} with ${password}`);
this.logger.debug({ url, sasl: { username, password: config.password } }, 'connecting');
