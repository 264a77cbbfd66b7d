package dev.holdfast.broker.amqp.codec;

import dev.holdfast.broker.domain.Outcome;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the outcome modified (part 3 §3.4.5) from its bytes, which the guard has passed. Any
 * thread.
 */
public final class ModifiedReader {

  private static final int MAX_ANNOTATION_BYTES = 4 * 1024;

  private ModifiedReader() {}

  /**
   * The outcome that fills {@code from} to {@code to}. Its annotations are those of the peer alone,
   * without what only the broker may write.
   *
   * @throws FaultException it cannot be carried out; ends the session
   */
  public static Outcome.Modified read(byte[] b, int from, int to) {
    FieldReader fields = new FieldReader(new FrameGuard());
    fields.open(b, FieldReader.described(b, from, to), to);
    boolean failed = fields.bool();
    boolean undeliverable = fields.bool();
    int map = fields.skipAt();
    fields.close();
    if (map < 0) {
      return new Outcome.Modified(failed, undeliverable);
    }
    int code = b[map] & 0xFF;
    Types.check(code == 0xC1 || code == 0xD1);
    int end = Types.end(b, map);
    if (end - map > MAX_ANNOTATION_BYTES) {
      throw new FaultException(Fault.OUTCOME_SIZE, FaultException.Scope.SESSION);
    }
    HeededAnnotations heeded = new HeededAnnotations();
    heeded.read(b, map, end);
    Fault fault = heeded.fault();
    if (fault != null) {
      throw new FaultException(fault, FaultException.Scope.SESSION);
    }
    return new Outcome.Modified(
        failed, undeliverable, heeded.deliverAtMs(), peersOwn(Arrays.copyOfRange(b, map, end)));
  }

  private static byte @Nullable [] peersOwn(byte[] map) {
    MapWriter entries = new MapWriter();
    entries.putAll(map, 0, map.length);
    entries.removeAll(ReservedAnnotations.PREFIX);
    return entries.isEmpty() ? null : entries.map();
  }
}
