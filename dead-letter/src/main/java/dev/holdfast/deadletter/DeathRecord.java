package dev.holdfast.deadletter;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Why a message is in a dead-letter queue, as kept beside the message.
 *
 * <p>Encoding: {@code 'D'}, a version, then the components (strings as UTF with a 16-bit length,
 * big-endian numbers). Version 1 ended with the consumer. Later versions only append: a reader
 * ignores what follows and takes what is missing from what is there.
 *
 * @param reason why it was moved
 * @param condition the consumer's error condition, may be empty; cut to 512 characters
 * @param description the consumer's words, may be empty; cut to 1,024 characters
 * @param origin where it came from
 * @param failures its failed deliveries there
 * @param diedMs when it was moved, epoch milliseconds
 * @param hops how often it has been dead-lettered, this time included
 * @param first how it got into a dead-letter queue for the first time
 */
public record DeathRecord(
    DeadLetterReason reason,
    String condition,
    String description,
    Origin origin,
    Failures failures,
    long diedMs,
    int hops,
    FirstDeath first) {

  /** What {@link #encode()} begins with. */
  public static final int KIND = 'D';

  private static final int VERSION = 2;
  private static final int MAX_WORDS = 1_024;
  private static final int MAX_NAME = 512;

  /** Cuts what a client may have made long. */
  public DeathRecord {
    condition = cut(condition, MAX_NAME);
    description = cut(description, MAX_WORDS);
  }

  /**
   * Where a message was.
   *
   * @param node name of the queue or subscription
   * @param sequence its sequence there
   * @param enqueuedMs when it had come there, epoch milliseconds
   */
  public record Origin(String node, long sequence, long enqueuedMs) {}

  /**
   * What failed.
   *
   * @param count failed deliveries
   * @param firstMs when the first failed, epoch milliseconds; 0 when none did
   * @param lastMs when the last failed; 0 when none did
   * @param consumer the principal whose delivery ended it; empty when no consumer had a part in it
   */
  public record Failures(int count, long firstMs, long lastMs, String consumer) {

    /** Cuts a long name. */
    public Failures {
      consumer = cut(consumer, MAX_NAME);
    }
  }

  /**
   * The first of a message's deaths.
   *
   * @param reason why
   * @param node where it was then
   * @param diedMs when, epoch milliseconds
   */
  public record FirstDeath(DeadLetterReason reason, String node, long diedMs) {}

  /** What is said of a death besides the message's own history. */
  public record Words(DeadLetterReason reason, String condition, String description) {

    /** Nobody said anything. */
    public static Words of(DeadLetterReason reason) {
      return new Words(reason, "", "");
    }
  }

  /** The record of a message that dies now. */
  public static DeathRecord of(
      Words words, Origin origin, Failures failures, long nowMs, Optional<DeathRecord> before) {
    return new DeathRecord(
        words.reason(),
        words.condition(),
        words.description(),
        origin,
        failures,
        nowMs,
        before.map(DeathRecord::hops).orElse(0) + 1,
        before
            .map(DeathRecord::first)
            .orElseGet(() -> new FirstDeath(words.reason(), origin.node(), nowMs)));
  }

  /** The bytes to be kept. */
  public byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(192);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(KIND);
      out.writeByte(VERSION);
      out.writeUTF(reason.code());
      out.writeUTF(condition);
      out.writeUTF(description);
      out.writeUTF(origin.node());
      out.writeLong(origin.sequence());
      out.writeLong(origin.enqueuedMs());
      out.writeInt(failures.count());
      out.writeLong(diedMs);
      out.writeUTF(failures.consumer());
      out.writeLong(failures.firstMs());
      out.writeLong(failures.lastMs());
      out.writeInt(hops);
      out.writeUTF(first.reason().code());
      out.writeUTF(first.node());
      out.writeLong(first.diedMs());
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode()} gave, also in another version; empty when the bytes are no death
   * record, or name a reason that this version does not know.
   */
  public static Optional<DeathRecord> decode(byte[] bytes) {
    if (bytes.length < 2 || bytes[0] != KIND || bytes[1] < 1) {
      return Optional.empty();
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      in.skipBytes(2);
      Optional<DeadLetterReason> reason = DeadLetterReason.of(in.readUTF());
      String condition = in.readUTF();
      String description = in.readUTF();
      Origin origin = new Origin(in.readUTF(), in.readLong(), in.readLong());
      int count = in.readInt();
      long diedMs = in.readLong();
      String consumer = in.readUTF();
      boolean more = bytes[1] > 1;
      Failures failures =
          new Failures(count, more ? in.readLong() : 0, more ? in.readLong() : 0, consumer);
      int hops = more ? in.readInt() : 1;
      Optional<DeadLetterReason> firstReason = more ? DeadLetterReason.of(in.readUTF()) : reason;
      String firstNode = more ? in.readUTF() : origin.node();
      long firstMs = more ? in.readLong() : diedMs;
      return reason.flatMap(
          why ->
              firstReason.map(
                  firstWhy ->
                      new DeathRecord(
                          why,
                          condition,
                          description,
                          origin,
                          failures,
                          diedMs,
                          hops,
                          new FirstDeath(firstWhy, firstNode, firstMs))));
    } catch (IOException e) {
      throw new UncheckedIOException("a stored death record is cut short", e);
    }
  }

  private static String cut(String text, int max) {
    return text.length() <= max ? text : text.substring(0, max);
  }
}
