package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.Flow;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.codec.PrincipalName;
import dev.holdfast.broker.amqp.terminus.TargetReply;
import dev.holdfast.broker.domain.EdgeLoop;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.LinkEnding;
import dev.holdfast.broker.domain.NodeError;
import dev.holdfast.broker.domain.NodeInfo;
import dev.holdfast.broker.domain.OwnerCommand;
import dev.holdfast.broker.domain.PublishAnswer;
import dev.holdfast.broker.domain.PublisherPort;
import dev.holdfast.broker.domain.TargetRequest;
import dev.holdfast.broker.domain.Upload;
import java.util.List;
import org.apache.qpid.proton.amqp.transport.Attach;
import org.apache.qpid.proton.amqp.transport.ErrorCondition;
import org.jspecify.annotations.Nullable;

/** A link on which the peer sends messages to a node. Event-loop thread. */
final class PublisherLink implements ReceivingLink, PublisherPort, Streaming.Sink {

  /**
   * A pre-settled message is confirmed to the edge only every so often: enough to know how much is
   * on its way without one answer each.
   */
  private static final int SILENT_MESSAGES = 64;

  private static final long SILENT_BYTES = 256 * 1024;

  /** What one answer frees; {@code settled}: the peer wants no disposition. */
  private record Token(
      int deliveryId, int messages, long bytes, boolean settled, long transaction) {}

  private final LinkEnd end;
  private final AmqpConnection connection;
  private final Attach reply;
  private final TargetRequest target;
  private final PrincipalName sender;
  private final boolean anonymous;
  private final boolean takesRejected;
  private final Receiver receiver;
  private int silentMessages;
  private long silentBytes;
  private MessageIntake.Ids messageIds = MessageIntake.Ids.PERHAPS;
  private boolean left;

  /**
   * Makes one.
   *
   * @param takesRejected whether the source lists the outcome rejected; if not, a refusal is told
   *     by detaching
   */
  PublisherLink(
      LinkEnd end,
      Attach reply,
      TargetRequest target,
      boolean takesRejected,
      int initialDeliveryCount) {
    this.end = end;
    this.connection = end.session.connection;
    this.reply = reply;
    this.anonymous = target.anonymous();
    this.receiver =
        new Receiver(
            end,
            this,
            connection.limits().perConnection().publisherCredit(),
            initialDeliveryCount,
            end.renews ? null : connection.standing.use());
    this.target = target;
    this.takesRejected = takesRejected;
    this.sender = new PrincipalName(connection.principal().name());
    end.belongsTo(this);
  }

  /** Asks the domain for what the peer wants. */
  void open() {
    if (!left) {
      connection.edge.submit(new OwnerCommand.OpenPublisher(this, connection.peer(), target));
    }
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
          long maxMessageBytes =
              Math.min(
                  node.maxMessageBytes(),
                  Math.min(
                      connection.limits().maxMessageBytes(),
                      connection.standing.use().messageBytes()));
          Replies.maxMessageSize(reply, maxMessageBytes);
          TargetReply.fill(reply, target, node);
          messageIds =
              anonymous
                  ? MessageIntake.Ids.PERHAPS
                  : node.byMessageId() ? MessageIntake.Ids.HEEDED : MessageIntake.Ids.IGNORED;
          if (end.attached(reply)) {
            receiver.open(maxMessageBytes);
          } else {
            leave(LinkEnding.DETACHED);
          }
        });
  }

  @Override
  public void closed(NodeError error) {
    connection.run(
        () -> {
          left = true;
          drop();
          end(AmqpErrors.of(error));
        });
  }

  private void end(ErrorCondition error) {
    if (end.isAttached()) {
      end.detach(error);
    } else {
      reply.setTarget(null);
      end.refused(reply, error);
    }
  }

  @Override
  public void answered(List<PublishAnswer> answers) {
    connection.run(
        () -> {
          for (PublishAnswer answer : answers) {
            answer((Token) answer.token(), answer);
          }
          receiver.topUp();
        });
  }

  private void answer(Token token, PublishAnswer answer) {
    NodeError error = answer.error();
    receiver.answered(token.messages);
    connection.answered(token.bytes);
    if (!end.isAttached()) {
      return;
    }
    if (token.settled) {
      if (error != null && anonymous) {
        fail(AmqpErrors.of(error));
      }
    } else if (error == null) {
      end.session.answers.accepted(token.deliveryId, token.transaction);
    } else {
      reject(token.deliveryId, token.transaction, AmqpErrors.of(error, answer.sequence()));
    }
  }

  @Override
  public Receiver receiver() {
    return receiver;
  }

  @Override
  public void flow(Flow flow) {
    receiver.flow(flow);
  }

  @Override
  public void arrived(byte[] b, int from, int to) {
    MessageView view = connection.edge.view;
    Incoming incoming = receiver.incoming();
    Fault fault =
        end.isFrozen() ? Fault.TOKEN_EXPIRED : MessageIntake.scan(view, b, from, to, sender);
    String address = "";
    if (fault == null && anonymous) {
      String named = view.to();
      address = named == null ? "" : named;
      fault = named == null ? Fault.NO_TO : null;
    }
    if (fault != null) {
      refuse(incoming, fault);
    } else {
      hand(
          address,
          MessageIntake.take(view, b, from, to, incoming.messageFormat(), messageIds),
          incoming);
    }
  }

  @Override
  public @Nullable Streaming begins(byte[] b) {
    MessageView view = connection.edge.view;
    if (!view.scanHead(b, 0, b.length)) {
      return null;
    }
    int bodyFrom = view.bodyFrom();
    String to = anonymous ? view.to() : "";
    Fault fault = MessageIntake.fault(view, sender);
    if (fault == null && to == null) {
      fault = Fault.NO_TO;
    }
    int format = receiver.incoming().messageFormat();
    Streaming streaming =
        new Streaming(
            this,
            connection.budget,
            to == null ? "" : to,
            MessageIntake.take(view, b, 0, bodyFrom, format, messageIds),
            view.isTypedAsSealed(),
            fault);
    streaming.take(b, bodyFrom, b.length);
    return streaming;
  }

  @Override
  public void arrived(Streaming message) {
    if (end.isFrozen()) {
      message.drop();
      refuse(receiver.incoming(), Fault.TOKEN_EXPIRED);
      return;
    }
    Fault fault = message.end();
    if (fault == null) {
      hand(message.address(), message.message(), receiver.incoming());
    } else {
      refuse(receiver.incoming(), fault);
    }
  }

  @Override
  public void part(Upload upload, byte[] bytes) {
    connection.budget.partHanded(bytes.length);
    connection.edge.submit(new OwnerCommand.StorePart(this, upload, bytes));
  }

  @Override
  public void dropped(Upload upload) {
    connection.edge.submit(new OwnerCommand.DropUpload(upload));
  }

  @Override
  public void partStored(int bytes) {
    connection.run(() -> connection.budget.partStored(bytes));
  }

  private void hand(String address, IncomingMessage message, Incoming incoming) {
    boolean settled = incoming.isSettled();
    long bytes = message.body().length;
    receiver.awaitsAnswer();
    connection.budget.held(bytes);
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
    long transaction = incoming.transaction();
    Token token = new Token(incoming.deliveryId(), messages, bytes, settled, transaction);
    connection.edge.submit(
        new OwnerCommand.Publish(this, address, message, token, confirm, transaction));
  }

  private void refuse(Incoming incoming, Fault fault) {
    if (incoming.isSettled()) {
      fail(fault);
    } else {
      spoil(incoming.transaction(), fault.sentence());
      reject(incoming.deliveryId(), incoming.transaction(), AmqpErrors.of(fault));
      receiver.topUp();
    }
  }

  /** What the edge refuses is missing in its transaction, which must not be committed without. */
  private void spoil(long transaction, String why) {
    if (transaction != OwnerCommand.NO_TRANSACTION) {
      connection.edge.submit(new OwnerCommand.FailTransaction(connection.peer(), transaction, why));
    }
  }

  @Override
  public void missed(long transaction) {
    spoil(transaction, "its link had been detached");
  }

  private void reject(int deliveryId, long transaction, ErrorCondition error) {
    if (takesRejected) {
      end.session.answers.rejected(deliveryId, transaction, error);
    } else {
      fail(error);
    }
  }

  @Override
  public void fail(Fault fault) {
    spoil(receiver.incoming().transaction(), fault.sentence());
    fail(AmqpErrors.of(fault));
  }

  private void fail(ErrorCondition error) {
    end.detach(error);
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
    receiver.ended();
    // No answer will ever come for these; they are as good as done.
    connection.budget.held(-silentBytes);
    receiver.answered(silentMessages);
    silentBytes = 0;
    silentMessages = 0;
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
    if (end.isLive()) {
      leave(LinkEnding.DETACHED);
      end(error);
    }
  }
}
