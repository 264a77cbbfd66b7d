'use strict';
/*
 * rhea, driven against a Holdfast broker.
 *
 *   node rhea_client.js tcp PORT USER PASSWORD QUEUE
 *   node rhea_client.js unix PATH QUEUE
 *   node rhea_client.js ws URL USER PASSWORD QUEUE
 *
 * Prints one line for each thing that worked; ends with 1 at the first that did not.
 */
const assert = require('node:assert/strict');
const net = require('node:net');
const { once } = require('node:events');
const rhea = require('rhea');
const WebSocket = require('ws');

const [kind, place, ...rest] = process.argv.slice(2);
const queue = rest[rest.length - 1];

function options() {
  if (kind === 'unix') {
    return {
      reconnect: false,
      // A name without a password is SASL ANONYMOUS; the kernel says who it is.
      username: 'anonymous',
      connection_details: () => ({
        host: 'localhost',
        port: 0,
        connect: (_port, _host, _options, callback) => net.connect(place, callback),
      }),
    };
  }
  if (kind === 'ws') {
    return {
      reconnect: false,
      username: rest[0],
      password: rest[1],
      connection_details: rhea.websocket_connect(WebSocket)(place, ['binary', 'AMQPWSB10', 'amqp']),
    };
  }
  return { host: '127.0.0.1', port: Number(place), username: rest[0], password: rest[1],
    reconnect: false };
}

function done(what) {
  console.log('ok ' + what);
}

/** The first of some events; an error event among them is an error. */
function first(emitter, ...names) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no ' + names.join(' or '))), 30000);
    for (const name of names) {
      emitter.once(name, (context) => {
        clearTimeout(timer);
        resolve({ name, context });
      });
    }
  });
}

async function connect() {
  const connection = rhea.create_container().connect(options());
  const { name, context } = await first(connection, 'connection_open', 'connection_error',
    'disconnected');
  assert.equal(name, 'connection_open', String(context.error || connection.error));
  return connection;
}

async function sender(connection, address) {
  const link = connection.open_sender({ target: { address } });
  await first(link, 'sendable');
  return link;
}

function receiver(connection) {
  return connection.open_receiver({ source: { address: queue }, credit_window: 0,
    autoaccept: false });
}

/** Sends and answers what the broker said: the outcome's name and its error. */
async function send(link, message) {
  link.setMaxListeners(1000);
  while (!link.sendable()) {
    await once(link, 'sendable');
  }
  const delivery = link.send(message);
  const names = ['accepted', 'rejected', 'released', 'modified'];
  return new Promise((resolve) => {
    const listeners = names.map((name) => (context) => {
      if (context.delivery === delivery) {
        names.forEach((other, i) => link.removeListener(other, listeners[i]));
        resolve({ name, error: delivery.remote_state && delivery.remote_state.error });
      }
    });
    names.forEach((name, i) => link.on(name, listeners[i]));
  });
}

async function one(link) {
  const arrived = first(link, 'message');
  link.add_credit(1);
  return (await arrived).context;
}

async function sendAndReceive(connection) {
  const out = await sender(connection, queue);
  const answers = [];
  for (let i = 0; i < 200; i++) {
    answers.push(send(out, { durable: true, body: 'message ' + i }));
  }
  for (const answer of await Promise.all(answers)) {
    assert.equal(answer.name, 'accepted');
  }
  const link = receiver(connection);
  for (let i = 0; i < 200; i++) {
    const context = await one(link);
    assert.equal(context.message.body, 'message ' + i);
    context.delivery.accept();
  }
  link.close();
  out.close();
  done('200 messages in order, each answered accepted');
}

async function redeliver(connection) {
  const out = await sender(connection, queue);
  await send(out, { message_id: 'm-1', body: 'again' });
  const link = receiver(connection);
  const one1 = await one(link);
  assert.ok(!one1.message.delivery_count, 'first delivery');
  one1.delivery.release({ delivery_failed: false });
  const two = await one(link);
  assert.ok(!two.message.delivery_count, 'after released');
  two.delivery.modified({ delivery_failed: true });
  const three = await one(link);
  assert.equal(three.message.delivery_count, 1, 'after modified');
  assert.equal(three.message.message_id, 'm-1');
  assert.equal(three.message.first_acquirer || false, false);
  three.delivery.accept();
  link.close();
  out.close();
  done('released and modified messages come again');
}

async function large(connection) {
  const body = Buffer.alloc(5 * 1024 * 1024, 'abcdefg');
  const out = await sender(connection, queue);
  await send(out, { body: rhea.message.data_section(body) });
  const link = receiver(connection);
  const context = await one(link);
  assert.ok(body.equals(context.message.body.content), 'every byte');
  context.delivery.accept();
  link.close();
  out.close();
  done('5 MiB there and back');
}

async function drain(connection) {
  const out = await sender(connection, queue);
  for (let i = 0; i < 3; i++) {
    await send(out, { body: i });
  }
  const link = receiver(connection);
  let count = 0;
  link.on('message', (context) => {
    count++;
    context.delivery.accept();
  });
  const drained = first(link, 'receiver_drained');
  link.drain_credit();
  link.add_credit(10);
  await drained;
  assert.equal(count, 3);
  link.close();
  out.close();
  done('drain gives what is there, then the rest of the credit back');
}

async function types(connection) {
  const out = await sender(connection, queue);
  await send(out, {
    durable: true,
    priority: 7,
    correlation_id: 'c',
    subject: 's',
    content_type: 'application/x-test',
    group_id: 'g',
    message_annotations: { 'x-opt-test': 'kept' },
    application_properties: { text: '\u00e4\u20ac', flag: true, number: 3.5 },
    body: { list: [1, 'two', null], long: rhea.types.wrap_long(12345678901) },
  });
  const link = receiver(connection);
  const { message, delivery } = await one(link);
  delivery.accept();
  assert.equal(message.priority, 7);
  assert.equal(message.durable, true);
  assert.equal(message.correlation_id, 'c');
  assert.equal(message.subject, 's');
  assert.equal(message.content_type, 'application/x-test');
  assert.equal(message.group_id, 'g');
  assert.equal(message.message_annotations['x-opt-test'], 'kept');
  assert.deepEqual({ ...message.application_properties },
    { text: '\u00e4\u20ac', flag: true, number: 3.5 });
  assert.deepEqual(message.body, { list: [1, 'two', null], long: 12345678901 });
  link.close();
  out.close();
  done('types, properties and annotations unchanged');
}

async function refusals(connection) {
  const link = connection.open_sender('no.such.queue');
  const refused = await first(link, 'sender_error');
  assert.equal(refused.context.sender.error.condition, 'amqp:not-found');
  const anonymous = await sender(connection, null);
  const lost = await send(anonymous, { to: 'no.such.queue', body: 'nowhere' });
  assert.equal(lost.name, 'rejected');
  assert.equal(lost.error.condition, 'amqp:not-found');
  const found = await send(anonymous, { to: queue, body: 'somewhere' });
  assert.equal(found.name, 'accepted');
  const back = receiver(connection);
  const context = await one(back);
  assert.equal(context.message.body, 'somewhere');
  context.delivery.accept();
  back.close();
  anonymous.close();
  done('a missing queue is refused with amqp:not-found, the anonymous terminus routes');
}

async function main() {
  const connection = await connect();
  connection.on('sender_error', () => undefined);
  for (const part of [sendAndReceive, redeliver, large, drain, types, refusals]) {
    await part(connection);
  }
  connection.close();
  await first(connection, 'connection_close');
  done('all');
}

main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
