package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameGuardTest {

  private final FrameGuard guard = new FrameGuard();

  private static byte[] hex(String text) {
    return java.util.HexFormat.of().parseHex(text.replace(" ", ""));
  }

  @Test
  void acceptsWhatAnEncoderWrites() {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < 40; i++) {
      map.put("key" + i, i);
      map.put(Symbol.getSymbol("key" + i), List.of(i, "ü", UUID.randomUUID()));
    }
    map.put("l", Map.of("deep", List.of(List.of(List.of(1.5, 'c', true)))));
    for (Object value :
        new Object[] {
          map,
          new long[] {1, 2},
          new Symbol[] {Symbol.getSymbol("a")},
          new String[] {"x", "y"},
          UnsignedLong.valueOf(-1L),
          new ArrayList<>()
        }) {
      byte[] encoded = MessageViewTest.encode(new AmqpValue(value));
      assertThat(guard.skip(encoded, 0, encoded.length)).as("%s", value).isEqualTo(encoded.length);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "3f",
        "46",
        "50",
        "60 00",
        "57 00",
        "90",
        "a0 05 00",
        "b0 ff ff ff ff",
        "b1 40 00 00 00",
        "a1 02 c3 28",
        "a1 03 ed a0 80",
        "a1 01 80",
        "a3 01 80",
        "a2 00",
        "c0 01 01 40 40",
        "c0 00 00",
        "c0 05 01 40",
        "c0 02 02 40",
        "c0 03 01 40 40",
        "c2 01 00",
        "c1 02 01 40",
        "c1 03 03 40 40 40",
        "d1 00 00 00 05 00 00 00 01 40",
        "c1 0a 04 a1 01 61 40 a1 01 61 40 00",
        "c1 09 04 a1 01 61 40 a1 01 61 40",
        "c1 04 02 45 40 00",
        "c1 05 02 c0 01 00 40",
        "00",
        "00 53",
        "00 53 24",
        "00 40 40",
        "00 00 53 24 45 45",
        "00 a1 01 61 40",
        "e0 03 ff 41 00",
        "f0 00 00 00 05 0f ff ff ff 41",
        "e0 02 01 41",
        "e0 03 03 50 00 00",
        "e0 04 02 a0 01 61",
        "e0 01 00",
        "f0 00 00 00 06 ff ff ff ff 50 00",
      })
  void refuses(String text) {
    byte[] bytes = hex(text);
    assertThatThrownBy(() -> guard.skip(bytes, 0, bytes.length)).isInstanceOf(FaultException.class);
  }

  @Test
  void refusesDepthAndNumber() {
    ByteBuffer deep = ByteBuffer.allocate(9 * 20 + 1);
    for (int i = 0; i < 20; i++) {
      deep.put((byte) 0xD0).putInt(deep.remaining() - 4).putInt(1);
    }
    deep.put((byte) 0x40);
    assertThatThrownBy(() -> guard.skip(deep.array(), 0, deep.capacity()))
        .hasMessage(Fault.TOO_COMPLEX.sentence());
    byte[] wide = new byte[9 + 5_000];
    Arrays.fill(wide, (byte) 0x40);
    ByteBuffer.wrap(wide).put((byte) 0xD0).putInt(5_004).putInt(5_000);
    assertThatThrownBy(() -> guard.skip(wide, 0, wide.length))
        .hasMessage(Fault.TOO_COMPLEX.sentence());
    byte[] descriptors = new byte[60_000];
    for (int i = 0; i + 2 < descriptors.length; i += 3) {
      descriptors[i + 1] = 0x53;
    }
    assertThatThrownBy(() -> guard.skip(descriptors, 0, descriptors.length))
        .isInstanceOf(FaultException.class);
  }

  @Test
  void findsADuplicateAmongManyKeys() {
    ByteBuffer map = ByteBuffer.allocate(9 + 100 * 4);
    map.put((byte) 0xD1).putInt(4 + 400).putInt(200);
    for (int i = 0; i < 100; i++) {
      map.put((byte) 0xA1).put((byte) 1).put((byte) (i == 99 ? 3 : i)).put((byte) 0x40);
    }
    assertThatThrownBy(() -> guard.skip(map.array(), 0, map.capacity()))
        .isInstanceOf(FaultException.class);
  }

  @Test
  void whatPassesTheGuardNeverBreaksTheDecoder() {
    ColdCodec codec = new ColdCodec();
    byte[] valid =
        MessageViewTest.encode(
            dev.holdfast.broker.amqp.Samples.attach(), dev.holdfast.broker.amqp.Samples.open());
    Random random = new Random(99);
    for (int round = 0; round < 200_000; round++) {
      byte[] mutant = valid.clone();
      for (int i = 0; i <= random.nextInt(4); i++) {
        mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
      }
      try {
        int end = guard.skip(mutant, 0, mutant.length);
        codec.decode(mutant, 0, end);
      } catch (FaultException expected) {
        assertThat(expected.fault()).isIn(Fault.MALFORMED, Fault.TOO_COMPLEX);
      }
    }
  }
}
