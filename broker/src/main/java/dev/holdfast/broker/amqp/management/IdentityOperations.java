package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.LiveIdentity;
import dev.holdfast.broker.domain.Peer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The node {@code $identity}: {@code issue-token} gives who is known by uid, certificate or
 * password a token that may do less. Any thread; blocks, on a worker.
 */
public final class IdentityOperations implements ControlOperations {
  /** The node's address. */
  public static final String ADDRESS = "$identity";

  private static final long DEFAULT_SECONDS = 15 * 60;

  @Override
  public CompletionStage<ManagementReply> carryOut(Peer peer, ManagementRequest request) {
    return CompletableFuture.completedStage(reply(peer, request));
  }

  private static ManagementReply reply(Peer peer, ManagementRequest request) {
    if (!request.parameter("operation").equals("issue-token")) {
      return ManagementReply.refused(501, "there is no operation but issue-token");
    }
    Object seconds = request.parameters().getOrDefault("ttl", DEFAULT_SECONDS);
    if (!(seconds instanceof Number number)) {
      return ManagementReply.refused(400, "the application property ttl is a number of seconds");
    }
    try {
      LiveIdentity.Issued issued =
          peer.identity()
              .issue(
                  List.of(request.parameter("scope").split(" ", -1)),
                  Duration.ofSeconds(number.longValue()));
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("token", issued.token());
      body.put("id", issued.id());
      body.put("expires", issued.expires().toString());
      return new ManagementReply(201, "Created", body);
    } catch (IllegalArgumentException refused) {
      return ManagementReply.refused(400, String.valueOf(refused.getMessage()));
    }
  }
}
