package dev.holdfast.broker.amqp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.apache.qpid.proton.Proton;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Source;
import org.apache.qpid.proton.amqp.messaging.Target;
import org.apache.qpid.proton.engine.Connection;
import org.apache.qpid.proton.engine.Delivery;
import org.apache.qpid.proton.engine.EndpointState;
import org.apache.qpid.proton.engine.Receiver;
import org.apache.qpid.proton.engine.Sender;
import org.apache.qpid.proton.engine.Session;
import org.apache.qpid.proton.engine.Transport;
import org.apache.qpid.proton.message.Message;
import org.junit.jupiter.api.Test;

/** An engine that nobody here wrote, as client. */
class ProtonClientTest {

  /** Pumps one transport over one socket until something has happened. */
  private static final class Client implements AutoCloseable {
    final Socket socket;
    final Transport transport = Proton.transport();
    final Connection connection = Proton.connection();

    Client(int port) throws IOException {
      socket = new Socket("127.0.0.1", port);
      socket.setSoTimeout(20);
      transport.sasl().client();
      transport.sasl().setMechanisms("ANONYMOUS");
      connection.setContainer("proton");
      connection.open();
      transport.bind(connection);
    }

    void until(BooleanSupplier happened) throws IOException {
      for (int i = 0; i < 5_000 && !happened.getAsBoolean(); i++) {
        pump();
      }
      assertThat(happened.getAsBoolean()).isTrue();
    }

    private void pump() throws IOException {
      while (transport.pending() > 0) {
        ByteBuffer head = transport.head();
        byte[] bytes = new byte[head.remaining()];
        head.get(bytes);
        socket.getOutputStream().write(bytes);
        transport.pop(bytes.length);
      }
      byte[] in = new byte[Math.max(1, Math.min(8192, transport.capacity()))];
      try {
        int n = socket.getInputStream().read(in);
        if (n > 0) {
          transport.tail().put(in, 0, n);
          transport.process();
        }
      } catch (SocketTimeoutException nothingYet) {
        assertThat(nothingYet).isNotNull();
      }
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void sendsReceivesAndCloses() throws Exception {
    int messages = 300;
    byte[] large = new byte[200_000];
    new Random(5).nextBytes(large);
    try (EdgeFixture edge = new EdgeFixture(AmqpLimits.defaults());
        Client client = new Client(edge.port())) {
      Session session = client.connection.session();
      session.open();
      Sender sender = session.sender("s");
      Target target = new Target();
      target.setAddress("proton");
      sender.setTarget(target);
      sender.setSource(new Source());
      sender.open();
      client.until(() -> sender.getCredit() >= messages);
      Delivery[] sent = new Delivery[messages];
      for (int i = 0; i < messages; i++) {
        byte[] encoded = encode(i == 7 ? new String(large, "ISO-8859-1") : "body " + i);
        sent[i] = sender.delivery(("t" + i).getBytes());
        sender.send(encoded, 0, encoded.length);
        sender.advance();
      }
      client.until(() -> Arrays.stream(sent).allMatch(Delivery::remotelySettled));
      assertThat(sent).allMatch(d -> d.getRemoteState() instanceof Accepted);

      Receiver receiver = session.receiver("r");
      Source source = new Source();
      source.setAddress("proton");
      receiver.setSource(source);
      receiver.setTarget(new Target());
      receiver.open();
      receiver.flow(messages);
      for (int i = 0; i < messages; i++) {
        client.until(() -> receiver.current() != null && !receiver.current().isPartial());
        Delivery delivery = receiver.current();
        byte[] bytes = new byte[delivery.pending()];
        receiver.recv(bytes, 0, bytes.length);
        receiver.advance();
        Message message = Proton.message();
        message.decode(bytes, 0, bytes.length);
        Object body = ((AmqpValue) message.getBody()).getValue();
        assertThat(body).isEqualTo(i == 7 ? new String(large, "ISO-8859-1") : "body " + i);
        assertThat(message.isFirstAcquirer()).isTrue();
        delivery.disposition(Accepted.getInstance());
        delivery.settle();
      }
      receiver.drain(10);
      client.until(() -> !receiver.draining());
      receiver.close();
      sender.close();
      client.until(
          () ->
              receiver.getRemoteState() == EndpointState.CLOSED
                  && sender.getRemoteState() == EndpointState.CLOSED);
      session.close();
      client.connection.close();
      client.until(() -> client.connection.getRemoteState() == EndpointState.CLOSED);
      assertThat((Object) client.connection.getRemoteCondition().getCondition()).isNull();
      await().until(() -> edge.domain.size("proton") == 0);
    }
  }

  private static byte[] encode(String text) {
    Message message = Proton.message();
    message.setBody(new AmqpValue(text));
    message.setSubject("s");
    byte[] buffer = new byte[600_000];
    int n = message.encode(buffer, 0, buffer.length);
    return Arrays.copyOf(buffer, n);
  }
}
