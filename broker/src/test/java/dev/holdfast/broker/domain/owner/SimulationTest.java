package dev.holdfast.broker.domain.owner;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Seeded lives of a broker, a thousand of each kind. {@code -Dsimulation.seed=N} repeats one. */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("simulation.seeds", 1_000);
  private static final int STEPS = 150;

  private final Logger log = (Logger) LoggerFactory.getLogger("dev.holdfast.broker.domain.owner");

  /** Ten thousand failing commits would otherwise tell their story. */
  @BeforeEach
  void quiet() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void loud() {
    log.setLevel(null);
  }

  @Test
  void everySeedKeepsEveryPromise() {
    everySeed(seed -> new Simulation(seed).run(STEPS));
  }

  /** Expiry, delays, retries, deaths, overflow, locks, keys and redrives, while clocks jump. */
  @Test
  void timeAndFailureLeaveEachMessageWhereItBelongs() {
    everySeed(seed -> new FailSimulation(seed).run(STEPS));
  }

  private static void everySeed(LongConsumer life) {
    Long only = Long.getLong("simulation.seed");
    long first = only == null ? 1 : only;
    long last = only == null ? SEEDS : only;
    for (long seed = first; seed <= last; seed++) {
      try {
        life.accept(seed);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " (repeat with -Dsimulation.seed=" + seed + "): " + e.getMessage(), e);
      }
    }
  }
}
