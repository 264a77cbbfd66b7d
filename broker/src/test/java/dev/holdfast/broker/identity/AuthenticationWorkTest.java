package dev.holdfast.broker.identity;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A wrong password costs the same work whether the name exists or not. Work is counted in bytes
 * that the checking thread allocates, most of all for Argon2id: a clock would count what else the
 * machine does.
 */
class AuthenticationWorkTest {
  private static final int ROUNDS = 6;
  private static final int SCRAM_ROUNDS = 2_000;
  private static final int WARM_UP = 500;
  private static final Percentage CLOSE = Percentage.withPercentage(5);

  @TempDir private Path directory;

  private static com.sun.management.ThreadMXBean threads() {
    return (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
  }

  private static long checkerAllocated() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("holdfast-passwords"))
        .mapToLong(thread -> threads().getThreadAllocatedBytes(thread.getId()))
        .sum();
  }

  /** One that what happens once, as loading a class, does not move. */
  private static double median(List<Long> values) {
    return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
  }

  private static void add(UserStore users, String name, byte[] password) throws Exception {
    users.add(name, Set.of(), password).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static PeerInfo from(int origin) {
    // Each try from an address of its own, so that none has to wait for earlier failures.
    return new PeerInfo(
        PeerInfo.Transport.TLS, null, List.of(), "192.0.2." + origin + ":40000", false);
  }

  @Test
  void plainAndScramCostTheSameForNamesThatExistAndThatDoNot() throws Exception {
    try (UserStore users = UserStore.open(directory.resolve("users"), InstantSource.system());
        SaslAuthenticator broker =
            new SaslAuthenticator(
                users,
                new PeerPrincipals(1000, Set.of()),
                new CertificatePrincipals(false, Set.of()))) {
      add(users, "gensec", null);
      add(users, "chosen", "correct horse".getBytes(UTF_8));
      // Of one length, as a longer name is a longer message.
      List<String> names = List.of("gensec", "chosen", "nobody");
      Map<String, List<Long>> plain = new HashMap<>();
      Map<String, List<Long>> scram = new HashMap<>();
      Random order = new Random(4);
      for (int i = 0; i < ROUNDS * names.size(); i++) {
        String name = names.get(order.nextInt(names.size()));
        long before = checkerAllocated();
        assertThat(Sasl.plain(broker, from(i), name, "wrong password"))
            .isEqualTo(new SaslStep.Failed(false));
        if (i >= names.size()) {
          plain.computeIfAbsent(name, n -> new ArrayList<>()).add(checkerAllocated() - before);
        }
      }
      for (int i = 0; i < SCRAM_ROUNDS; i++) {
        String name = names.get(order.nextInt(names.size()));
        long self = Thread.currentThread().getId();
        SaslExchange exchange = broker.start("SCRAM-SHA-256", Sasl.REMOTE);
        long before = threads().getThreadAllocatedBytes(self);
        Sasl.answer(exchange, "n,,n=" + name + ",r=clientnonce");
        long allocated = threads().getThreadAllocatedBytes(self) - before;
        if (i >= WARM_UP) {
          scram.computeIfAbsent(name, n -> new ArrayList<>()).add(allocated);
        }
      }
      for (Map<String, List<Long>> counted : List.of(plain, scram)) {
        double unknown = median(counted.get("nobody"));
        assertThat(unknown).isPositive();
        assertThat(median(counted.get("gensec"))).isCloseTo(unknown, CLOSE);
        assertThat(median(counted.get("chosen"))).isCloseTo(unknown, CLOSE);
      }
    }
  }
}
