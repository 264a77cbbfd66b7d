package dev.holdfast.broker.amqp.codec;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Tells bodies apart: what an idempotency key is compared with. Any thread. */
public final class BodyDigest {
  private BodyDigest() {}

  /** The first 8 bytes of the SHA-256 of the view's body sections, footer not included. */
  public static long of(MessageView view) {
    return view.bodyFrom() < 0
        ? of(view.bytes(), 0, 0)
        : of(view.bytes(), view.bodyFrom(), view.bodyTo());
  }

  /** The same of the body sections between the two. */
  public static long of(byte[] b, int from, int to) {
    MessageDigest sha256 = sha256();
    sha256.update(b, from, to - from);
    return ByteBuffer.wrap(sha256.digest()).getLong();
  }

  /** The same, of body sections that come bit by bit. */
  public static final class Running {
    private final MessageDigest sha256 = sha256();

    void update(byte[] b, int from, int to) {
      sha256.update(b, from, to - from);
    }

    /** Of all that came; once. */
    public long end() {
      return ByteBuffer.wrap(sha256.digest()).getLong();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
