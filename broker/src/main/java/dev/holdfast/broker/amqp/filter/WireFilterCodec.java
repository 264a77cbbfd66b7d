package dev.holdfast.broker.amqp.filter;

import dev.holdfast.broker.amqp.codec.ColdCodec;
import dev.holdfast.broker.amqp.codec.FaultException;
import dev.holdfast.broker.domain.FilterCodec;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.qpid.proton.amqp.DescribedType;

/**
 * How filters are stored: the version, 1, and an AMQP list of described values in the order of
 * their encoding, with symbolic descriptors as on the wire. One thread.
 */
public final class WireFilterCodec implements FilterCodec {

  private static final byte VERSION = 1;

  private final ColdCodec codec = new ColdCodec();

  /** Makes one. */
  public WireFilterCodec() {}

  static byte[] encode(List<FilterPart> parts, ColdCodec codec) {
    List<byte[]> encoded = new ArrayList<>();
    parts.forEach(part -> encoded.add(codec.encode(part.described())));
    encoded.sort(Arrays::compare);
    int size = encoded.stream().mapToInt(part -> part.length).sum();
    ByteArrayOutputStream out = new ByteArrayOutputStream(size + 10);
    out.write(VERSION);
    out.write(0xD0);
    int32(out, size + Integer.BYTES);
    int32(out, parts.size());
    encoded.forEach(out::writeBytes);
    return out.toByteArray();
  }

  private static void int32(ByteArrayOutputStream out, int value) {
    out.write(value >>> 24);
    out.write(value >>> 16);
    out.write(value >>> 8);
    out.write(value);
  }

  @Override
  public WireFilter decode(byte[] encoded) {
    if (encoded.length < 2 || encoded[0] != VERSION) {
      throw new IllegalArgumentException("a stored filter of an unknown version");
    }
    try {
      Object list = codec.decode(encoded, 1, encoded.length);
      List<FilterPart> parts = new ArrayList<>();
      for (Object item : (List<?>) list) {
        DescribedType described = (DescribedType) item;
        FilterKind kind = FilterKind.of(described.getDescriptor());
        if (kind == null) {
          throw new IllegalArgumentException("a stored filter of an unknown kind");
        }
        FilterPart.read(kind, described.getDescribed()).ifPresent(parts::add);
      }
      return WireFilter.of(parts, codec);
    } catch (FaultException | FilterException | ClassCastException damaged) {
      throw new IllegalArgumentException("a stored filter cannot be read", damaged);
    }
  }
}
