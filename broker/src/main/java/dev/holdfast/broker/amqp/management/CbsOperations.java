package dev.holdfast.broker.amqp.management;

import dev.holdfast.broker.domain.Peer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The node {@code $cbs} (the shape of OASIS AMQP Claims-based Security): {@code put-token} puts a
 * new token in the place of the one that a connection came with. Any thread.
 */
public final class CbsOperations implements ControlOperations {
  /** The node's address. */
  public static final String ADDRESS = "$cbs";

  private static final ManagementReply DONE = new ManagementReply(202, "Accepted", "");
  private static final ManagementReply REFUSED =
      new ManagementReply(401, "HF-TOKEN-INVALID: the token is not taken on this connection", "");

  @Override
  public CompletionStage<ManagementReply> carryOut(Peer peer, ManagementRequest request) {
    String operation = request.parameter("operation");
    String type = request.parameter("type");
    if (!operation.equals("put-token")) {
      return refused(501, "there is no operation but put-token");
    }
    if (!type.equals("jwt") && !type.equals("amqp:jwt")) {
      return refused(400, "the application property type must be jwt");
    }
    if (request.text().isEmpty()) {
      return refused(400, "the body must be an amqp-value with the token as a string");
    }
    return peer.identity()
        .renew(request.text())
        .thenApply(renewed -> renewed ? DONE : REFUSED)
        .exceptionally(broken -> REFUSED);
  }

  private static CompletionStage<ManagementReply> refused(int status, String why) {
    return CompletableFuture.completedStage(new ManagementReply(status, why, ""));
  }
}
