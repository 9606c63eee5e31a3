logger.info(`password of ${service} rotated`, { password: mask(password) });
store.log(secretPath);
