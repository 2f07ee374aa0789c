// Starts the emulator on the port given as the first argument and says so in one line.
'use strict';
const TelegramServer = require('telegram-test-api');

const server = new TelegramServer({ host: '127.0.0.1', port: Number(process.argv[2]) });
server.start().then(() => console.log('ready'));
