package dev.holdfast.it.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.apache.qpid.proton.amqp.messaging.Accepted;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.ApplicationProperties;
import org.apache.qpid.proton.message.Message;

/** The two links over which a client asks a control node. */
public final class ControlLinks {
  private final String address;
  private final AmqpSender requests;
  private final AmqpReceiver replies;
  private int sent;

  /**
   * Attaches them.
   *
   * @param client whose connection it is
   * @param address of the node
   * @throws IOException when the connection ends
   */
  public ControlLinks(AmqpClient client, String address) throws IOException {
    this.address = address;
    this.requests = client.sender(address);
    this.replies = client.receiver(address);
    assertThat(requests.open() && replies.open()).isTrue();
  }

  /**
   * Asks.
   *
   * @param properties of the request
   * @param body its amqp-value
   * @return the reply
   * @throws IOException when the connection ends
   */
  public Message ask(Map<String, Object> properties, Object body) throws IOException {
    String id = "ask-" + sent++;
    Message request = Message.Factory.create();
    request.setMessageId(id);
    request.setReplyTo(address);
    request.setApplicationProperties(new ApplicationProperties(properties));
    request.setBody(new AmqpValue(body));
    assertThat(requests.sendAndWait(Messages.encode(request))).isInstanceOf(Accepted.class);
    AmqpReceiver.Received reply = replies.receive(30_000).orElseThrow();
    reply.accept();
    Message answer = Messages.decode(reply.bytes());
    assertThat(answer.getCorrelationId()).isEqualTo(id);
    return answer;
  }

  /**
   * The status of a reply.
   *
   * @param reply of {@link #ask}
   * @return as in HTTP
   */
  public static int status(Message reply) {
    return (int) reply.getApplicationProperties().getValue().get("status-code");
  }
}
