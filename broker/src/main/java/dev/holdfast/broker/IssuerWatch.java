package dev.holdfast.broker;

import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditEvent.Outcome;
import dev.holdfast.broker.audit.AuditTrail;
import dev.holdfast.broker.identity.token.TokenService;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks every second whether the keys of other issuers have changed, on a worker. */
final class IssuerWatch {
  private static final Logger LOG = LoggerFactory.getLogger(IssuerWatch.class);
  private static final long PERIOD_MS = 1_000;

  private final TokenService tokens;
  private final AuditTrail audit;

  IssuerWatch(TokenService tokens, AuditTrail audit) {
    this.tokens = tokens;
    this.audit = audit;
  }

  /** Until the loops end. Loads what is there before it returns. */
  void start(Vertx vertx) {
    poll();
    AtomicBoolean looking = new AtomicBoolean();
    vertx.setPeriodic(
        PERIOD_MS,
        timer -> {
          if (looking.compareAndSet(false, true)) {
            vertx
                .executeBlocking(
                    () -> {
                      poll();
                      return null;
                    })
                .onComplete(done -> looking.set(false));
          }
        });
  }

  private void poll() {
    for (TokenService.IssuerChange change : tokens.pollIssuers()) {
      boolean taken = change.problem().isEmpty();
      if (taken) {
        LOG.info("The keys of the issuer file {} have changed", change.file());
      } else {
        LOG.warn("{} is not used, what it had before stays: {}", change.file(), change.problem());
      }
      audit.keep(
          AuditEvent.of("issuer.reload", taken ? Outcome.OK : Outcome.ERROR)
              .asked("reload", change.file()));
    }
  }
}
