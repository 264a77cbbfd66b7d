package dev.holdfast.broker.amqp;

import dev.holdfast.broker.amqp.codec.BodyDigest;
import dev.holdfast.broker.amqp.codec.BodyWalker;
import dev.holdfast.broker.amqp.codec.Fault;
import dev.holdfast.broker.amqp.codec.SealedEnvelope;
import dev.holdfast.broker.domain.IncomingMessage;
import dev.holdfast.broker.domain.IncomingMessage.Marks;
import dev.holdfast.broker.domain.Upload;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A large message while it arrives: its first sections are known, what follows goes to the domain
 * part by part. When something is wrong with it, the rest is thrown away as it comes, and told at
 * the end. Event-loop thread.
 */
final class Streaming {

  /** Of one part, but the last; what a reader and a writer hold of a message at a time. */
  static final int PART_BYTES = 256 * 1024;

  /** Where the parts go. */
  interface Sink {
    /** The next part. */
    void part(Upload upload, byte[] bytes);

    /** Nothing will come of it. */
    void dropped(Upload upload);
  }

  private final Sink sink;
  private final Budget budget;
  private final String address;
  private final IncomingMessage head;
  private final boolean typedAsSealed;
  private final Upload upload = new Upload();
  private final BodyDigest.@Nullable Running digest;
  private final BodyWalker walker;
  private @Nullable Fault fault;
  private boolean dropped;
  private boolean sealed;
  private byte[] part = {};
  private int filled;
  private long counted;

  /**
   * Begins.
   *
   * @param budget what is buffered counts in
   * @param address for the anonymous terminus
   * @param typedAsSealed whether it says to be encrypted end to end
   * @param fault what is wrong with the first sections; null: nothing
   */
  Streaming(
      Sink sink,
      Budget budget,
      String address,
      IncomingMessage head,
      boolean typedAsSealed,
      @Nullable Fault fault) {
    this.sink = sink;
    this.budget = budget;
    this.address = address;
    this.head = head;
    this.typedAsSealed = typedAsSealed;
    this.fault = fault;
    Marks marks = head.marks();
    boolean asked = marks.idempotencyKey() != null || marks.messageId() != null;
    this.digest = asked ? new BodyDigest.Running() : null;
    this.walker = new BodyWalker(digest);
  }

  String address() {
    return address;
  }

  /** The next bytes. */
  void take(byte[] b, int from, int to) {
    if (fault != null) {
      return;
    }
    if (!walker.walk(b, from, to)) {
      fail(Fault.MESSAGE_MALFORMED);
      return;
    }
    boolean crowded = false;
    int at = from;
    while (at < to && fault == null) {
      if (part.length == 0) {
        part = new byte[PART_BYTES];
        crowded = !budget.unfinished(PART_BYTES);
      }
      int taken = Math.min(to - at, PART_BYTES - filled);
      System.arraycopy(b, at, part, filled, taken);
      filled += taken;
      at += taken;
      if (filled == PART_BYTES) {
        handPart();
      }
    }
    if (crowded && filled > 0) {
      // There is no room to wait for a whole part.
      handPart();
    }
  }

  private void handPart() {
    byte[] full = filled == PART_BYTES ? part : Arrays.copyOf(part, filled);
    letGo();
    if (upload.bytes() == 0) {
      sealed = typedAsSealed && SealedEnvelope.beginsSection(full, 0, full.length);
    }
    counted += full.length;
    if (!budget.uploading(full.length)) {
      fail(Fault.UPLOADS);
      return;
    }
    upload.add(full.length);
    sink.part(upload, full);
  }

  private void letGo() {
    if (part.length > 0) {
      part = new byte[0];
      filled = 0;
      budget.unfinished(-PART_BYTES);
    }
  }

  private void fail(Fault why) {
    fault = why;
    drop();
  }

  /** It is no longer on its way. */
  private void arrivedOrGone() {
    budget.uploading(-counted);
    counted = 0;
  }

  /** Nothing will come of it. */
  void drop() {
    letGo();
    arrivedOrGone();
    if (upload.bytes() > 0 && !dropped) {
      dropped = true;
      sink.dropped(upload);
    }
  }

  /** All of it has come; what is wrong with it, null: nothing. */
  @Nullable Fault end() {
    if (fault == null && !walker.mayEnd()) {
      fail(Fault.MESSAGE_MALFORMED);
    }
    if (fault == null && filled > 0) {
      handPart();
    }
    arrivedOrGone();
    return fault;
  }

  /** The message, after {@link #end()}. */
  IncomingMessage message() {
    Marks marks = head.marks().withSealed(sealed && walker.bodySections() == 1);
    if (digest == null) {
      return head.followedBy(upload, marks);
    }
    long known = digest.end();
    return head.followedBy(upload, marks.withDigest(() -> known));
  }
}
