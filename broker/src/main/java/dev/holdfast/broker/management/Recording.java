package dev.holdfast.broker.management;

import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.audit.source.Peers;
import dev.holdfast.broker.identity.PeerCredentials;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Records what is asked of the API: a request that changes something or shows messages happens only
 * after its record is on disk, and a second record tells how it ended. Any thread.
 */
final class Recording {
  private final AuditTrail trail;

  Recording(AuditTrail trail) {
    this.trail = trail;
  }

  /**
   * Carries the operation out, recorded when its route asks for that.
   *
   * @param operation never fails: a failure is an answer too
   * @return fails with {@link dev.holdfast.broker.audit.AuditException} when it must not be
   */
  CompletionStage<ApiAnswer> carryOut(
      Router.Match match,
      ApiRequest call,
      @Nullable PeerCredentials kernel,
      Supplier<CompletionStage<ApiAnswer>> operation) {
    Route route = match.route();
    if (!route.recorded()) {
      return operation.get();
    }
    String kind = route.showsMessages() ? "messages" : "admin";
    AuditEvent asked =
        AuditEvent.of(kind + ".request", Outcome.OK)
            .by(Peers.ofHttp(call.caller() == null ? null : call.caller().name(), kernel))
            .asked(route.method() + " " + route.path(), resource(call))
            .correlation(UUID.randomUUID().toString());
    return trail
        .durably(asked)
        .thenCompose(written -> operation.get())
        .whenComplete((answer, failure) -> ended(kind, asked, answer));
  }

  /** What the path names, else the name of what is to be made. */
  private static String resource(ApiRequest call) {
    return call.variables().isEmpty()
        ? Json.nameIn(call.body())
        : String.join("/", call.variables());
  }

  /** Without an answer it was not recorded before, and did not happen. */
  private void ended(String kind, AuditEvent asked, @Nullable ApiAnswer answer) {
    if (answer == null) {
      return;
    }
    int status = answer.status();
    Outcome outcome = status == 401 || status == 403 ? Outcome.DENY : Outcome.ERROR;
    trail.keep(
        AuditEvent.of(kind + ".result", status < 400 ? Outcome.OK : outcome)
            .code(status < 400 ? null : "http-" + status)
            .by(asked.peer())
            .asked(asked.operation(), asked.resource())
            .correlation(asked.correlation()));
  }
}
