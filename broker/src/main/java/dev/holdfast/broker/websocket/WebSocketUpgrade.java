package dev.holdfast.broker.websocket;

import dev.holdfast.broker.net.Farewell;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The opening handshake of a WebSocket: one HTTP request, answered by 101 and a {@link
 * WebSocketHandler}, or by an error and the end. Takes its own place and that of HTTP out of the
 * pipeline. Event-loop thread.
 */
public final class WebSocketUpgrade extends ChannelInboundHandlerAdapter {

  private static final Logger LOG = LoggerFactory.getLogger(WebSocketUpgrade.class);
  private static final int MAX_LINE = 4 * 1024;
  private static final int MAX_HEADERS = 8 * 1024;
  private static final int CLOSE_SECONDS = 1;

  private final Handshake handshake;
  private final Runnable upgraded;
  private @Nullable HttpRequest request;
  private @Nullable ScheduledFuture<?> deadline;
  private boolean answered;

  private WebSocketUpgrade(Handshake handshake, Runnable upgraded) {
    this.handshake = handshake;
    this.upgraded = upgraded;
  }

  /**
   * Makes a channel expect a WebSocket's handshake.
   *
   * @param next the handler that is to get the bytes
   * @param tls whether TLS is spoken
   * @param clientCertificate whether the client has shown a certificate
   * @param upgraded called before the first bytes come
   */
  public static void expect(
      ChannelHandlerContext next,
      WebSocketSettings settings,
      boolean tls,
      boolean clientCertificate,
      Runnable upgraded) {
    OriginCheck origins = new OriginCheck(settings.origins(), tls, clientCertificate);
    HttpDecoderConfig limits =
        new HttpDecoderConfig()
            .setMaxInitialLineLength(MAX_LINE)
            .setMaxHeaderSize(MAX_HEADERS)
            .setMaxChunkSize(MAX_HEADERS);
    next.pipeline()
        .addBefore(next.name(), "http", new HttpServerCodec(limits))
        .addBefore(
            next.name(),
            "upgrade",
            new WebSocketUpgrade(new Handshake(settings, origins), upgraded));
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    deadline =
        ctx.executor()
            .schedule(
                () -> {
                  LOG.info("{}: WebSocket handshake takes too long", ctx.channel().remoteAddress());
                  ctx.close();
                },
                handshake.settings().timeoutMs(),
                TimeUnit.MILLISECONDS);
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    Objects.requireNonNull(deadline).cancel(false);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    try {
      if (!answered) {
        read(ctx, message);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void read(ChannelHandlerContext ctx, Object message) {
    if (message instanceof HttpRequest head) {
      request = head;
      handshake.refusal(head).ifPresent(refusal -> refuse(ctx, refusal));
    }
    if (!answered && message instanceof HttpContent body) {
      if (body.content().isReadable() || body.decoderResult().isFailure()) {
        refuse(
            ctx,
            new Handshake.Refusal(HttpResponseStatus.BAD_REQUEST, "A handshake has no content."));
      } else if (body instanceof LastHttpContent) {
        upgrade(ctx, Objects.requireNonNull(request));
      }
    }
  }

  private void refuse(ChannelHandlerContext ctx, Handshake.Refusal refusal) {
    LOG.info("{}: no WebSocket: {}", ctx.channel().remoteAddress(), refusal.words());
    answered = true;
    FullHttpResponse answer =
        response(
            refusal.status(),
            Unpooled.copiedBuffer(refusal.words() + "\n", StandardCharsets.UTF_8));
    answer
        .headers()
        .set(HttpHeaderNames.CONTENT_TYPE, "text/plain; charset=utf-8")
        .set(HttpHeaderNames.CONTENT_LENGTH, answer.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
    if (refusal.status().equals(HttpResponseStatus.UPGRADE_REQUIRED)) {
      answer
          .headers()
          .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
          .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
    }
    Farewell.say(ctx, answer);
    ctx.executor().schedule(() -> ctx.close(), CLOSE_SECONDS, TimeUnit.SECONDS);
  }

  private void upgrade(ChannelHandlerContext ctx, HttpRequest asked) {
    answered = true;
    FullHttpResponse answer =
        response(HttpResponseStatus.SWITCHING_PROTOCOLS, Unpooled.EMPTY_BUFFER);
    String key = Objects.requireNonNull(asked.headers().get(HttpHeaderNames.SEC_WEBSOCKET_KEY));
    answer
        .headers()
        .set(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET)
        .set(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE)
        .set(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT, Handshake.accept(key))
        .set(HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, handshake.settings().subProtocol());
    ctx.writeAndFlush(answer);
    ctx.pipeline().addAfter(ctx.name(), "websocket", new WebSocketHandler());
    upgraded.run();
    // In this order: what HTTP has read too much of goes to the WebSocket.
    ctx.pipeline().remove(this);
    ctx.pipeline().remove(HttpServerCodec.class);
  }

  private static FullHttpResponse response(HttpResponseStatus status, ByteBuf body) {
    return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
  }
}
