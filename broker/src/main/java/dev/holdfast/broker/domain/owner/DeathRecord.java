package dev.holdfast.broker.domain.owner;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Why a message is in a dead-letter queue, as kept in the attributes of the stored message.
 *
 * <p>Encoding: {@code 'D'}, version 1, then the components in order (strings as UTF with a 16-bit
 * length, big-endian numbers). Later versions only append: a reader ignores what follows.
 *
 * @param reason stable word, see {@link dev.holdfast.deadletter.DeadLetterReason#code()}
 * @param condition the consumer's error condition, may be empty
 * @param description the consumer's words, may be empty; cut to 1,024 characters
 * @param origin the queue it came from
 * @param originSequence its sequence there
 * @param originEnqueuedMs when it had come there, epoch milliseconds
 * @param failures failed deliveries
 * @param diedMs when it was moved, epoch milliseconds
 * @param principal the consumer's
 */
record DeathRecord(
    String reason,
    String condition,
    String description,
    String origin,
    long originSequence,
    long originEnqueuedMs,
    int failures,
    long diedMs,
    String principal) {

  private static final int KIND = 'D';
  private static final int VERSION = 1;
  private static final int MAX_WORDS = 1_024;
  private static final int MAX_NAME = 512;

  /** Cuts what a client may have made long. */
  DeathRecord {
    condition = cut(condition, MAX_NAME);
    description = cut(description, MAX_WORDS);
    principal = cut(principal, MAX_NAME);
  }

  byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(KIND);
      out.writeByte(VERSION);
      out.writeUTF(reason);
      out.writeUTF(condition);
      out.writeUTF(description);
      out.writeUTF(origin);
      out.writeLong(originSequence);
      out.writeLong(originEnqueuedMs);
      out.writeInt(failures);
      out.writeLong(diedMs);
      out.writeUTF(principal);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /** Reads attributes; empty when they are not a death record. */
  static Optional<DeathRecord> decode(byte[] attributes) {
    if (attributes.length < 2 || attributes[0] != KIND || attributes[1] < VERSION) {
      return Optional.empty();
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(attributes))) {
      in.skipBytes(2);
      return Optional.of(
          new DeathRecord(
              in.readUTF(),
              in.readUTF(),
              in.readUTF(),
              in.readUTF(),
              in.readLong(),
              in.readLong(),
              in.readInt(),
              in.readLong(),
              in.readUTF()));
    } catch (IOException e) {
      throw new UncheckedIOException("a stored death record is cut short", e);
    }
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max);
  }
}
