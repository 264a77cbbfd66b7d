package dev.holdfast.broker.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the handler writes, and when. */
class WebSocketHandlerTest {

  private static final byte[] NO_MASK = {0, 0, 0, 0};

  /** A socket that takes nothing until it is told to. */
  private static final class Stuck extends ChannelOutboundHandlerAdapter {
    private final List<ChannelPromise> waiting = new ArrayList<>();
    private final List<ByteBuf> written = new ArrayList<>();

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
      written.add((ByteBuf) message);
      waiting.add(promise);
    }

    void takeAll() {
      List<ChannelPromise> all = List.copyOf(waiting);
      waiting.clear();
      all.forEach(ChannelPromise::setSuccess);
    }
  }

  private final Stuck socket = new Stuck();
  private final WebSocketHandler handler = new WebSocketHandler();
  private final EmbeddedChannel channel = new EmbeddedChannel(socket, handler);

  private void receive(int head, int... payload) {
    ByteBuf frame = Unpooled.buffer().writeByte(head).writeByte(0x80 | payload.length);
    frame.writeBytes(NO_MASK);
    for (int b : payload) {
      frame.writeByte(b);
    }
    channel.writeInbound(frame);
  }

  @Test
  void aPeerThatPingsAndReadsNothingGetsOneAnswer() {
    for (int i = 0; i < 100_000; i++) {
      receive(0x89, i & 0xFF, i >> 8 & 0xFF);
    }
    assertThat(socket.written).hasSize(1);
    socket.takeAll();
    assertThat(socket.written).hasSize(2);
    ByteBuf latest = socket.written.get(1);
    assertThat(latest.getByte(0)).isEqualTo((byte) 0x8A);
    assertThat(latest.getUnsignedShortLE(2)).isEqualTo(99_999 & 0xFFFF);
    socket.takeAll();
    assertThat(socket.written).hasSize(2);
  }

  @Test
  void whatIsWrittenIsCutToWhatThePeerTakes() {
    handler.maxPayload(1_000);
    byte[] bytes = new byte[2_500];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) i;
    }
    ChannelFuture done = channel.write(Unpooled.wrappedBuffer(bytes));
    assertThat(socket.written).hasSize(6);
    ByteBuf payloads = Unpooled.buffer();
    for (int i = 0; i < 6; i += 2) {
      ByteBuf header = socket.written.get(i);
      ByteBuf payload = socket.written.get(i + 1);
      assertThat(header.getByte(0)).isEqualTo((byte) 0x82);
      assertThat(header.getByte(1)).isEqualTo((byte) 126);
      assertThat(header.getUnsignedShort(2)).isEqualTo(payload.readableBytes());
      payloads.writeBytes(payload);
    }
    assertThat(payloads).isEqualTo(Unpooled.wrappedBuffer(bytes));
    assertThat(done.isDone()).isFalse();
    socket.takeAll();
    assertThat(done.isSuccess()).isTrue();
  }

  @Test
  void nothingFollowsTheEnd() {
    channel.write(WebSocketHandler.End.INSTANCE);
    assertThat(socket.written).hasSize(1);
    ByteBuf late = Unpooled.wrappedBuffer(new byte[8]);
    ChannelFuture refused = channel.write(late);
    assertThat(refused.cause()).isInstanceOf(ClosedChannelException.class);
    assertThat(late.refCnt()).isZero();
    receive(0x89, 1);
    assertThat(channel.write(WebSocketHandler.End.INSTANCE).isSuccess()).isTrue();
    assertThat(socket.written).hasSize(1);
    receive(0x88);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void afterAFaultNothingIsReadAndNothingWritten() {
    receive(0x81, 'x');
    assertThat(socket.written).hasSize(1);
    assertThat(socket.written.get(0).getUnsignedShort(2)).isEqualTo(1003);
    receive(0x82, 1, 2, 3);
    assertThat((Object) channel.readInbound()).isNull();
    assertThat(channel.write(Unpooled.wrappedBuffer(new byte[1])).isSuccess()).isFalse();
  }
}
