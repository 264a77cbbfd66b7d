package dev.holdfast.broker.amqp.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells bodies apart: what an idempotency key is compared with. Any thread. */
public final class BodyDigest {
  private BodyDigest() {}

  /** The first 8 bytes of the SHA-256 of the view's body sections, footer not included. */
  public static long of(MessageView view) {
    MessageDigest sha256 = sha256();
    if (view.bodyFrom() >= 0) {
      sha256.update(view.bytes(), view.bodyFrom(), view.bodyTo() - view.bodyFrom());
    }
    return ByteBuffer.wrap(sha256.digest()).getLong();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
