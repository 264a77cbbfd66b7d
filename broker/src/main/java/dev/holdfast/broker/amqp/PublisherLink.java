package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.FrameOutput;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.codec.Transfer;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/**
 * A link on which the peer sends.
 *
 * <p>Invariant: credit + messages handed to the domain and not answered ≤ the window. Credit is
 * topped up when a quarter of the window is free, so flows are rare. Event-loop thread.
 */
final class PublisherLink implements Link, PublisherPort {

  /**
   * A pre-settled message is confirmed to the edge only every so often: enough to know how much is
   * on its way without one answer each.
   */
  private static final int SILENT_MESSAGES = 64;

  private static final long SILENT_BYTES = 256 * 1024;

  /** What one answer frees; {@code settled}: the peer wants no disposition. */
  private record Token(int deliveryId, int messages, long bytes, boolean settled) {}

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Attach reply;
  private final boolean anonymous;
  private final int window;
  private final Incoming incoming = new Incoming();
  private long maxMessageBytes;
  private int deliveryCount;
  private int credit;
  private int unanswered;
  private int silentMessages;
  private long silentBytes;
  private boolean left;

  PublisherLink(LinkEnd end, Attach reply, TargetRequest target, int initialDeliveryCount) {
    this.end = end;
    this.connection = end.session.connection;
    this.reply = reply;
    this.anonymous = target.anonymous();
    this.window = connection.limits().perConnection().publisherCredit();
    this.deliveryCount = initialDeliveryCount;
    end.belongsTo(this);
    connection.edge.submit(new OwnerCommand.OpenPublisher(this, connection.peer(), target));
  }

  @Override
  public LinkEnd end() {
    return end;
  }

  @Override
  public EdgeLoop loop() {
    return connection.edge;
  }

  @Override
  public void opened(NodeInfo node) {
    connection.run(
        () -> {
          maxMessageBytes = Math.min(node.maxMessageBytes(), connection.limits().maxMessageBytes());
          Replies.maxMessageSize(reply, maxMessageBytes);
          if (end.attached(reply)) {
            topUp();
          } else {
            leave(LinkEnding.DETACHED);
          }
        });
  }

  @Override
  public void closed(NodeError error) {
    connection.run(
        () -> {
          boolean wasOpening = !end.isAttached();
          if (wasOpening) {
            reply.setTarget(null);
            end.refused(reply, AmqpErrors.of(error));
          } else {
            end.detach(AmqpErrors.of(error));
          }
          left = true;
          drop();
        });
  }

  @Override
  public void answered(List<PublishAnswer> answers) {
    connection.run(
        () -> {
          for (PublishAnswer answer : answers) {
            answer((Token) answer.token(), answer.error());
          }
          topUp();
        });
  }

  private void answer(Token token, @Nullable NodeError error) {
    unanswered -= token.messages;
    connection.answered(token.bytes);
    if (!end.isAttached()) {
      return;
    }
    if (token.settled) {
      if (error != null && anonymous) {
        end.detach(AmqpErrors.of(error));
        leave(LinkEnding.DETACHED);
      }
    } else if (error == null) {
      end.session.accepted(token.deliveryId);
    } else {
      end.session.rejected(token.deliveryId, AmqpErrors.of(error));
    }
  }

  /** Grants what is free, in one flow. */
  private void topUp() {
    int free = window - credit - unanswered;
    if (end.isAttached() && free >= Math.max(1, window / 4) && !connection.isClosing()) {
      credit += free;
      sendFlow();
    }
  }

  private void sendFlow() {
    end.session.flow(new FrameOutput.LinkState(end.handle, deliveryCount, credit, -1, false));
  }

  @Override
  public void flow(Flow flow) {
    if (!end.isAttached()) {
      return;
    }
    if (flow.deliveryCount >= 0) {
      // A sender that gives up credit moves its count ahead of what it sent.
      int skipped = (int) flow.deliveryCount - deliveryCount;
      if (skipped > 0 && skipped <= credit) {
        deliveryCount += skipped;
        credit -= skipped;
        topUp();
      }
    }
    if (flow.echo) {
      sendFlow();
    }
  }

  /** Whether a delivery has begun and not ended. */
  boolean isReceiving() {
    return incoming.isActive();
  }

  /** Its delivery-id. */
  int receivingId() {
    return incoming.deliveryId();
  }

  /** One transfer; the payload ends at {@code to}. */
  void transfer(Transfer t, byte[] b, int to) {
    if (end.isOpening()) {
      throw new FaultException(Fault.NO_CREDIT, FaultException.Scope.SESSION);
    }
    if (!end.isAttached()) {
      return;
    }
    boolean continues = incoming.isActive();
    if (!continues && !begin(t)) {
      return;
    }
    if (continues && t.deliveryId >= 0 && (int) t.deliveryId != incoming.deliveryId()) {
      fail(Fault.INTERLEAVED);
      return;
    }
    incoming.settle(t.settled);
    if (t.aborted) {
      dropPartial();
      finishDelivery();
      return;
    }
    int bytes = to - t.payloadFrom;
    if (incoming.bytes() + bytes > maxMessageBytes) {
      fail(Fault.MESSAGE_SIZE);
      return;
    }
    if (t.more) {
      incoming.append(b, t.payloadFrom, to);
      if (!connection.unfinished(bytes)) {
        fail(Fault.UNFINISHED);
      }
      return;
    }
    finishDelivery();
    if (incoming.bytes() == 0) {
      publish(b, t.payloadFrom, to);
    } else {
      connection.unfinished(-incoming.bytes());
      byte[] whole = incoming.join(b, t.payloadFrom, to);
      publish(whole, 0, whole.length);
    }
    incoming.reset();
  }

  private boolean begin(Transfer t) {
    if (t.tagBytes < 1 || t.tagBytes > 32) {
      fail(Fault.DELIVERY_TAG);
      return false;
    }
    if (credit <= 0) {
      fail(Fault.NO_CREDIT);
      return false;
    }
    incoming.begin((int) t.deliveryId, t.messageFormat);
    return true;
  }

  private void finishDelivery() {
    credit--;
    deliveryCount++;
  }

  private void publish(byte[] b, int from, int to) {
    MessageView view = connection.edge.view;
    int id = incoming.deliveryId();
    boolean settled = incoming.isSettled();
    if (!view.scan(b, from, to)) {
      refuse(id, settled, Fault.MESSAGE_MALFORMED);
      return;
    }
    String address = "";
    if (anonymous) {
      String named = view.to();
      if (named == null) {
        refuse(id, settled, Fault.NO_TO);
        return;
      }
      address = named;
    }
    byte[] body =
        from == view.bareFrom() && from == 0 && to == b.length
            ? b
            : Arrays.copyOfRange(b, view.bareFrom(), to);
    IncomingMessage message =
        new IncomingMessage(
            view.durable(),
            view.priority(),
            view.ttlMs(),
            view.expiryMs(),
            incoming.messageFormat(),
            body);
    hand(address, message, id, settled);
  }

  private void hand(String address, IncomingMessage message, int id, boolean settled) {
    long bytes = message.body().length;
    unanswered++;
    connection.held(bytes);
    int messages = 1;
    boolean confirm = true;
    if (settled && !anonymous) {
      silentMessages++;
      silentBytes += bytes;
      confirm = silentMessages >= SILENT_MESSAGES || silentBytes >= SILENT_BYTES;
      messages = silentMessages;
      bytes = silentBytes;
      if (confirm) {
        silentMessages = 0;
        silentBytes = 0;
      }
    }
    if (confirm) {
      connection.awaitsAnswer();
    }
    connection.edge.submit(
        new OwnerCommand.Publish(
            this, address, message, new Token(id, messages, bytes, settled), confirm));
  }

  private void refuse(int id, boolean settled, Fault fault) {
    if (settled) {
      fail(fault);
    } else {
      end.session.rejected(id, AmqpErrors.of(fault));
      topUp();
    }
  }

  private void fail(Fault fault) {
    end.detach(AmqpErrors.of(fault));
    leave(LinkEnding.DETACHED);
  }

  private void leave(LinkEnding ending) {
    if (!left) {
      left = true;
      drop();
      connection.edge.submit(new OwnerCommand.ClosePublisher(this, ending));
    }
  }

  private void drop() {
    dropPartial();
    // No answer will ever come for these; they are as good as done.
    connection.held(-silentBytes);
    unanswered -= silentMessages;
    silentBytes = 0;
    silentMessages = 0;
  }

  private void dropPartial() {
    connection.unfinished(-incoming.bytes());
    incoming.reset();
  }

  @Override
  public void detached(boolean closed) {
    if (end.isLive()) {
      leave(closed ? LinkEnding.CLOSED : LinkEnding.DETACHED);
    }
    end.peerDetached(closed);
  }

  @Override
  public void lost(boolean clean) {
    if (end.isLive()) {
      leave(clean ? LinkEnding.ENDED : LinkEnding.LOST);
    }
    end.lost();
  }

  @Override
  public void expel(ErrorCondition error) {
    if (end.isAttached()) {
      end.detach(error);
      leave(LinkEnding.DETACHED);
    }
  }
}
