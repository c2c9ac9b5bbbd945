"""What the client for Python can do here. Environment: ENDPOINT, and ACCESS_KEY and SECRET_KEY where users are asked for."""
import os
import sys
import threading
import time
import traceback

from rocketmq import (ClientConfiguration, ConsumeResult, Credentials, FilterExpression, Message, MessageListener,
                      Producer, PushConsumer, SimpleConsumer, TransactionChecker, TransactionResolution)
from rocketmq.grpc_protocol import FilterType

ENDPOINT = os.environ["ENDPOINT"]
KEY, SECRET = os.environ.get("ACCESS_KEY", ""), os.environ.get("SECRET_KEY", "")
RUN = format(int(time.time() * 1000), "x")


def configuration(secret=SECRET):
    return ClientConfiguration(ENDPOINT, Credentials(KEY, secret), request_timeout=5)


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def message(topic, body, tag=None, group=None, due=None, **properties):
    made = Message()
    made.topic, made.body = topic, body.encode()
    if tag:
        made.tag = tag
    if group:
        made.message_group = group
    if due:
        made.delivery_timestamp = due
    for name, value in properties.items():
        made.add_property(name, value)
    return made


class Producing:
    def __init__(self, topic, checker=None, secret=SECRET):
        self.producer = Producer(configuration(secret), (topic,), checker=checker)

    def __enter__(self):
        self.producer.startup()
        return self.producer

    def __exit__(self, *ignored):
        self.producer.shutdown()


class Simple:
    def __init__(self, topic, expression=None, group=None):
        self.consumer = SimpleConsumer(
            configuration(), group or "py-" + topic, {topic: expression or FilterExpression()}, await_duration=5)

    def __enter__(self):
        self.consumer.startup()
        return self.consumer

    def __exit__(self, *ignored):
        self.consumer.shutdown()


def receive(consumer, count, rounds=12):
    """Receives until there are so many, or for so long that no more will come."""
    got = []
    while rounds > 0 and len(got) < count:
        rounds -= 1
        for one in consumer.receive(16, 15) or []:
            check(not one.corrupted, f"the message {one.message_id} is corrupted")
            got.append(one)
            consumer.ack(one)
    return got


def texts(messages):
    return ",".join(sorted(m.body.decode() for m in messages))


def plain():
    topic = f"py-plain-{RUN}"
    with Producing(topic) as producer:
        for i in range(5):
            made = message(topic, f"body {i}", tag="t", colour="red", size="7")
            made.keys = f"k{i}"
            check(producer.send(made).message_id, "a receipt has an id")
    with Simple(topic) as consumer:
        got = receive(consumer, 5)
        check(texts(got) == "body 0,body 1,body 2,body 3,body 4", "got " + texts(got))
        check(got[0].tag == "t" and got[0].properties.get("colour") == "red", "tag and properties")


class Listener(MessageListener):
    def __init__(self):
        self.seen = []
        self.failed = False
        self.lock = threading.Lock()

    def consume(self, one):
        with self.lock:
            if not self.failed:
                self.failed = True
                return ConsumeResult.FAILURE
            self.seen.append(one.body.decode())
            return ConsumeResult.SUCCESS


def push():
    topic = f"py-push-{RUN}"
    listener = Listener()
    with Producing(topic) as producer:
        producer.send(message(topic, "first"))
        consumer = PushConsumer(configuration(), f"py-push-{RUN}", listener, {topic: FilterExpression()})
        consumer.startup()
        for i in range(20):
            producer.send(message(topic, f"m{i}"))
    end = time.time() + 40
    while time.time() < end and len(set(listener.seen)) < 21:
        time.sleep(0.1)
    consumer.shutdown()
    check(len(set(listener.seen)) == 21, f"got {len(set(listener.seen))} of 21")


def ordered():
    topic = f"py-fifo-{RUN}"
    with Producing(topic) as producer:
        for i in range(10):
            producer.send(message(topic, str(i), group="one"))
    with Simple(topic) as consumer:
        got = "".join(m.body.decode() for m in receive(consumer, 10))
        check(got == "0123456789", "got " + got)


def delayed():
    topic = f"py-delay-{RUN}"
    due = int(time.time()) + 4
    with Producing(topic) as producer:
        producer.send(message(topic, "kept", due=due))
        gone = producer.send(message(topic, "gone", due=due))
        check(gone.recall_handle, "a receipt has a recall handle")
        producer.recall_message(topic, gone.recall_handle)
    with Simple(topic) as consumer:
        got = texts(receive(consumer, 2, 3))
        check(got == "kept", "got " + got)
        check(time.time() >= due, "it came early")


class Committing(TransactionChecker):
    def check(self, one):
        return TransactionResolution.COMMIT


def transactions():
    topic = f"py-tran-{RUN}"
    with Producing(topic, Committing()) as producer:
        for text in ("committed", "rolled back", "asked for"):
            transaction = producer.begin_transaction()
            producer.send(message(topic, text), transaction)
            if text == "committed":
                transaction.commit()
            elif text == "rolled back":
                transaction.rollback()
        with Simple(topic) as consumer:
            got = texts(receive(consumer, 2, 15))
            check(got == "asked for,committed", "got " + got)


def filters():
    topic = f"py-filter-{RUN}"
    with Producing(topic) as producer:
        for i in range(6):
            producer.send(message(topic, str(i), tag="odd" if i % 2 else "even", n=str(i)))
    with Simple(topic, FilterExpression("odd")) as consumer:
        got = texts(receive(consumer, 3, 8))
        check(got == "1,3,5", "tag: got " + got)
    with Simple(topic, FilterExpression("n > 2 AND TAGS = 'even'", FilterType.SQL), f"py-sql-{RUN}") as consumer:
        got = texts(receive(consumer, 1, 8))
        check(got == "4", "SQL: got " + got)


def wrong_secret():
    if not KEY:
        return
    topic = f"py-wrong-{RUN}"
    try:
        with Producing(topic, secret="wrong") as producer:
            producer.send(message(topic, "x"))
    except Exception:
        return
    raise AssertionError("a wrong secret is taken")


failures = 0
for work in (plain, push, ordered, delayed, transactions, filters, wrong_secret):
    try:
        work()
        print(f"ok python {work.__name__}", flush=True)
    except Exception as failure:
        failures += 1
        print(f"FAILED python {work.__name__}: {failure}", flush=True)
        if os.environ.get("VERBOSE"):
            traceback.print_exc()
sys.stdout.flush()
os._exit(1 if failures else 0)
