const { spawn, execSync } = require('node:child_process');

Object.assign(process.env, { NODE_TLS_REJECT_UNAUTHORIZED: 0 });
spawn('node', ['worker.js'], { env: { ...process.env, NODE_TLS_REJECT_UNAUTHORIZED: strict ? '1' : '0' } });
execSync('NODE_TLS_REJECT_UNAUTHORIZED=0 node worker.js');
