package dev.holdfast.broker.management;

import dev.holdfast.acl.Principal;
import dev.holdfast.broker.audit.AuditException;
import dev.holdfast.broker.domain.NodeException;
import dev.holdfast.broker.identity.PeerCredentials;
import dev.holdfast.broker.identity.UserException;
import dev.holdfast.broker.identity.token.TokenException;
import dev.holdfast.broker.net.PeerCredentialsReader;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.impl.HttpServerConnection;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns HTTP requests into calls and their results into answers. The server's event loop. */
final class AdminHandler {
  private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
  private static final int MOST_CONNECTIONS = 64;

  private final Router router;
  private final ManagementServices services;
  private final Recording recording;

  /** The server's event loop only. */
  private int connections;

  AdminHandler(Router router, ManagementServices services) {
    this.router = router;
    this.services = services;
    this.recording = new Recording(services.audit().log());
  }

  void connected(HttpConnection connection) {
    connections++;
    connection.closeHandler(closed -> connections--);
    if (connections > MOST_CONNECTIONS) {
      connection.close();
    }
  }

  void handle(HttpServerRequest request) {
    Router.Match match;
    try {
      match = router.find(request.method().name(), request.path());
      checkLength(request, match.route());
    } catch (ApiException e) {
      refuse(request, e);
      return;
    }
    Buffer body = Buffer.buffer();
    Route route = match.route();
    request.handler(
        part -> {
          if (body.length() <= route.maxBodyBytes()) {
            body.appendBuffer(part);
          }
          if (body.length() > route.maxBodyBytes()) {
            request.handler(null);
            request.endHandler(null);
            refuse(request, tooLarge(route));
          }
        });
    request.endHandler(end -> respond(request, match, body.getBytes()));
  }

  private static void checkLength(HttpServerRequest request, Route route) {
    String length = request.getHeader("content-length");
    // Netty has checked that it is a number.
    if (length != null && Long.parseLong(length) > route.maxBodyBytes()) {
      throw tooLarge(route);
    }
  }

  private static ApiException tooLarge(Route route) {
    return new ApiException(
        ApiException.Code.TOO_LARGE,
        "the body is larger than the " + route.maxBodyBytes() + " bytes this path takes");
  }

  /** The rest of the request is not read, so the connection ends with the answer. */
  private static void refuse(HttpServerRequest request, ApiException e) {
    HttpServerResponse response = request.response().putHeader("connection", "close");
    send(response, ApiAnswer.error(e)).onComplete(sent -> request.connection().close());
  }

  private void respond(HttpServerRequest request, Router.Match match, byte[] body) {
    Map<String, String> query = new HashMap<>();
    request.params().forEach((name, value) -> query.putIfAbsent(name, value));
    PeerCredentials kernel = credentials(request);
    Principal caller =
        services.peers().principal(kernel).map(who -> who.from(CallOrigin.now())).orElse(null);
    ApiRequest call = new ApiRequest(caller, match.variables(), query, body);
    Context context = Vertx.currentContext();
    recording
        .carryOut(
            match,
            call,
            kernel,
            () -> invoke(match.route(), call).exceptionally(AdminHandler::error))
        .exceptionally(AdminHandler::error)
        .thenAccept(answer -> context.runOnContext(go -> send(request.response(), answer)));
  }

  private static CompletionStage<ApiAnswer> invoke(Route route, ApiRequest call) {
    try {
      return route.handler().handle(call);
    } catch (RuntimeException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private static io.vertx.core.Future<Void> send(HttpServerResponse response, ApiAnswer answer) {
    if (response.closed() || response.ended()) {
      return io.vertx.core.Future.succeededFuture();
    }
    return response
        .setStatusCode(answer.status())
        .putHeader("content-type", answer.contentType())
        .putHeader("cache-control", "no-store")
        .end(Buffer.buffer(answer.body()));
  }

  private static @Nullable PeerCredentials credentials(HttpServerRequest request) {
    // The public API does not lead to the channel; the interface of the implementation does.
    HttpServerConnection connection = (HttpServerConnection) request.connection();
    return PeerCredentialsReader.read(connection.channelHandlerContext().channel()).orElse(null);
  }

  private static ApiAnswer error(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof ApiException e) {
      return ApiAnswer.error(e);
    }
    if (cause instanceof NodeException e) {
      return ApiAnswer.error(ApiException.of(e.error()));
    }
    if (cause instanceof AuditException e && e.reason() == AuditException.Reason.FULL) {
      return ApiAnswer.error(
          new ApiException(ApiException.Code.UNAVAILABLE, String.valueOf(e.getMessage())));
    }
    if (cause instanceof TokenException e) {
      return ApiAnswer.error(ApiException.of(e));
    }
    if (cause instanceof UserException e) {
      return ApiAnswer.error(ApiException.of(e));
    }
    String incident = UUID.randomUUID().toString();
    LOG.error("A management request failed, incident {}", incident, cause);
    return ApiAnswer.error(
        new ApiException(
            ApiException.Code.INTERNAL,
            "the broker failed; its log has the rest under incident " + incident));
  }
}
