package dev.holdfast.broker.amqp.json;

import dev.holdfast.broker.amqp.codec.BodyDigest;
import dev.holdfast.broker.amqp.codec.MessageView;
import dev.holdfast.broker.amqp.codec.PrincipalName;
import dev.holdfast.broker.amqp.codec.ReservedAnnotations;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Takes a message that is encoded already (AMQP 1.0 part 3 §3.2). Any thread; static. */
public final class RawMessage {

  private RawMessage() {}

  /**
   * What its header says.
   *
   * @param durable whether it has to survive a crash
   * @param priority 0 to 9
   * @param ttlMs milliseconds, -1 for ever
   */
  public record Header(boolean durable, byte priority, long ttlMs) {}

  /**
   * The message.
   *
   * @param sections from the message annotations on; a header before them is left out
   * @param sender whom its user-id has to name, if it has one; null: anybody
   * @throws IllegalArgumentException says what is wrong with it
   */
  public static IncomingMessage of(byte[] sections, Header header, @Nullable String sender) {
    MessageView view = new MessageView();
    if (!view.scan(sections, 0, sections.length)) {
      throw new IllegalArgumentException("not the encoded sections of an AMQP message");
    }
    if (sender != null && view.claimsOtherThan(new PrincipalName(sender))) {
      throw new IllegalArgumentException("the user-id names somebody else");
    }
    if (view.annotationFault() != null) {
      throw new IllegalArgumentException("an annotation of the broker has a wrong type");
    }
    byte[] body = Arrays.copyOfRange(sections, view.bareFrom(), sections.length);
    String key = view.idempotencyKey();
    String id = view.messageId();
    long digest = key == null && id == null ? 0 : BodyDigest.of(view);
    Marks marks = new Marks(view.groupId(), view.deliverAtMs(), view.delayMs(), key, id, digest);
    return new IncomingMessage(
        header.durable(),
        header.priority(),
        header.ttlMs(),
        view.expiryMs(),
        0,
        view.hasReservedAnnotations() ? ReservedAnnotations.takenOff(body) : body,
        marks.withSealed(view.isSealed()));
  }
}
