package dev.holdfast.broker.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WebSocketInputTest {

  private static final int FINAL = 0x80;
  private final List<byte[]> pings = new ArrayList<>();
  private final List<Integer> closes = new ArrayList<>();
  private final WebSocketInput input =
      new WebSocketInput(
          new WebSocketInput.Control() {
            @Override
            public void ping(byte[] payload) {
              pings.add(payload);
            }

            @Override
            public void close(int status) {
              closes.add(status);
            }
          });

  private static byte[] frame(Random random, int head, byte[] payload, int lengthForm) {
    ByteBuffer frame = ByteBuffer.allocate(14 + payload.length).put((byte) head);
    int form = payload.length > 0xFFFF ? 2 : payload.length > 125 ? Math.max(1, lengthForm) : 0;
    switch (form) {
      case 0 -> frame.put((byte) (0x80 | payload.length));
      case 1 -> frame.put((byte) (0x80 | 126)).putShort((short) payload.length);
      default -> frame.put((byte) (0x80 | 127)).putLong(payload.length);
    }
    byte[] mask = new byte[4];
    random.nextBytes(mask);
    frame.put(mask);
    for (int i = 0; i < payload.length; i++) {
      frame.put((byte) (payload[i] ^ mask[i % 4]));
    }
    return java.util.Arrays.copyOf(frame.array(), frame.position());
  }

  private byte[] take(byte[] bytes, int from, int length) throws WebSocketFault {
    ByteBuf in = Unpooled.directBuffer(length + 3).writeZero(3).skipBytes(3);
    in.writeBytes(bytes, from, length);
    input.unframe(in);
    byte[] out = new byte[in.readableBytes()];
    in.readBytes(out);
    in.release();
    return out;
  }

  @Test
  void anyBytesInAnyFramesInAnyReadsComeOutAsTheyWere() throws Exception {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      ByteArrayOutputStream wire = new ByteArrayOutputStream();
      ByteArrayOutputStream wanted = new ByteArrayOutputStream();
      List<byte[]> wantedPings = new ArrayList<>();
      pings.clear();
      boolean inMessage = false;
      for (int i = 0; i < 30; i++) {
        byte[] payload = new byte[random.nextInt(random.nextInt(20) == 0 ? 70_000 : 300)];
        random.nextBytes(payload);
        boolean fin = i == 29 || random.nextBoolean();
        int head = (fin ? FINAL : 0) | (inMessage ? 0 : 2);
        wire.write(frame(random, head, payload, random.nextInt(3)));
        wanted.write(payload);
        inMessage = !fin;
        if (random.nextInt(3) == 0) {
          byte[] ping = new byte[random.nextInt(126)];
          random.nextBytes(ping);
          wire.write(frame(random, FINAL | (random.nextBoolean() ? 9 : 10), ping, 0));
          if ((wire.toByteArray()[wire.size() - ping.length - 6] & 0xF) == 9) {
            wantedPings.add(ping);
          }
        }
      }
      byte[] bytes = wire.toByteArray();
      ByteArrayOutputStream got = new ByteArrayOutputStream();
      int at = 0;
      while (at < bytes.length) {
        int n = Math.min(bytes.length - at, 1 + random.nextInt(random.nextBoolean() ? 9 : 9_000));
        got.write(take(bytes, at, n));
        at += n;
      }
      assertThat(got.toByteArray()).as("seed %d", seed).isEqualTo(wanted.toByteArray());
      assertThat(pings).as("seed %d", seed).containsExactlyElementsOf(wantedPings);
    }
  }

  @Test
  void aCloseEndsEverything() throws Exception {
    byte[] close = frame(new Random(1), FINAL | 8, new byte[] {3, (byte) 0xE8}, 0);
    byte[] after = frame(new Random(1), FINAL | 2, new byte[] {1}, 0);
    byte[] both = java.util.Arrays.copyOf(close, close.length + after.length);
    System.arraycopy(after, 0, both, close.length, after.length);
    assertThat(take(both, 0, both.length)).isEmpty();
    assertThat(take(after, 0, after.length)).isEmpty();
    assertThat(closes).containsExactly(1000);
  }

  @Test
  void aCloseMayHaveNoStatus() throws Exception {
    byte[] close = frame(new Random(1), FINAL | 8, new byte[0], 0);
    take(close, 0, close.length);
    assertThat(closes).containsExactly(WebSocketInput.NO_STATUS);
  }

  private CloseCode fault(int... bytes) {
    byte[] all = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      all[i] = (byte) bytes[i];
    }
    return catchThrowableOfType(WebSocketFault.class, () -> take(all, 0, all.length)).code();
  }

  @Test
  void rulesOfTheFraming() throws Exception {
    for (int[] bad :
        new int[][] {
          {0x82, 0x01}, // not masked
          {0xC2, 0x80}, // reserved bits
          {0x83, 0x80}, // reserved data opcode
          {0x8B, 0x80}, // reserved control opcode
          {0x09, 0x80}, // fragmented ping
          {0x89, 0xFE}, // long ping
          {0x80, 0x80}, // continuation of nothing
          {0x88, 0x81, 0, 0, 0, 0, 1}, // half a status
          {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xED}, // 1005 is never sent
          {0x88, 0x82, 0, 0, 0, 0, 0x00, 0x07}, // 7 is none
          {0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, // negative length
        }) {
      WebSocketInput fresh = new WebSocketInput(new Nothing());
      ByteBuf in = Unpooled.buffer();
      for (int b : bad) {
        in.writeByte(b);
      }
      assertThatThrownBy(() -> fresh.unframe(in))
          .isInstanceOfSatisfying(
              WebSocketFault.class, f -> assertThat(f.code()).isEqualTo(CloseCode.PROTOCOL));
    }
  }

  @Test
  void aMessageWithinAMessage() throws Exception {
    byte[] begun = frame(new Random(1), 2, new byte[] {1}, 0);
    take(begun, 0, begun.length);
    assertThat(fault(0x82, 0x80)).isEqualTo(CloseCode.PROTOCOL);
  }

  @Test
  void textAndAbsurdSizesHaveTheirOwnCodes() {
    assertThat(fault(0x81, 0x80)).isEqualTo(CloseCode.UNSUPPORTED);
  }

  @Test
  void absurdSizes() {
    assertThat(fault(0x82, 0xFF, 0, 0, 0, 0, 0x10, 0, 0, 1, 0, 0, 0, 0))
        .isEqualTo(CloseCode.TOO_BIG);
  }

  @Test
  void rubbishIsEitherTakenOrRefusedAndNothingElse() {
    Random random = new Random(3);
    for (int i = 0; i < 200_000; i++) {
      byte[] rubbish = new byte[random.nextInt(40)];
      random.nextBytes(rubbish);
      if (rubbish.length > 1 && random.nextBoolean()) {
        rubbish[0] = (byte) (FINAL | new int[] {0, 2, 8, 9, 10}[random.nextInt(5)]);
        rubbish[1] |= (byte) 0x80;
      }
      WebSocketInput fresh = new WebSocketInput(new Nothing());
      ByteBuf in = Unpooled.wrappedBuffer(rubbish);
      try {
        fresh.unframe(in);
        assertThat(in.readableBytes()).isLessThanOrEqualTo(rubbish.length);
      } catch (WebSocketFault refused) {
        assertThat(refused.code()).isNotEqualTo(CloseCode.NORMAL);
      }
    }
  }

  private static final class Nothing implements WebSocketInput.Control {
    @Override
    public void ping(byte[] payload) {}

    @Override
    public void close(int status) {}
  }
}
