"""Qpid Proton's Python binding, driven against a Holdfast broker.

usage: proton_client.py tcp HOST:PORT USER PASSWORD QUEUE
       proton_client.py unix PATH QUEUE

Prints one line for each thing that worked; ends with 1 and a traceback at the first that did not.
"""
import socket
import sys
import uuid

try:
    from proton import Condition, Data, Delivery, Message, Timeout, int32, symbol, timestamp, ulong
    from proton import _io
    from proton.reactor import AtMostOnce, ReceiverOption
    from proton.utils import BlockingConnection, LinkDetached, SendException
except ImportError as missing:
    sys.exit("Qpid Proton's Python binding is not installed (%s): "
             "apt-get install python3-qpid-proton" % missing)


class Credit(ReceiverOption):
    """No credit unless asked for."""

    def apply(self, receiver):
        pass


def done(what):
    print("ok " + what, flush=True)


def expect(actual, wanted, what):
    if actual != wanted:
        raise AssertionError("%s: expected %r, got %r" % (what, wanted, actual))


def use_unix_socket(path):
    """Proton's Python reactor knows TCP only; its address lookup is where a path fits in."""

    def lookup(*_arguments, **_named):
        return [(socket.AF_UNIX, socket.SOCK_STREAM, 0, "", path)]

    def setup(sock):
        sock.setblocking(False)

    socket.getaddrinfo = lookup
    _io.IO._setupsocket = staticmethod(setup)


def send_and_receive(connection, queue):
    sender = connection.create_sender(queue)
    for number in range(200):
        sent = sender.send(Message(body="message %d" % number, durable=True))
        expect(sent.remote_state, Delivery.ACCEPTED, "answer to message %d" % number)
    receiver = connection.create_receiver(queue, credit=50)
    for number in range(200):
        expect(receiver.receive(timeout=20).body, "message %d" % number, "order")
        receiver.accept()
    receiver.close()
    sender.close()
    done("200 messages in order, each answered accepted")


def redeliver(connection, queue):
    sender = connection.create_sender(queue)
    sender.send(Message(body="again", id="m-1"))
    receiver = connection.create_receiver(queue, credit=1)
    first = receiver.receive(timeout=20)
    expect((first.first_acquirer, first.delivery_count), (True, 0), "first delivery")
    receiver.release(delivered=False)
    receiver.link.flow(1)
    second = receiver.receive(timeout=20)
    expect((second.first_acquirer, second.delivery_count), (False, 0), "after released")
    receiver.fetcher.unsettled[-1].local.failed = True
    receiver.release(delivered=True)
    receiver.link.flow(1)
    third = receiver.receive(timeout=20)
    expect((third.first_acquirer, third.delivery_count, third.id), (False, 1, "m-1"),
           "after modified with delivery-failed")
    receiver.accept()
    receiver.close()
    sender.close()
    done("released and modified messages come again, counted as the standard says")


def dead_letter(connection, queue):
    sender = connection.create_sender(queue)
    sender.send(Message(body="unwanted", annotations={"x-opt-mine": "kept"}))
    receiver = connection.create_receiver(queue, credit=1)
    receiver.receive(timeout=20)
    receiver.fetcher.unsettled[-1].local.condition = Condition("app:no", "does not fit")
    receiver.reject()
    receiver.close()
    receiver = connection.create_receiver(queue + "/$dead-letter", credit=1)
    message = receiver.receive(timeout=20)
    expect(message.body, "unwanted", "body")
    expected = {
        "x-opt-mine": "kept",
        "x-opt-hf-reason": "rejected",
        "x-opt-hf-condition": "app:no",
        "x-opt-hf-description": "does not fit",
        "x-opt-hf-origin": queue,
        "x-opt-hf-failures": 1,
        "x-first-death-queue": queue,
        "x-first-death-reason": "rejected",
        "x-opt-ORIG-QUEUE": queue,
        "x-opt-deadletter-source": queue,
    }
    for key, value in expected.items():
        expect(message.annotations.get(key), value, "annotation " + key)
    deaths = list(message.annotations["x-opt-deaths"].elements)
    expect((len(deaths), deaths[0]["queue"]), (1, queue), "x-opt-deaths")
    receiver.accept()
    receiver.close()
    sender.close()
    done("a rejected message says why it is a dead letter, in the words of several brokers")


def connection_loss(connect, connection, queue):
    sender = connection.create_sender(queue)
    sender.send(Message(body="left behind"))
    other = connect()
    receiver = other.create_receiver(queue, credit=1)
    expect(receiver.receive(timeout=20).body, "left behind", "body")
    other.close()
    receiver = connection.create_receiver(queue, credit=1)
    expect(receiver.receive(timeout=20).first_acquirer, False, "after a connection went")
    receiver.accept()
    receiver.close()
    sender.close()
    done("a closed connection gives its messages back")


def large(connection, queue):
    body = bytes(bytearray(range(256))) * (5 * 1024 * 4)
    sender = connection.create_sender(queue)
    sender.send(Message(body=body), timeout=60)
    receiver = connection.create_receiver(queue, credit=1)
    received = receiver.receive(timeout=60)
    expect(len(received.body), len(body), "size")
    expect(bytes(received.body) == body, True, "every byte")
    receiver.accept()
    receiver.close()
    sender.close()
    done("5 MiB there and back")


def drain(connection, queue):
    sender = connection.create_sender(queue)
    for number in range(3):
        sender.send(Message(body=number))
    receiver = connection.create_receiver(queue, credit=1, options=Credit())
    receiver.link.drain(10)
    connection.wait(lambda: not receiver.link.draining(), timeout=20)
    for _ in range(3):
        receiver.receive(timeout=20)
        receiver.accept()
    receiver.link.drain(5)
    connection.wait(lambda: not receiver.link.draining(), timeout=20)
    expect(receiver.link.credit, 0, "credit after draining an empty queue")
    receiver.close()
    sender.close()
    done("drain gives what is there, then the rest of the credit back")


def types(connection, queue):
    identity = uuid.UUID("11111111-2222-3333-4444-555555555555")
    body = {"int": int32(-1), "list": [1, "two", None, True], "uuid": identity,
            "time": timestamp(1700000000000), "nested": {"a": [ulong(2 ** 63)]}}
    sent = Message(body=body, id=identity, correlation_id=ulong(7), subject="s", reply_to="r",
                   content_type=symbol("application/x-test"), group_id="g", group_sequence=3,
                   user_id=b"", priority=7, durable=True)
    sent.properties = {"text": "\u00e4\u20ac", "flag": False, "number": 3.5}
    sent.annotations = {symbol("x-opt-test"): "kept"}
    sender = connection.create_sender(queue)
    sender.send(sent)
    receiver = connection.create_receiver(queue, credit=1)
    got = receiver.receive(timeout=20)
    receiver.accept()
    expect(got.body, body, "body")
    for name in ("id", "correlation_id", "subject", "reply_to", "content_type", "group_id",
                 "group_sequence", "properties", "priority", "durable"):
        expect(getattr(got, name), getattr(sent, name), name)
    expect(got.annotations["x-opt-test"], "kept", "annotation")
    receiver.close()
    sender.close()
    done("types, properties and annotations unchanged")


def presettled(connection, queue):
    sender = connection.create_sender(queue, options=AtMostOnce())
    sender.link.send(Message(body="fire and forget"))
    receiver = connection.create_receiver(queue, credit=1, options=AtMostOnce())
    expect(receiver.receive(timeout=20).body, "fire and forget", "body")
    receiver.close()
    receiver = connection.create_receiver(queue, credit=1)
    try:
        raise AssertionError("a message settled by its sender came again: %r"
                             % receiver.receive(timeout=1))
    except Timeout:
        done("settled on sending, both ways")
    receiver.close()
    sender.close()


def anonymous_terminus(connection, queue):
    sender = connection.create_sender(None)
    sender.send(Message(address=queue, body="by its own address"))
    receiver = connection.create_receiver(queue, credit=1)
    expect(receiver.receive(timeout=20).body, "by its own address", "body")
    receiver.accept()
    receiver.close()
    try:
        sender.send(Message(address="no.such.queue", body="nowhere"))
        raise AssertionError("a message to a missing queue was accepted")
    except SendException as refused:
        expect(refused.state, Delivery.REJECTED, "unroutable")
    sender.close()
    done("anonymous terminus routes by the message's address")


def unknown_queue(connection):
    for create in (connection.create_sender, connection.create_receiver):
        try:
            create("no.such.queue")
            raise AssertionError("a link to a missing queue was accepted")
        except LinkDetached as refused:
            expect(refused.condition, "amqp:not-found", "condition")
    done("a missing queue is refused with amqp:not-found")


def main(arguments):
    if arguments[0] == "unix":
        use_unix_socket(arguments[1])
        queue = arguments[2]

        def connect():
            return BlockingConnection("amqp://localhost", timeout=30, allowed_mechs="ANONYMOUS")
    else:
        _, address, user, password, queue = arguments

        def connect():
            return BlockingConnection("amqp://" + address, timeout=30, user=user,
                                      password=password, allowed_mechs="PLAIN",
                                      allow_insecure_mechs=True)

    connection = connect()
    send_and_receive(connection, queue)
    redeliver(connection, queue)
    dead_letter(connection, queue)
    connection_loss(connect, connection, queue)
    large(connection, queue)
    drain(connection, queue)
    types(connection, queue)
    presettled(connection, queue)
    anonymous_terminus(connection, queue)
    unknown_queue(connection)
    connection.close()
    done("all")


if __name__ == "__main__":
    main(sys.argv[1:])
