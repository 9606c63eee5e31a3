const overview = await fetch(`http://${host}:15672/api/overview`, { headers });
