package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.DeathAnnotations;
import dev.holdfast.broker.domain.Delivery;
import dev.holdfast.storage.StoredBlob;
import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The delivery that a link is writing: header, then the sections in memory, then, of a large
 * message, its parts one after the other, at most one of which is here. Event-loop thread.
 */
final class Outgoing {
  private static final byte[] NOTHING = {};

  private byte[] header = NOTHING;
  private byte[] body = NOTHING;
  private @Nullable StoredBlob blob;
  private boolean begun;
  private long left;
  private int at;

  // The part that comes next, and where in it.
  private int part;
  private byte @Nullable [] current;
  private int partAt;

  /** Tells a part for this delivery from one that comes too late. */
  private int asked;

  private boolean waiting;
  private boolean broken;

  /** The next delivery; nothing of it is written yet. */
  void begin(byte[] itsHeader, byte[] itsBody, @Nullable StoredBlob rest) {
    header = itsHeader;
    body = itsBody;
    blob = rest;
    begun = true;
    left = total(itsHeader, itsBody, rest);
    at = 0;
    part = 0;
    partAt = 0;
  }

  static long total(byte[] header, byte[] body, @Nullable StoredBlob rest) {
    return header.length + (long) body.length + (rest == null ? 0 : rest.bytes());
  }

  /** What the broker says of its past, and what consumers said in their outcomes. */
  static byte[] annotations(Delivery delivery) {
    byte[] death = DeathAnnotations.of(delivery.message());
    byte[] own = delivery.annotations();
    if (death.length == 0) {
      return own;
    }
    byte[] both = Arrays.copyOf(death, death.length + own.length);
    System.arraycopy(own, 0, both, death.length, own.length);
    return both;
  }

  boolean begun() {
    return begun;
  }

  /** Whether nothing of it is written. */
  boolean atStart() {
    return at == 0;
  }

  long left() {
    return left;
  }

  /** What can be written now. */
  int ready() {
    int sections = header.length + body.length - at;
    byte[] here = current;
    return sections > 0 ? sections : here == null ? 0 : here.length - partAt;
  }

  /** A part is here: it is written whole, as far as the peer's window goes. */
  boolean hasPart() {
    return current != null;
  }

  /** The large rest that is to be read on; null: not now. */
  @Nullable StoredBlob wanted() {
    return begun && !waiting && !broken && ready() == 0 && left > 0 ? blob : null;
  }

  int nextPart() {
    return part;
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Something of it cannot be read: it has to be aborted. */
  boolean isBroken() {
    return broken;
  }

  /** A part is asked for; what it will have to say to be taken. */
  int ask() {
    waiting = true;
    return ++asked;
  }

  /** The part asked for is here; whether it is still wanted. */
  boolean take(int ticket, byte @Nullable [] bytes) {
    if (ticket != asked || !waiting) {
      return false;
    }
    waiting = false;
    if (bytes == null || bytes.length <= partAt || bytes.length - partAt > left) {
      broken = true;
    } else {
      current = bytes;
    }
    return true;
  }

  /** Writes so many of the bytes that are ready. */
  void write(ByteBuf out, int bytes) {
    int fromHeader = Math.max(0, Math.min(header.length - at, bytes));
    out.writeBytes(header, Math.min(at, header.length), fromHeader);
    int rest = bytes - fromHeader;
    int inSections = header.length + body.length - at;
    byte[] here = current;
    if (inSections > 0) {
      out.writeBytes(body, at + fromHeader - header.length, rest);
      at += bytes;
    } else if (here != null) {
      out.writeBytes(here, partAt, bytes);
      partAt += bytes;
      if (partAt == here.length) {
        current = null;
        part++;
        partAt = 0;
      }
    }
    left -= bytes;
  }

  /** The peer takes no more for now: what is here of a large message is read again later. */
  void letGo() {
    current = null;
  }

  /** It is written, or given up. */
  void end() {
    begun = false;
    waiting = false;
    broken = false;
    current = null;
    blob = null;
    header = NOTHING;
    body = NOTHING;
    left = 0;
    asked++;
  }

  /** Asks for the next part of what is written; once it is here, goes on. */
  void read(AmqpConnection connection, StoredBlob blob, Runnable then) {
    int ticket = ask();
    connection.edge.parts.read(
        blob,
        nextPart(),
        connection.edge.thread,
        bytes ->
            connection.run(
                () -> {
                  if (take(ticket, bytes)) {
                    connection.progress();
                    then.run();
                  }
                }));
  }
}
