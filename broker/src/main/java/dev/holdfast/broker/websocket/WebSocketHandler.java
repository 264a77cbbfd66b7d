package dev.holdfast.broker.websocket;

import dev.holdfast.broker.net.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A WebSocket after its handshake: inside are plain bytes, outside are frames. What is written is
 * cut into binary frames without being copied. Pings are answered, one at a time: a peer that sends
 * many and reads nothing gets one answer (RFC 6455 §5.5.3). Event-loop thread.
 */
public final class WebSocketHandler extends ChannelDuplexHandler {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketHandler.class);

  /** Clients take no larger frame than they take from AMQP, and at least this much (§2.7.1). */
  private static final int SMALLEST_FRAME = 512;

  private static final int LARGEST_FRAME = 32 * 1024;
  private static final int CLOSE_SECONDS = 1;
  private static final int FINAL_BINARY = 0x82;
  private static final int FINAL_CLOSE = 0x88;
  private static final int FINAL_PONG = 0x8A;

  private final WebSocketInput input = new WebSocketInput(new Answers());
  private int maxPayload = SMALLEST_FRAME;
  private boolean pongUnderWay;
  private byte @Nullable [] pingToAnswer;
  private int peerStatus;
  private boolean peerClosed;
  private boolean closeSent;
  private boolean failed;

  /** What {@link Farewell} is to say on a WebSocket: that it closes. */
  public enum End {
    /** Nothing more will come. */
    INSTANCE
  }

  private final class Answers implements WebSocketInput.Control {
    @Override
    public void ping(byte[] payload) {
      pingToAnswer = payload;
    }

    @Override
    public void close(int status) {
      peerStatus = status;
      peerClosed = true;
    }
  }

  /** Largest payload of a frame from now on, in bytes: what the peer takes as an AMQP frame. */
  public void maxPayload(int bytes) {
    maxPayload = Math.min(bytes, LARGEST_FRAME);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    if (peerClosed || failed) {
      in.release();
      return;
    }
    try {
      input.unframe(in);
    } catch (WebSocketFault fault) {
      in.release();
      fail(ctx, fault.code());
      return;
    }
    if (in.isReadable()) {
      ctx.fireChannelRead(in);
    } else {
      in.release();
    }
    if (peerClosed) {
      answerClose(ctx);
    } else {
      answerPing(ctx);
    }
  }

  private void answerPing(ChannelHandlerContext ctx) {
    byte[] payload = pingToAnswer;
    if (payload == null || pongUnderWay || closeSent) {
      return;
    }
    pingToAnswer = null;
    pongUnderWay = true;
    ctx.writeAndFlush(control(ctx, FINAL_PONG, payload))
        .addListener(
            done -> {
              pongUnderWay = false;
              if (done.isSuccess()) {
                answerPing(ctx);
              }
            });
  }

  private void answerClose(ChannelHandlerContext ctx) {
    if (closeSent) {
      ctx.close();
      return;
    }
    closeSent = true;
    byte[] status =
        peerStatus == WebSocketInput.NO_STATUS ? new byte[0] : closePayload(peerStatus, "");
    ctx.writeAndFlush(control(ctx, FINAL_CLOSE, status)).addListener(done -> ctx.close());
  }

  private void fail(ChannelHandlerContext ctx, CloseCode code) {
    LOG.info("{}: WebSocket closed, {}", ctx.channel().remoteAddress(), code.words);
    failed = true;
    if (closeSent) {
      ctx.close();
      return;
    }
    closeSent = true;
    Farewell.say(ctx, control(ctx, FINAL_CLOSE, closePayload(code.status, code.words)));
    ctx.executor().schedule(() -> ctx.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message == End.INSTANCE) {
      writeEnd(ctx, promise);
    } else if (message instanceof ByteBuf bytes) {
      if (closeSent) {
        bytes.release();
        promise.setFailure(new ClosedChannelException());
      } else {
        writeFrames(ctx, bytes, promise);
      }
    } else {
      ctx.write(message, promise);
    }
  }

  private void writeEnd(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (closeSent) {
      promise.setSuccess();
      return;
    }
    closeSent = true;
    CloseCode normal = CloseCode.NORMAL;
    ctx.write(control(ctx, FINAL_CLOSE, closePayload(normal.status, normal.words)), promise);
  }

  private void writeFrames(ChannelHandlerContext ctx, ByteBuf bytes, ChannelPromise promise) {
    while (bytes.readableBytes() > maxPayload) {
      ctx.write(binaryHeader(ctx, maxPayload));
      ctx.write(bytes.readRetainedSlice(maxPayload));
    }
    ctx.write(binaryHeader(ctx, bytes.readableBytes()));
    ctx.write(bytes, promise);
  }

  private static ByteBuf binaryHeader(ChannelHandlerContext ctx, int payload) {
    ByteBuf header = ctx.alloc().directBuffer(4).writeByte(FINAL_BINARY);
    return payload < 126 ? header.writeByte(payload) : header.writeByte(126).writeShort(payload);
  }

  private static ByteBuf control(ChannelHandlerContext ctx, int head, byte[] payload) {
    return ctx.alloc()
        .directBuffer(2 + payload.length)
        .writeByte(head)
        .writeByte(payload.length)
        .writeBytes(payload);
  }

  private static byte[] closePayload(int status, String words) {
    byte[] text = words.getBytes(StandardCharsets.US_ASCII);
    byte[] payload = new byte[2 + text.length];
    payload[0] = (byte) (status >>> 8);
    payload[1] = (byte) status;
    System.arraycopy(text, 0, payload, 2, text.length);
    return payload;
  }
}
