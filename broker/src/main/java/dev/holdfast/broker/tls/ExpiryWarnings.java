package dev.holdfast.broker.tls;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log that a certificate of the broker expires: 30, 14, 7 and 1 days before, and when
 * it has. Each is said once per certificate. One thread at a time.
 */
final class ExpiryWarnings {

  private static final Logger LOG = LoggerFactory.getLogger(ExpiryWarnings.class);
  private static final List<Integer> DAYS = List.of(0, 1, 7, 14, 30);

  /** Fewest days that have been announced. */
  private final Map<BigInteger, Integer> announced = new HashMap<>();

  /** Looks at what is served now. */
  void look(List<ServerCertificate> certificates, Instant now) {
    announced
        .keySet()
        .removeIf(
            serial ->
                certificates.stream().noneMatch(c -> c.leaf().getSerialNumber().equals(serial)));
    for (ServerCertificate one : certificates) {
      Instant until = one.leaf().getNotAfter().toInstant();
      Duration left = Duration.between(now, until);
      int days = DAYS.stream().filter(d -> within(left, d)).findFirst().orElse(Integer.MAX_VALUE);
      Integer before = announced.get(one.leaf().getSerialNumber());
      if (days < (before == null ? Integer.MAX_VALUE : before)) {
        announced.put(one.leaf().getSerialNumber(), days);
        say(one, until, days);
      }
    }
  }

  private static boolean within(Duration left, int days) {
    return left.compareTo(Duration.ofDays(days)) <= 0;
  }

  private static void say(ServerCertificate one, Instant until, int days) {
    if (days == 0) {
      LOG.error("{}: the certificate has expired at {}; clients refuse it", one.file(), until);
    } else {
      LOG.warn(
          "{}: the certificate expires in {} day{} or less, at {}; put a new one in its place",
          one.file(),
          days,
          days == 1 ? "" : "s",
          until);
    }
  }
}
