package dev.holdfast.broker.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.ssl.SslHandler;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's TLS, with an eye on how many records carry nothing. Neither Netty nor the JDK tell of
 * KeyUpdate; but Netty takes the records one by one, and hands on the data of each by itself.
 * Event-loop thread.
 */
final class RecordLayer extends SslHandler {

  private static final Logger LOG = LoggerFactory.getLogger(RecordLayer.class);

  private @Nullable SilentRecords silentRecords;
  private boolean gaveData;
  private boolean dropped;

  RecordLayer(SSLEngine engine) {
    super(engine);
  }

  /** The handshake is done: from now on a record without data is unusual. */
  void watch(SilentRecords records) {
    silentRecords = records;
    // The record that is being worked on ended the handshake.
    gaveData = true;
  }

  /** Data came out of a record. */
  void gave(int bytes) {
    gaveData = true;
    if (silentRecords != null) {
      silentRecords.data(bytes);
    }
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out)
      throws SSLException {
    if (dropped) {
      in.skipBytes(in.readableBytes());
      return;
    }
    int before = in.readerIndex();
    gaveData = false;
    super.decode(ctx, in, out);
    boolean record = in.readerIndex() != before;
    if (record && !gaveData && silentRecords != null && !silentRecords.silent()) {
      LOG.warn("{}: too many TLS records without data; dropped", ctx.channel().remoteAddress());
      dropped = true;
      ctx.channel().close();
    }
  }
}
