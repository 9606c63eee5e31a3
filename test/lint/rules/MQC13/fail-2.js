console.log('token: ' + response.data.accessToken);
request.log.error(JSON.stringify({ apiKey: options.apiKey }));
