package dev.holdfast.broker.domain;

import dev.holdfast.deadletter.DeathRecord;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the broker keeps beside the bytes of a message, as {@code StoredMessage.attributes()}:
 * small, and read without looking into the message. Most messages have none of it.
 *
 * <p>Encoding: nothing, or the byte 1 and then fields: a letter, a length u16, the value. A reader
 * skips letters that it does not know. Before there were fields, a death record stood alone.
 *
 * @param groupId property group-id; null: none
 * @param dueMs the moment a delayed message waits for, epoch milliseconds; 0: it does not wait
 * @param container who published a delayed message; empty: nobody has to know
 * @param death why it is, or was, in a dead-letter queue; null: it never was
 * @param annotations what consumers added to it before it died, as {@link Delivery#annotations()};
 *     empty: nothing. Nobody changes the array
 */
public record MessageAttributes(
    @Nullable String groupId,
    long dueMs,
    String container,
    @Nullable DeathRecord death,
    byte[] annotations) {

  private static final byte[] NOTHING = {};

  /** None. */
  public static final MessageAttributes NONE = new MessageAttributes(null, 0, "", null, NOTHING);

  private static final int CONTAINER_CHARS = 256;
  private static final int GROUP_CHARS = 128;
  private static final byte FIELDS = 1;
  private static final byte GROUP = 'G';
  private static final byte DUE = 'T';
  private static final byte CONTAINER = 'C';
  private static final byte DEATH = 'D';
  private static final byte ANNOTATIONS = 'A';

  /**
   * What is kept of a message that comes in. A group-id longer than {@value #GROUP_CHARS}
   * characters is told by its beginning and its hash.
   */
  public static MessageAttributes of(IncomingMessage message) {
    String group = message.marks().groupId();
    if (group == null) {
      return NONE;
    }
    return NONE.withGroup(
        group.length() <= GROUP_CHARS
            ? group
            : group.substring(0, GROUP_CHARS) + '#' + group.hashCode());
  }

  /** The same, in another group or none. */
  public MessageAttributes withGroup(@Nullable String other) {
    return new MessageAttributes(other, dueMs, container, death, annotations);
  }

  /** The same, waiting for another moment; 0: for none. */
  public MessageAttributes withDue(long otherMs) {
    return new MessageAttributes(groupId, otherMs, container, death, annotations);
  }

  /** The same, published by another container; empty, or too long a name: nobody has to know. */
  public MessageAttributes withContainer(String other) {
    String kept = other.length() <= CONTAINER_CHARS ? other : "";
    return new MessageAttributes(groupId, dueMs, kept, death, annotations);
  }

  /** The same after another death. */
  public MessageAttributes withDeath(@Nullable DeathRecord other) {
    return new MessageAttributes(groupId, dueMs, container, other, annotations);
  }

  /** The same with other annotations by consumers. */
  public MessageAttributes withAnnotations(byte[] other) {
    return new MessageAttributes(groupId, dueMs, container, death, other);
  }

  /** The bytes to be kept. */
  public byte[] encode() {
    if (groupId == null
        && dueMs == 0
        && container.isEmpty()
        && death == null
        && annotations.length == 0) {
      return NOTHING;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(64);
    out.write(FIELDS);
    if (groupId != null) {
      field(out, GROUP, groupId.getBytes(StandardCharsets.UTF_8));
    }
    if (dueMs != 0) {
      field(out, DUE, ByteBuffer.allocate(8).putLong(dueMs).array());
    }
    if (!container.isEmpty()) {
      field(out, CONTAINER, container.getBytes(StandardCharsets.UTF_8));
    }
    if (death != null) {
      field(out, DEATH, death.encode());
    }
    if (annotations.length > 0) {
      field(out, ANNOTATIONS, annotations);
    }
    return out.toByteArray();
  }

  /** Reads what {@link #encode()} gave, also in another version. */
  public static MessageAttributes decode(byte[] bytes) {
    if (bytes.length == 0) {
      return NONE;
    }
    if (bytes[0] != FIELDS) {
      return NONE.withDeath(DeathRecord.decode(bytes).orElse(null));
    }
    byte[] group = find(bytes, GROUP);
    byte[] due = find(bytes, DUE);
    byte[] container = find(bytes, CONTAINER);
    byte[] death = find(bytes, DEATH);
    return new MessageAttributes(
        group == null ? null : new String(group, StandardCharsets.UTF_8),
        due == null ? 0 : ByteBuffer.wrap(due).getLong(),
        container == null ? "" : new String(container, StandardCharsets.UTF_8),
        death == null ? null : DeathRecord.decode(death).orElse(null),
        annotations(bytes));
  }

  /** What consumers added alone; empty: nothing. */
  public static byte[] annotations(byte[] bytes) {
    byte[] annotations = bytes.length == 0 || bytes[0] != FIELDS ? null : find(bytes, ANNOTATIONS);
    return annotations == null ? NOTHING : annotations;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MessageAttributes that
        && Objects.equals(groupId, that.groupId)
        && dueMs == that.dueMs
        && container.equals(that.container)
        && Objects.equals(death, that.death)
        && Arrays.equals(annotations, that.annotations);
  }

  @Override
  public int hashCode() {
    return Objects.hash(groupId, dueMs, container, death, Arrays.hashCode(annotations));
  }

  /** The group-id alone; null: none. Costs nothing when nothing is kept. */
  public static @Nullable String groupId(byte[] bytes) {
    byte[] group = bytes.length == 0 || bytes[0] != FIELDS ? null : find(bytes, GROUP);
    return group == null ? null : new String(group, StandardCharsets.UTF_8);
  }

  /** The death record alone. */
  public static Optional<DeathRecord> death(byte[] bytes) {
    return Optional.ofNullable(decode(bytes).death());
  }

  private static byte @Nullable [] find(byte[] bytes, byte letter) {
    ByteBuffer in = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    while (in.remaining() >= 3) {
      byte found = in.get();
      int length = Short.toUnsignedInt(in.getShort());
      int from = in.position();
      if (length > in.remaining()) {
        throw new IllegalStateException("stored attributes are cut short");
      }
      if (found == letter) {
        return Arrays.copyOfRange(bytes, from, from + length);
      }
      in.position(from + length);
    }
    return null;
  }

  private static void field(ByteArrayOutputStream out, byte letter, byte[] value) {
    if (value.length > 0xffff) {
      throw new IllegalArgumentException("an attribute of " + value.length + " bytes");
    }
    out.write(letter);
    out.write(value.length >>> 8);
    out.write(value.length);
    out.write(value, 0, value.length);
  }
}
