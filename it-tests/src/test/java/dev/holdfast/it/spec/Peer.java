package dev.holdfast.it.spec;

import dev.holdfast.it.harness.SharedBroker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.codec.ReadableBuffer;
import org.apache.qpid.proton.message.Message;
import org.apache.qpid.protonj2.test.driver.ProtonTestClient;
import org.apache.qpid.protonj2.test.driver.codec.security.SaslCode;
import org.apache.qpid.protonj2.test.driver.expectations.AttachExpectation;
import org.hamcrest.Description;
import org.hamcrest.Matcher;
import org.hamcrest.Matchers;
import org.hamcrest.TypeSafeMatcher;

/**
 * A scripted client of the shared broker. What is scripted happens in that order; a frame that the
 * script does not expect fails {@link #done}.
 */
final class Peer implements AutoCloseable {
  private static final int WAIT_SECONDS = 15;
  private static final AtomicInteger NAMES = new AtomicInteger();

  final ProtonTestClient script = new ProtonTestClient();

  private Peer() throws IOException {
    script.connect("127.0.0.1", SharedBroker.broker().ready().tcp().getPort());
  }

  /** A name nobody else has. */
  static String unique(String prefix) {
    return prefix + "." + NAMES.incrementAndGet();
  }

  /** A new queue. */
  static String queue() {
    String name = unique("spec.queue");
    SharedBroker.broker().api().createQueue(name);
    return name;
  }

  /** Logged in; the AMQP headers are exchanged. */
  static Peer authenticated() throws IOException {
    Peer peer = new Peer();
    ProtonTestClient script = peer.script;
    script.expectSASLHeader();
    script.expectSaslMechanisms();
    script
        .remoteSaslInit()
        .withMechanism("PLAIN")
        .withInitialResponse(
            script.saslPlainInitialResponse(
                SharedBroker.user().name(), SharedBroker.user().password()))
        .queue();
    script.expectSaslOutcome().withCode(SaslCode.OK);
    script.remoteSASLHeader().now();
    peer.done();
    script.expectAMQPHeader();
    script.remoteAMQPHeader().now();
    return peer.done();
  }

  /** The connection is open. */
  static Peer opened() throws IOException {
    Peer peer = authenticated();
    peer.script.expectOpen();
    peer.script.remoteOpen().withContainerId(unique("spec")).now();
    return peer.done();
  }

  /** A session has begun on channel 0, with ids from 0 and windows of 1,000. */
  static Peer begun() throws IOException {
    return opened().begin();
  }

  /** Begins a session on channel 0. */
  Peer begin() {
    script.expectBegin().withRemoteChannel(0);
    script
        .remoteBegin()
        .withNextOutgoingId(0)
        .withIncomingWindow(1000)
        .withOutgoingWindow(1000)
        .onChannel(0)
        .now();
    return done();
  }

  /** Attaches a sender on this handle and takes the credit. */
  Peer sender(int handle, String address) {
    script.expectAttach().ofReceiver().withHandle(handle);
    script.expectFlow().withHandle(handle).withLinkCredit(Matchers.greaterThan(uint(0)));
    script
        .remoteAttach()
        .ofSender()
        .withName(unique("sender"))
        .withHandle(handle)
        .withInitialDeliveryCount(0)
        .withSource()
        .also()
        .withTarget()
        .withAddress(address)
        .also()
        .now();
    return done();
  }

  /** Attaches a receiver on this handle, without credit. */
  Peer receiver(int handle, String address) {
    attachedReceiver(handle);
    script
        .remoteAttach()
        .ofReceiver()
        .withName(unique("receiver"))
        .withHandle(handle)
        .withSource()
        .withAddress(address)
        .also()
        .withTarget()
        .also()
        .now();
    return done();
  }

  /** The broker's attach for a receiver. */
  AttachExpectation attachedReceiver(int handle) {
    return script.expectAttach().ofSender().withHandle(handle);
  }

  /** Grants credit on top of what has been delivered. */
  Peer credit(int handle, int deliveryCount, int credit) {
    script
        .remoteFlow()
        .withNextIncomingId(deliveryCount)
        .withIncomingWindow(1000)
        .withNextOutgoingId(0)
        .withOutgoingWindow(1000)
        .withHandle(handle)
        .withDeliveryCount(deliveryCount)
        .withLinkCredit(credit)
        .now();
    return this;
  }

  /** Sends messages of text with the delivery-ids from 0 on and waits until they are accepted. */
  Peer send(int handle, String... texts) {
    for (int id = 0; id < texts.length; id++) {
      script.expectDisposition().withFirst(id).withSettled(true).withState().accepted();
      script
          .remoteTransfer()
          .withHandle(handle)
          .withDeliveryId(id)
          .withDeliveryTag(tag(id))
          .withBody()
          .withString(texts[id])
          .also()
          .now();
      done();
    }
    return this;
  }

  /** Puts messages of text into a queue. */
  static void put(String queue, String... texts) throws IOException {
    try (Peer peer = begun().sender(0, queue)) {
      peer.send(0, texts);
    }
  }

  /** A payload that decodes to a message of this kind. */
  static Matcher<ByteBuffer> message(Predicate<Message> kind) {
    return new TypeSafeMatcher<>() {
      @Override
      protected boolean matchesSafely(ByteBuffer payload) {
        Message message = Message.Factory.create();
        message.decode(ReadableBuffer.ByteBufferReader.wrap(payload.duplicate()));
        return kind.test(message);
      }

      @Override
      public void describeTo(Description description) {
        description.appendText("a message as described");
      }
    };
  }

  /** A payload that decodes to a message of this text. */
  static Matcher<ByteBuffer> text(String text) {
    return message(
        message -> message.getBody() instanceof AmqpValue value && text.equals(value.getValue()));
  }

  static byte[] tag(int id) {
    return ByteBuffer.allocate(4).putInt(id).array();
  }

  static org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger uint(long value) {
    return org.apache.qpid.protonj2.test.driver.codec.primitives.UnsignedInteger.valueOf(value);
  }

  /** A whole frame with this performative: its code and the encoded fields of its list. */
  static byte[] frame(int channel, int code, int fieldCount, byte... fields) {
    return ByteBuffer.allocate(14 + fields.length)
        .putInt(14 + fields.length)
        .put((byte) 2)
        .put((byte) 0)
        .putShort((short) channel)
        .put(new byte[] {0, 0x53, (byte) code, (byte) 0xC0})
        .put((byte) (fields.length + 1))
        .put((byte) fieldCount)
        .put(fields)
        .array();
  }

  /** Sends bytes as they are. */
  Peer bytes(byte... bytes) {
    script.remoteBytes().withBytes(bytes).now();
    return this;
  }

  /** Waits until the script has happened. */
  Peer done() {
    script.waitForScriptToComplete(WAIT_SECONDS, TimeUnit.SECONDS);
    return this;
  }

  /** Shows that the session on channel 0 still works and that nothing else was on its way. */
  Peer alive() {
    script.expectFlow().withHandle(Matchers.nullValue());
    return echo().done();
  }

  /** Asks for the session's state. The driver would name a link in a flow of its own. */
  Peer echo() {
    byte windows = (byte) 0x52;
    return bytes(
        frame(
            0,
            0x13,
            10,
            new byte[] {
              0x43, windows, 100, 0x43, windows, 100, 0x40, 0x40, 0x40, 0x40, 0x42, 0x41
            }));
  }

  @Override
  public void close() {
    script.close();
  }
}
