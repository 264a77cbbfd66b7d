package dev.holdfast.broker.identity;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Applies the {@link Backoff} to the checks of one peer, by timers: no thread waits. */
final class Guard {
  private final Backoff backoff;
  private final String origin;

  Guard(Backoff backoff, PeerInfo peer) {
    this.backoff = backoff;
    this.origin = origin(peer);
  }

  /** Runs the check, now or after the wait that earlier failures have earned, and counts it. */
  CompletionStage<SaslStep> guarded(String name, Supplier<CompletionStage<SaslStep>> check) {
    Duration delay = backoff.delay(name, origin);
    CompletionStage<SaslStep> result =
        delay.isZero()
            ? check.get()
            : CompletableFuture.supplyAsync(
                    check,
                    CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS))
                .thenCompose(stage -> stage);
    return result
        .exceptionally(failure -> new SaslStep.Failed(true))
        .thenApply(
            step -> {
              count(name, step);
              return step;
            });
  }

  private void count(String name, SaslStep step) {
    if (step instanceof SaslStep.Authenticated) {
      backoff.succeeded(name, origin);
    } else if (step instanceof SaslStep.Failed failed && !failed.temporary()) {
      backoff.failed(name, origin);
    }
  }

  /** The peer without what changes at every connect: a uid, or an address without its port. */
  private static String origin(PeerInfo peer) {
    PeerCredentials credentials = peer.credentials();
    if (credentials != null) {
      return "uid:" + credentials.uid();
    }
    String remote = peer.remote();
    int port = remote.lastIndexOf(':');
    // An IPv6 address has colons of its own; with a port it is in brackets.
    boolean withPort = port > 0 && (remote.indexOf(':') == port || remote.charAt(port - 1) == ']');
    return withPort ? remote.substring(0, port) : remote;
  }
}
