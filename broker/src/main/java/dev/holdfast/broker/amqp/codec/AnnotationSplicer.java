package dev.holdfast.broker.amqp.codec;

import dev.holdfast.broker.domain.Outcome;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/**
 * Changes the message annotations of an encoded message and no other byte of it (part 3 §3.2.3; the
 * bare message is never touched). Messages start with the section of the annotations, when they
 * have one, and have been passed by {@link MessageView}; maps have been passed by the guard. Any
 * thread.
 */
public final class AnnotationSplicer {

  private static final int MESSAGE_ANNOTATIONS = 0x72;
  private static final byte[] SECTION = {0, 0x53, MESSAGE_ANNOTATIONS};

  private AnnotationSplicer() {}

  /** Where the parts of a message are: the annotations' map, and all that follows. */
  private record Parts(int mapFrom, int restFrom) {

    static Parts of(byte[] message) {
      if (message.length == 0
          || FieldReader.descriptor(message, 0, message.length) != MESSAGE_ANNOTATIONS) {
        return new Parts(-1, 0);
      }
      int map = FieldReader.described(message, 0, message.length);
      return new Parts(map, Types.end(message, map));
    }
  }

  /**
   * The message with these annotations added.
   *
   * @param maps AMQP maps, one after the other; the last of equal keys counts, and all of them
   *     count more than those of the message
   */
  public static byte[] merge(byte[] message, byte[] maps) {
    if (maps.length == 0) {
      return message;
    }
    Parts parts = Parts.of(message);
    MapWriter entries = new MapWriter();
    if (parts.mapFrom >= 0) {
      entries.putAll(message, parts.mapFrom, parts.restFrom);
    }
    entries.putAll(maps, 0, maps.length);
    return joined(entries, message, parts.restFrom);
  }

  /**
   * The outcome with all annotations that its delivery has from now on: those it has, and those of
   * the outcome in their place.
   *
   * @param maps those it has, as in {@link #merge}
   */
  public static Outcome.Modified merged(Outcome.Modified outcome, byte[] maps) {
    byte[] own = outcome.annotations();
    if (own == null || maps.length == 0) {
      return outcome;
    }
    MapWriter entries = new MapWriter();
    entries.putAll(maps, 0, maps.length);
    entries.putAll(own, 0, own.length);
    return new Outcome.Modified(
        outcome.deliveryFailed(),
        outcome.undeliverableHere(),
        outcome.deliverAtMs(),
        entries.map());
  }

  /** The same; outcomes that have no annotations stay as they are. */
  public static Outcome merged(Outcome outcome, byte[] maps) {
    return outcome instanceof Outcome.Modified modified ? merged(modified, maps) : outcome;
  }

  /** The message without annotations whose key starts like this. */
  static byte[] without(byte[] message, byte[] prefix) {
    Parts parts = Parts.of(message);
    if (parts.mapFrom < 0) {
      return message;
    }
    MapWriter entries = new MapWriter();
    entries.putAll(message, parts.mapFrom, parts.restFrom);
    entries.removeAll(prefix);
    return entries.isEmpty()
        ? Arrays.copyOfRange(message, parts.restFrom, message.length)
        : joined(entries, message, parts.restFrom);
  }

  private static byte[] joined(MapWriter entries, byte[] message, int restFrom) {
    byte[] map = entries.map();
    ByteArrayOutputStream out =
        new ByteArrayOutputStream(SECTION.length + map.length + message.length - restFrom);
    out.write(SECTION, 0, SECTION.length);
    out.write(map, 0, map.length);
    out.write(message, restFrom, message.length - restFrom);
    return out.toByteArray();
  }
}
