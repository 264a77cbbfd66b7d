package dev.holdfast.broker.amqp.codec;

import java.nio.charset.StandardCharsets;

/**
 * Message annotations that only the broker writes: all whose key starts with {@code x-opt-hf-}. A
 * client that sends some is not refused, for it may forward what it received; but they are taken
 * off, so that whoever reads them can rely on the broker having written them.
 */
public final class ReservedAnnotations {

  static final byte[] PREFIX = "x-opt-hf-".getBytes(StandardCharsets.US_ASCII);

  private ReservedAnnotations() {}

  /** The message without them; it must be one that {@link MessageView} has passed. */
  public static byte[] takenOff(byte[] message) {
    return AnnotationSplicer.without(message, PREFIX);
  }
}
