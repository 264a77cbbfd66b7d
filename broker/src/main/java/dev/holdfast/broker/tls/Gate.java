package dev.holdfast.broker.tls;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sits behind the record layer: sees the end of the handshake and the data. Event-loop thread. */
final class Gate extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

  private final RecordLayer records;
  private final Consumer<List<X509Certificate>> secured;

  Gate(RecordLayer records, Consumer<List<X509Certificate>> secured) {
    this.records = records;
    this.secured = secured;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event instanceof SslHandshakeCompletionEvent done) {
      if (done.isSuccess()) {
        records.watch(new SilentRecords(ctx.executor().ticker()::nanoTime));
        secured.accept(chain(records.engine().getSession()));
      } else {
        refused(ctx, done.cause());
      }
    }
    ctx.fireUserEventTriggered(event);
  }

  private static List<X509Certificate> chain(SSLSession session) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate one : session.getPeerCertificates()) {
        chain.add((X509Certificate) one);
      }
      return List.copyOf(chain);
    } catch (SSLPeerUnverifiedException none) {
      return List.of();
    }
  }

  /** What others do to the port is noise; a certificate that is refused is somebody's trouble. */
  private static void refused(ChannelHandlerContext ctx, Throwable why) {
    for (@Nullable Throwable cause = why; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException) {
        // The JDK's words may hold names from the certificate.
        String words = String.valueOf(cause.getMessage()).replaceAll("\\p{Cntrl}", "?");
        LOG.info("{}: client refused: {}", ctx.channel().remoteAddress(), words);
        return;
      }
    }
    LOG.debug("{}: no TLS: {}", ctx.channel().remoteAddress(), String.valueOf(why.getMessage()));
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof ByteBuf data) {
      records.gave(data.readableBytes());
    }
    ctx.fireChannelRead(message);
  }
}
