package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.BodyDigest;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.codec.PrincipalName;
import dev.holdfast.broker.amqp.codec.ReservedAnnotations;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Makes of an encoded message what the domain takes. Event-loop thread. */
final class MessageIntake {

  /** When message-ids are looked at: they may stand for idempotency keys. */
  enum Ids {
    /** The node does not go by them. */
    IGNORED,
    /** The node goes by them. */
    HEEDED,
    /** The anonymous terminus: a message's node may go by them. */
    PERHAPS
  }

  private MessageIntake() {}

  /**
   * Looks at a message.
   *
   * @return why it is not acceptable; null: it is
   */
  static @Nullable Fault scan(MessageView view, byte[] b, int from, int to, PrincipalName sender) {
    return view.scan(b, from, to) ? fault(view, sender) : Fault.MESSAGE_MALFORMED;
  }

  /** What is wrong with what the view has looked at; null: nothing. */
  static @Nullable Fault fault(MessageView view, PrincipalName sender) {
    return view.claimsOtherThan(sender) ? Fault.USER_ID : view.annotationFault();
  }

  /**
   * The message that the view has just looked at.
   *
   * @param from where it starts in {@code b}
   * @param to where it ends
   */
  static IncomingMessage take(
      MessageView view, byte[] b, int from, int to, int messageFormat, Ids ids) {
    byte[] body =
        from == view.bareFrom() && from == 0 && to == b.length
            ? b
            : Arrays.copyOfRange(b, view.bareFrom(), to);
    Marks marks = marks(view, body, ids);
    return new IncomingMessage(
        view.durability(),
        view.priority(),
        view.ttlMs(),
        view.expiryMs(),
        messageFormat,
        view.hasReservedAnnotations() ? ReservedAnnotations.takenOff(body) : body,
        marks);
  }

  private static Marks marks(MessageView view, byte[] body, Ids ids) {
    String id = ids == Ids.IGNORED ? null : view.messageId();
    if (id == null && !view.isMarked()) {
      return Marks.NONE;
    }
    String key = view.idempotencyKey();
    Marks unkeyed =
        new Marks(view.groupId(), view.deliverAtMs(), view.delayMs(), key, id, 0)
            .withSealed(view.isSealed());
    if (key == null && id == null) {
      return unkeyed;
    }
    if (key == null && ids == Ids.PERHAPS) {
      // Hardly any of these needs its digest: only the domain knows which.
      int bodyFrom = view.bodyFrom() < 0 ? 0 : view.bodyFrom() - view.bareFrom();
      int bodyTo = view.bodyFrom() < 0 ? 0 : view.bodyTo() - view.bareFrom();
      return unkeyed.withDigest(() -> BodyDigest.of(body, bodyFrom, bodyTo));
    }
    long digest = BodyDigest.of(view);
    return unkeyed.withDigest(() -> digest);
  }
}
