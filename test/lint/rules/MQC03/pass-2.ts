import tls from 'node:tls';

if (tls.DEFAULT_MIN_VERSION === 'TLSv1') throw new Error('TLSv1 is refused');
