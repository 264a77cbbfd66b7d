package dev.holdfast.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/** The links over which a client gives the broker a new token. */
public final class Cbs {
  private final AmqpSender requests;
  private final AmqpReceiver replies;
  private int sent;

  /**
   * Attaches them.
   *
   * @param client whose connection it is
   * @throws IOException when the connection ends
   */
  public Cbs(AmqpClient client) throws IOException {
    this.requests = client.sender("$cbs");
    this.replies = client.receiver("$cbs");
    assertThat(requests.open() && replies.open()).isTrue();
  }

  /**
   * Gives a token.
   *
   * @param token to be in force from now on
   * @return the status that the broker answers
   * @throws IOException when the connection ends
   */
  public int put(String token) throws IOException {
    String id = "put-" + sent++;
    Message request = Message.Factory.create();
    request.setMessageId(id);
    request.setReplyTo("$cbs");
    request.setApplicationProperties(
        new ApplicationProperties(
            Map.of("operation", "put-token", "type", "jwt", "name", "holdfast")));
    request.setBody(new AmqpValue(token));
    assertThat(requests.sendAndWait(Messages.encode(request))).isInstanceOf(Accepted.class);
    AmqpReceiver.Received reply = replies.receive(30_000).orElseThrow();
    reply.accept();
    Message answer = Messages.decode(reply.bytes());
    assertThat(answer.getCorrelationId()).isEqualTo(id);
    return (int) answer.getApplicationProperties().getValue().get("status-code");
  }
}
