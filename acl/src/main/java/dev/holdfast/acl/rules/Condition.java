package dev.holdfast.acl.rules;

import dev.holdfast.acl.Origin;
import java.net.InetAddress;
import java.util.function.Function;

/** One condition of a rule. Immutable but for {@link Rate}; any thread. */
sealed interface Condition {
  /** It never changes by itself. */
  long NEVER = Long.MAX_VALUE;

  /** Whether it holds. */
  Truth test(Facts facts);

  /** When its answer may change by itself, in epoch milliseconds. */
  default long edgeMs(Facts facts) {
    return NEVER;
  }

  /** Whether its answer is another one for every message. */
  default boolean perMessage() {
    return false;
  }

  /** As it is written in a rule. */
  @Override
  String toString();

  /** Asks about the connection; unknown when there is none. */
  private static Truth connected(Facts facts, Function<Origin, Boolean> question) {
    return facts
        .principal()
        .origin()
        .map(origin -> question.apply(origin) ? Truth.TRUE : Truth.FALSE)
        .orElse(Truth.UNKNOWN);
  }

  /**
   * {@code via unix}, {@code via tls} or {@code via loopback}.
   *
   * @param what that word
   */
  record Via(String what) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return connected(
          facts,
          origin ->
              switch (what) {
                case "unix" -> origin.via() == Origin.Via.UNIX;
                case "tls" -> origin.via() == Origin.Via.TLS;
                default -> origin.loopback();
              });
    }

    @Override
    public String toString() {
      return "via " + what;
    }
  }

  /**
   * {@code tls >= 1.3}: what the broker speaks is never less.
   *
   * @param version as it is written
   */
  record Tls(String version) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return connected(facts, origin -> origin.via() == Origin.Via.TLS);
    }

    @Override
    public String toString() {
      return "tls >= " + version;
    }
  }

  /**
   * {@code auth <= 12h}: how long ago the peer proved who it is.
   *
   * @param mostMs in milliseconds
   * @param text as it is written
   */
  record Age(long mostMs, String text) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return connected(facts, origin -> facts.nowMs() - origin.authenticatedMs() <= mostMs);
    }

    @Override
    public long edgeMs(Facts facts) {
      long end = facts.principal().origin().map(o -> o.authenticatedMs() + mostMs).orElse(NEVER);
      return end < facts.nowMs() ? NEVER : end;
    }

    @Override
    public String toString() {
      return "auth <= " + text;
    }
  }

  /**
   * {@code mech external}.
   *
   * @param name in lower case
   */
  record Mechanism(String name) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return connected(facts, origin -> origin.mechanism().equals(name));
    }

    @Override
    public String toString() {
      return "mech " + name;
    }
  }

  /**
   * {@code from 10.0.0.0/8}. Who comes over a Unix socket comes from no network.
   *
   * @param network its address
   * @param bits of its prefix
   */
  record From(InetAddress network, int bits) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return connected(facts, origin -> origin.address().map(this::holds).orElse(false));
    }

    private boolean holds(InetAddress address) {
      byte[] wanted = network.getAddress();
      byte[] given = address.getAddress();
      if (wanted.length != given.length) {
        return false;
      }
      for (int bit = 0; bit < bits; bit++) {
        int mask = 0x80 >>> (bit % Byte.SIZE);
        if (((wanted[bit / Byte.SIZE] ^ given[bit / Byte.SIZE]) & mask) != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return "from " + network.getHostAddress() + "/" + bits;
    }
  }

  /**
   * {@code until 2027-01-01}.
   *
   * @param endMs exclusive, in epoch milliseconds
   * @param text as it is written
   */
  record Until(long endMs, String text) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return facts.nowMs() < endMs ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public long edgeMs(Facts facts) {
      return facts.nowMs() < endMs ? endMs : NEVER;
    }

    @Override
    public String toString() {
      return "until " + text;
    }
  }

  /**
   * {@code signal:incident}: set by an operator while the broker runs.
   *
   * @param name of the signal
   */
  record Signal(String name) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return facts.signals().contains(name) ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public String toString() {
      return "signal:" + name;
    }
  }

  /**
   * {@code size <= 64KiB}.
   *
   * @param most bytes of a message
   * @param text as it is written
   */
  record Size(long most, String text) implements Condition {
    @Override
    public Truth test(Facts facts) {
      if (facts.message() == null) {
        return Truth.PENDING;
      }
      return facts.message().bytes() <= most ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public boolean perMessage() {
      return true;
    }

    @Override
    public String toString() {
      return "size <= " + text;
    }
  }

  /** {@code sealed}: encrypted end to end, as far as its form tells. */
  record Sealed() implements Condition {
    @Override
    public Truth test(Facts facts) {
      if (facts.message() == null) {
        return Truth.PENDING;
      }
      return facts.message().sealed() ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public boolean perMessage() {
      return true;
    }

    @Override
    public String toString() {
      return "sealed";
    }
  }

  /** {@code time 08:00-18:00 mon-fri Europe/Berlin}. */
  record Time(TimeWindow window) implements Condition {
    @Override
    public Truth test(Facts facts) {
      return window.contains(facts.nowMs()) ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public long edgeMs(Facts facts) {
      return window.nextEdgeMs(facts.nowMs());
    }

    @Override
    public String toString() {
      return "time " + window;
    }
  }

  /** {@code rate <= 500/s burst 1000}, for each principal by itself. */
  record Rate(RateLimit limit) implements Condition {
    @Override
    public Truth test(Facts facts) {
      if (facts.message() == null) {
        return Truth.PENDING;
      }
      if (!facts.counts()) {
        return Truth.TRUE;
      }
      return limit.take(facts.principal().name(), facts.nowMs()) ? Truth.TRUE : Truth.FALSE;
    }

    @Override
    public boolean perMessage() {
      return true;
    }

    @Override
    public String toString() {
      return "rate <= " + limit;
    }
  }
}
