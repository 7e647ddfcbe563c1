"""The worker of worker.ts in Python, with pika (`pip install pika`).

It counts words, asks what to count, and knows the broker only: what goes over the wire stands in
docs/workers.md. One thread owns the connection, as pika wants it; each run works in a thread of its own
and hands what it says to that thread.
"""

import json
import os
import random
import signal
import threading
import time
from collections import deque

import pika
from pika.exceptions import AMQPError, UnroutableError

AGENT = os.environ.get("WORKER_AGENT", "word-counter")
URL = os.environ.get("THROUGHLINE_RABBITMQ_URL", "amqp://127.0.0.1:5672")
STEP_SECONDS = int(os.environ.get("WORKER_STEP_MS", "500")) / 1000
HEARTBEAT_SECONDS = 15  # well within the lease of 60 s
RETURNED_SECONDS = 1  # between two tries to say what no queue takes
MOST_RUNS = 20
MOST_REMEMBERED = 1_000

SPLIT = {"stepId": "split", "order": 1, "tool": "splitter", "title": "Split the text into words"}
COUNT = {"stepId": "count", "order": 2, "tool": "counter", "title": "Count them"}
CHOICES = ["words", "letters"]


class Cancelled(Exception):
    """The run has ended; nobody hears what is still said in it."""


class Run(threading.Thread):
    """Works on one run: from a request to a question, or from an answer to the result."""

    def __init__(self, request, outbox):
        super().__init__(daemon=True)
        self.request, self.outbox = request, outbox
        self.cancelled = threading.Event()
        self.beat_at = time.monotonic() + HEARTBEAT_SECONDS
        self.about = {"requestId": request["requestId"], "runId": request["runId"]}
        self.count = 0

    def say(self, kind, agent, data):
        """Says something and waits until the broker keeps it. The id names it: a repeat is applied once."""
        if self.cancelled.is_set():
            raise Cancelled
        self.count += 1
        body = {"type": kind, **self.about, "agent": agent, "data": data}
        confirmed = threading.Event()
        self.outbox.append((f"{self.about['runId']}:{self.count}", body, confirmed))
        confirmed.wait()

    def step(self, step, result):
        data = {"stepId": step["stepId"], "stepOrder": step["order"], "tool": step["tool"]}
        self.say("executor.step.progress", "executor-agent", {**data, "status": "running"})
        if self.cancelled.wait(STEP_SECONDS):
            raise Cancelled
        done = {**data, "status": "completed", "result": result}
        self.say("executor.step.progress", "executor-agent", done)

    def run(self):
        try:
            self.work()
        except Cancelled:
            pass
        except Exception as error:  # whatever went wrong is the run's end, not this process's
            self.say("agent.error", AGENT, {"message": str(error), "fatal": True})

    def work(self):
        words = self.request["userQuery"].split()
        if self.request["type"] == "request.start":
            self.say("thought.completed", "thought-agent", {"plan": {"steps": [SPLIT, COUNT]}})
            self.step(SPLIT, {"words": len(words)})
            # Ends this run. The answer comes as request.feedback and is a run of its own.
            question = {"questionId": f"{self.about['runId']}:what", "question": "What should be counted?"}
            self.say("feedback.requested", "executor-agent", {**question, "options": CHOICES})
            return
        what = self.request["answer"] if self.request["answer"] in CHOICES else "words"
        total = len(words) if what == "words" else len("".join(words))
        self.step(COUNT, {what: total})
        self.say("executor.completed", "executor-agent", {what: total})
        self.say("request.completed", AGENT, {"result": {"summary": f"{total} {what}", what: total}})


def read(body):
    """The message in a body; an empty one, which is nobody's, where there is none."""
    try:
        message = json.loads(body)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


class Worker:
    """The agent's way to the broker: it outlives connections, keeps the order, and loses nothing that was said."""

    def __init__(self):
        self.outbox = deque()  # said and not yet confirmed, in order
        self.publish_at = 0.0  # not before, by the monotonic clock
        self.held = deque()  # given to us, and left unacknowledged until there is room
        self.runs = {}
        self.seen = {}
        self.consuming = False
        self.stopping = False

    def serve(self):
        failures = 0
        while not self.stopping:
            try:
                connection = pika.BlockingConnection(pika.URLParameters(URL))
                channel = self.declare(connection)
                print(f"{AGENT} takes requests", flush=True)
                failures = 0
                # A queue that somebody has deleted is declared anew with the next connection.
                while not self.stopping and self.consuming and channel.is_open:
                    connection.process_data_events(time_limit=0.05)
                    self.take(channel)
                    self.publish(channel)
                connection.close()
            except (AMQPError, OSError) as error:
                print(f"no broker: {error!r}", flush=True)
            self.held.clear()  # the broker gives them to somebody else, or here once more
            # Full jitter, so that all workers do not come back at one moment.
            time.sleep(random.random() * min(10, 0.2 * 2**failures))
            failures += 1

    def declare(self, connection):
        channel = connection.channel()
        channel.confirm_delivery()
        channel.exchange_declare("agent.events", "topic", durable=True)
        channel.exchange_declare("agent.requests", "topic", durable=True)
        channel.exchange_declare("agent.control", "fanout", durable=True)
        # The workers of one agent share this queue: a request goes to one of them.
        requests = f"agent.requests.{AGENT}"
        channel.queue_declare(requests, durable=True)
        channel.queue_bind(requests, "agent.requests", "request.*")
        # What is told to all comes in a queue of one's own.
        control = channel.queue_declare("", exclusive=True, auto_delete=True).method.queue
        channel.queue_bind(control, "agent.control", "")
        channel.basic_qos(prefetch_count=1)
        channel.add_on_cancel_callback(self.on_cancelled)
        channel.basic_consume(control, self.on_control, auto_ack=True)
        channel.basic_consume(requests, lambda _channel, method, _properties, body: self.held.append((method, body)))
        self.consuming = True
        return channel

    def on_cancelled(self, _frame):
        self.consuming = False

    def on_control(self, _channel, _method, _properties, body):
        notice = read(body)
        if notice.get("type") != "cancel":
            return
        run_id = notice.get("runId")
        self.remember(run_id)  # it may come before its request
        run = self.runs.get(run_id)
        if run is not None:
            run.cancelled.set()

    def take(self, channel):
        """Acknowledged before it is worked on: from here on the run's lease tells whether we live, not the queue."""
        self.runs = {run_id: run for run_id, run in self.runs.items() if run.is_alive()}
        while self.held and len(self.runs) < MOST_RUNS:
            method, body = self.held.popleft()
            channel.basic_ack(method.delivery_tag)
            # Once the broker has answered anything behind it, no other worker is given the request as well.
            channel.basic_qos(prefetch_count=1)
            request = read(body)
            run_id = request.get("runId")
            # The queue has the requests of all agents, and may bring one twice.
            if request.get("agent") != AGENT or run_id in self.seen:
                continue
            self.remember(run_id)
            self.runs[run_id] = Run(request, self.outbox)
            self.runs[run_id].start()

    def remember(self, run_id):
        self.seen[run_id] = True
        if len(self.seen) > MOST_REMEMBERED:
            self.seen.pop(next(iter(self.seen)))

    def publish(self, channel):
        """Each after the one before it is confirmed: that keeps the order. What fails stays first in line."""
        while self.outbox and time.monotonic() >= self.publish_at:
            message_id, body, confirmed = self.outbox[0]
            try:
                self.send(channel, body, message_id, mandatory=True)
            except UnroutableError:
                # Nothing is said over a gap: it is tried again.
                print(f"no queue takes {body['type']}: is a gateway set up?", flush=True)
                self.publish_at = time.monotonic() + RETURNED_SECONDS
                break
            self.outbox.popleft()
            confirmed.set()
        for run in self.runs.values():
            if time.monotonic() >= run.beat_at:
                run.beat_at = time.monotonic() + HEARTBEAT_SECONDS
                self.send(channel, {"type": "agent.heartbeat", **run.about, "agent": AGENT}, None, mandatory=False)

    @staticmethod
    def send(channel, body, message_id, mandatory):
        properties = pika.BasicProperties(message_id=message_id, delivery_mode=2, content_type="application/json")
        channel.basic_publish("agent.events", body["type"], json.dumps(body), properties, mandatory=mandatory)


if __name__ == "__main__":
    worker = Worker()

    def stop(_signal, _frame):
        # What is unfinished ends by its lease: nobody else knows how far it has come.
        worker.stopping = True

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    worker.serve()
