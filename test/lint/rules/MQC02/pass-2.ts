delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
process.env.NODE_EXTRA_CA_CERTS = '/etc/ssl/internal-ca.pem';
