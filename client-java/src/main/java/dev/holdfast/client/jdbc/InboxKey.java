package dev.holdfast.client.jdbc;

import dev.holdfast.client.Delivery;
import dev.holdfast.client.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What makes a message the same message for one receiver.
 *
 * @param source address it was received from: two subscriptions of a topic each have their effect
 * @param kind which name of the message this is, so that an id is never taken for a key
 * @param value the name
 */
public record InboxKey(String source, String kind, String value) {
  /**
   * The key of a delivery: the idempotency key when the message carries one (all that the Java
   * client sends do), otherwise its message-id; empty when it has neither.
   */
  public static Optional<InboxKey> of(Delivery delivery) {
    Message message = delivery.message();
    return message
        .idempotencyKey()
        .map(key -> new InboxKey(delivery.node(), "key", key))
        .or(() -> message.id().map(id -> new InboxKey(delivery.node(), "id", id)));
  }

  /**
   * SHA-256 of all three, in hexadecimal: of one length and one case, so that no database's rules
   * for comparing text (case, trailing blanks, longest key) make two keys one.
   */
  String digest() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      for (String part : new String[] {source, kind, value}) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        sha.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        sha.update(bytes);
      }
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError("every JDK has SHA-256", impossible);
    }
  }
}
