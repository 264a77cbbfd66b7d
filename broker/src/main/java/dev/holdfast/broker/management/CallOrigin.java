package dev.holdfast.broker.management;

import dev.holdfast.acl.Origin;
import java.util.Optional;

/** How callers of the API are connected: over the Unix socket, vouched for by the kernel. */
final class CallOrigin {
  private static final long MINUTE_MS = 60_000;

  private CallOrigin() {}

  /** Of a request that comes now. Whole minutes, so that answers of the policy are kept. */
  static Origin now() {
    long now = System.currentTimeMillis();
    return new Origin(Origin.Via.UNIX, false, Optional.empty(), "external", now - now % MINUTE_MS);
  }
}
