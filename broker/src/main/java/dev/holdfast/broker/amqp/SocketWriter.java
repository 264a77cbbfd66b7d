package dev.holdfast.broker.amqp;

import dev.holdfast.broker.net.Farewell;
import dev.holdfast.broker.websocket.WebSocketHandler;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Gathers what a batch has to say to one peer and writes it once. Knows how much the socket has not
 * taken yet, which is what deliveries wait for. Event-loop thread.
 */
final class SocketWriter {

  /** A chunk is handed on before it gets much larger than this, so that buffers stay pooled. */
  private static final int CHUNK_BYTES = 256 * 1024;

  private static final int FIRST_CHUNK_BYTES = 8 * 1024;

  private final ChannelHandlerContext channel;
  private final long highBytes;
  private final Runnable drained;
  private final @Nullable WebSocketHandler webSocket;
  private @Nullable ByteBuf chunk;
  private int lastBatchBytes = FIRST_CHUNK_BYTES;
  private long unwrittenBytes;
  private boolean wroteSomething;
  private boolean somebodyWaits;
  private boolean closed;

  SocketWriter(ChannelHandlerContext channel, long highBytes, Runnable drained) {
    this.channel = channel;
    this.highBytes = highBytes;
    this.drained = drained;
    this.webSocket = channel.pipeline().get(WebSocketHandler.class);
  }

  /** The largest AMQP frame that the peer takes; its WebSocket may take no larger frame either. */
  void peerMaxFrame(int bytes) {
    if (webSocket != null) {
      webSocket.maxPayload(bytes);
    }
  }

  /** The buffer to append a frame to. */
  ByteBuf buffer() {
    ByteBuf current = chunk;
    if (current != null && current.readableBytes() >= CHUNK_BYTES) {
      hand(current);
      current = null;
    }
    if (current == null) {
      current = channel.alloc().directBuffer(lastBatchBytes);
      chunk = current;
    }
    return current;
  }

  /** Whether the socket takes more deliveries now. */
  boolean takesMore() {
    boolean more = unwrittenBytes + (chunk == null ? 0 : chunk.readableBytes()) < highBytes;
    somebodyWaits |= !more;
    return more;
  }

  /** Bytes the socket has not taken. */
  long unwrittenBytes() {
    return unwrittenBytes;
  }

  /** Whether anything was written since the last call. */
  boolean takeWroteSomething() {
    boolean wrote = wroteSomething;
    wroteSomething = false;
    return wrote;
  }

  /** Writes what has been gathered. */
  void flush() {
    ByteBuf current = chunk;
    if (current == null) {
      return;
    }
    lastBatchBytes =
        Math.max(512, Math.min(CHUNK_BYTES, Integer.highestOneBit(current.readableBytes()) * 2));
    hand(current);
    channel.flush();
  }

  private void hand(ByteBuf full) {
    chunk = null;
    int bytes = full.readableBytes();
    if (closed || bytes == 0) {
      full.release();
      return;
    }
    wroteSomething = true;
    unwrittenBytes += bytes;
    channel.write(full).addListener(done -> written(bytes));
  }

  private void written(int bytes) {
    unwrittenBytes -= bytes;
    if (somebodyWaits && unwrittenBytes < highBytes / 2 && !closed) {
      somebodyWaits = false;
      drained.run();
    }
  }

  /**
   * Writes what has been gathered and then says that nothing more will come; see {@link Farewell}.
   */
  void finish() {
    flush();
    if (!closed) {
      closed = true;
      Farewell.say(
          channel, webSocket == null ? channel.alloc().buffer(0) : WebSocketHandler.End.INSTANCE);
    }
  }

  /** The socket is gone. */
  void discard() {
    closed = true;
    if (chunk != null) {
      chunk.release();
      chunk = null;
    }
  }
}
