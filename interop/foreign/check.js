// What the client for Node.js can do here. Environment: ENDPOINT, and ACCESS_KEY and SECRET_KEY where users are asked for.
const {
  ConsumeResult, FilterExpression, Producer, PushConsumer, SimpleConsumer,
} = require('rocketmq-client-nodejs');
const { FilterType, TransactionResolution } = require('rocketmq-client-nodejs/proto/apache/rocketmq/v2/definition_pb');

const endpoints = process.env.ENDPOINT;
const sessionCredentials = process.env.ACCESS_KEY
  ? { accessKey: process.env.ACCESS_KEY, accessSecret: process.env.SECRET_KEY }
  : undefined;
const silent = { info() {}, debug() {}, warn() {}, error() {} };
const logger = process.env.VERBOSE ? console : silent;
const run = Date.now().toString(36);
const common = { endpoints, namespace: '', sessionCredentials, logger };
let failures = 0;

function check(condition, text) {
  if (!condition) throw new Error(text);
}

async function step(name, work) {
  const timer = setTimeout(() => {
    console.log(`FAILED ${name}: no end`);
    process.exit(1);
  }, 120_000);
  try {
    await work();
    console.log(`ok ${name}`);
  } catch (e) {
    failures++;
    console.log(`FAILED ${name}: ${process.env.VERBOSE ? e.stack : e.message}`);
  } finally {
    clearTimeout(timer);
  }
}

async function producing(topic, work, more = {}) {
  const producer = new Producer({ ...common, topics: [topic], ...more });
  await producer.startup();
  try {
    return await work(producer);
  } finally {
    await producer.shutdown();
  }
}

async function simple(topic, expression, work) {
  const consumer = new SimpleConsumer({
    ...common, consumerGroup: `node-${topic}`, awaitDuration: 5_000, subscriptions: new Map([[topic, expression]]),
  });
  await consumer.startup();
  try {
    return await work(consumer);
  } finally {
    await consumer.shutdown();
  }
}

// Receives until there are so many, or for so long that no more will come.
async function receive(consumer, count, rounds = 12) {
  const all = [];
  for (let i = 0; i < rounds && all.length < count; i++) {
    for (const message of await consumer.receive(16, 15_000)) {
      check(!message.corrupted, `the message ${message.messageId} is corrupted`);
      all.push(message);
      await consumer.ack(message);
    }
  }
  return all;
}

const texts = (messages) => messages.map((m) => m.body.toString()).sort().join();

async function plain() {
  const topic = `node-plain-${run}`;
  const properties = new Map([['colour', 'red'], ['size', '7']]);
  await producing(topic, async (producer) => {
    for (let i = 0; i < 5; i++) {
      const receipt = await producer.send({ topic, body: Buffer.from(`body ${i}`), tag: 't', keys: [`k${i}`], properties });
      check(receipt.messageId, 'a receipt has an id');
    }
  });
  await simple(topic, '*', async (consumer) => {
    const got = await receive(consumer, 5);
    check(texts(got) === 'body 0,body 1,body 2,body 3,body 4', `got ${texts(got)}`);
    check(got[0].tag === 't' && got[0].keys.length === 1, 'tag and key');
    check(got[0].properties.get('colour') === 'red' && got[0].properties.get('size') === '7', 'properties');
  });
}

async function push() {
  const topic = `node-push-${run}`;
  const seen = [];
  let failed = false;
  await producing(topic, (producer) => producer.send({ topic, body: Buffer.from('first') }));
  const consumer = new PushConsumer({
    ...common, consumerGroup: `node-push-${run}`, subscriptions: new Map([[topic, '*']]),
    messageListener: {
      async consume(message) {
        if (!failed) {
          failed = true;
          return ConsumeResult.FAILURE;
        }
        seen.push(message.body.toString());
        return ConsumeResult.SUCCESS;
      },
    },
  });
  await consumer.startup();
  await producing(topic, async (producer) => {
    for (let i = 0; i < 20; i++) await producer.send({ topic, body: Buffer.from(`m${i}`) });
  });
  for (let i = 0; i < 300 && seen.length < 21; i++) await new Promise((r) => setTimeout(r, 100));
  await consumer.shutdown();
  check(new Set(seen).size === 21, `got ${new Set(seen).size} of 21`);
}

async function ordered() {
  const topic = `node-fifo-${run}`;
  await producing(topic, async (producer) => {
    for (let i = 0; i < 10; i++) await producer.send({ topic, body: Buffer.from(`${i}`), messageGroup: 'one' });
  });
  await simple(topic, '*', async (consumer) => {
    const got = (await receive(consumer, 10)).map((m) => m.body.toString()).join('');
    check(got === '0123456789', `got ${got}`);
  });
}

async function delayed() {
  const topic = `node-delay-${run}`;
  const due = new Date(Date.now() + 4_000);
  await producing(topic, async (producer) => {
    const kept = await producer.send({ topic, body: Buffer.from('kept'), deliveryTimestamp: due });
    const gone = await producer.send({ topic, body: Buffer.from('gone'), deliveryTimestamp: due });
    check(kept.recallHandle && gone.recallHandle, 'receipts have recall handles');
    const recalled = await producer.recallMessage(topic, gone.recallHandle);
    check(recalled.messageId === gone.messageId, `recalled ${recalled.messageId}, not ${gone.messageId}`);
  });
  await simple(topic, '*', async (consumer) => {
    const got = await receive(consumer, 2, 3);
    check(texts(got) === 'kept', `got ${texts(got)}`);
    check(Date.now() >= due.getTime() - 100, 'it came early');
  });
}

async function transactions() {
  const topic = `node-tran-${run}`;
  const checker = { check: async () => TransactionResolution.COMMIT };
  await producing(topic, async (producer) => {
    for (const text of ['committed', 'rolled back', 'asked for']) {
      const transaction = producer.beginTransaction();
      await producer.send({ topic, body: Buffer.from(text) }, transaction);
      if (text === 'committed') await transaction.commit();
      if (text === 'rolled back') await transaction.rollback();
    }
    await simple(topic, '*', async (consumer) => {
      const got = await receive(consumer, 2, 15);
      check(texts(got) === 'asked for,committed', `got ${texts(got)}`);
    });
  }, { checker });
}

async function filters() {
  const topic = `node-filter-${run}`;
  await producing(topic, async (producer) => {
    for (let i = 0; i < 6; i++) {
      await producer.send({
        topic, body: Buffer.from(`${i}`), tag: i % 2 ? 'odd' : 'even', properties: new Map([['n', `${i}`]]),
      });
    }
  });
  await simple(topic, 'odd', async (consumer) => {
    const got = texts(await receive(consumer, 3, 4));
    check(got === '1,3,5', `tag: got ${got}`);
  });
  const sql = new FilterExpression('n > 2 AND TAGS = \'even\'', FilterType.SQL);
  const consumer = new SimpleConsumer({
    ...common, consumerGroup: `node-sql-${run}`, awaitDuration: 5_000, subscriptions: new Map([[topic, sql]]),
  });
  await consumer.startup();
  const got = texts(await receive(consumer, 1, 4));
  await consumer.shutdown();
  check(got === '4', `SQL: got ${got}`);
}

async function wrongSecret() {
  if (!sessionCredentials) return;
  const producer = new Producer({
    ...common, topics: [`node-wrong-${run}`], sessionCredentials: { ...sessionCredentials, accessSecret: 'wrong' },
  });
  try {
    await Promise.race([
      producer.startup().then(() => producer.send({ topic: `node-wrong-${run}`, body: Buffer.from('x') })),
      new Promise((r, refuse) => setTimeout(() => refuse(new Error('in silence')), 10_000)),
    ]);
  } catch (e) {
    check(e.message !== 'in silence', 'neither refused nor let in for 10 s'); // the client's own text hides the reason
    return;
  }
  throw new Error('a wrong secret is taken');
}

(async () => {
  for (const one of [plain, push, ordered, delayed, transactions, filters, wrongSecret]) await step(`node ${one.name}`, one);
  process.exit(failures ? 1 : 0);
})();
