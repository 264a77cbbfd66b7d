package dev.holdfast.broker.websocket;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/** The rules for a client's opening handshake (RFC 6455 §4.2). Immutable. */
record Handshake(WebSocketSettings settings, OriginCheck origins) {

  private static final String VERSION = "13";
  private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int KEY_BYTES = 16;

  /**
   * Why there will be no WebSocket.
   *
   * @param status of the answer
   * @param words of the answer, a sentence
   */
  record Refusal(HttpResponseStatus status, String words) {}

  /** Why this request is no handshake that may succeed; empty when it is one. */
  Optional<Refusal> refusal(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      return Optional.of(malformed(request.decoderResult().cause()));
    }
    HttpHeaders headers = request.headers();
    if (!settings.paths().contains(path(request.uri()))) {
      return refuse(HttpResponseStatus.NOT_FOUND, "There is nothing at this path.");
    }
    if (!headers.containsValue(HttpHeaderNames.CONNECTION, "upgrade", true)
        || !headers.containsValue(HttpHeaderNames.UPGRADE, "websocket", true)) {
      return refuse(
          HttpResponseStatus.UPGRADE_REQUIRED,
          "Only WebSocket is served here, with the sub-protocol " + settings.subProtocol() + ".");
    }
    if (!request.method().equals(HttpMethod.GET)
        || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)
        || HttpUtil.isTransferEncodingChunked(request)) {
      return refuse(HttpResponseStatus.BAD_REQUEST, "A handshake is a GET of HTTP/1.1.");
    }
    if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
      return refuse(HttpResponseStatus.UPGRADE_REQUIRED, "Version 13 of WebSocket is spoken here.");
    }
    if (!origin(headers)) {
      return refuse(HttpResponseStatus.FORBIDDEN, "This origin is not allowed.");
    }
    if (!headers.containsValue(
        HttpHeaderNames.SEC_WEBSOCKET_PROTOCOL, settings.subProtocol(), false)) {
      return refuse(
          HttpResponseStatus.BAD_REQUEST,
          "The client has to offer the sub-protocol " + settings.subProtocol() + ".");
    }
    return keyIsFine(headers)
        ? Optional.empty()
        : refuse(HttpResponseStatus.BAD_REQUEST, "Sec-WebSocket-Key has to be 16 bytes in Base64.");
  }

  private static Refusal malformed(Throwable cause) {
    if (cause instanceof TooLongHttpLineException) {
      return new Refusal(HttpResponseStatus.REQUEST_URI_TOO_LONG, "The request is too long.");
    }
    return cause instanceof TooLongHttpHeaderException
        ? new Refusal(
            HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "The headers are too large.")
        : new Refusal(HttpResponseStatus.BAD_REQUEST, "This is not HTTP.");
  }

  private static Optional<Refusal> refuse(HttpResponseStatus status, String words) {
    return Optional.of(new Refusal(status, words));
  }

  private static String path(String uri) {
    int query = uri.indexOf('?');
    return query < 0 ? uri : uri.substring(0, query);
  }

  private boolean origin(HttpHeaders headers) {
    List<String> from = headers.getAll(HttpHeaderNames.ORIGIN);
    List<String> host = headers.getAll(HttpHeaderNames.HOST);
    return from.isEmpty()
        || (from.size() == 1
            && host.size() == 1
            && origins.accepts(from.get(0).strip(), host.get(0).strip()));
  }

  private static boolean keyIsFine(HttpHeaders headers) {
    List<String> keys = headers.getAll(HttpHeaderNames.SEC_WEBSOCKET_KEY);
    try {
      return keys.size() == 1
          && Base64.getDecoder().decode(keys.get(0).strip()).length == KEY_BYTES;
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  /** What to answer to this key. */
  static String accept(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-1")
              .digest((key.strip() + GUID).getBytes(StandardCharsets.US_ASCII));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java has SHA-1", impossible);
    }
  }
}
