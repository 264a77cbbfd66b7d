package dev.holdfast.broker.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.ssl.SslHandler;

/** The end of what the broker has to say on a socket. */
public final class Farewell {

  private Farewell() {}

  /**
   * Writes the last words and then says that nothing more will come. The peer may still send; if
   * the socket were closed with unread input, the peer's system could throw away the last words
   * before the peer reads them. So the caller still has to close, some time later. Event-loop
   * thread.
   *
   * @param lastWords anything that the channel's handlers can write
   */
  public static void say(ChannelHandlerContext channel, Object lastWords) {
    channel
        .writeAndFlush(lastWords)
        .addListener((ChannelFutureListener) done -> endOutput(done.channel()));
  }

  private static void endOutput(Channel channel) {
    boolean plain = channel.pipeline().get(SslHandler.class) == null;
    if (plain && channel instanceof DuplexChannel duplex && duplex.isActive()) {
      duplex.shutdownOutput();
    } else {
      channel.close();
    }
  }
}
