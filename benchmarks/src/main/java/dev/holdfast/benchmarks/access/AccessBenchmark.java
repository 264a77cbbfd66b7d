package dev.holdfast.benchmarks.access;

import dev.holdfast.acl.Decision;
import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Resource;
import dev.holdfast.acl.rules.RuleSet;
import dev.holdfast.acl.rules.RulesException;
import dev.holdfast.acl.rules.RulesPolicy;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One decision by rules, of which a fiftieth means who asks: as it is known from before, and for a
 * connection that nothing is known of.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class AccessBenchmark {
  private static final int PRINCIPALS = 50;

  private final RulesPolicy policy = new RulesPolicy(InstantSource.system());
  private final Resource queue = Resource.queue("orders.7.eu");
  private Principal known = connected(0);
  private long connections;

  /** Rules in the file. */
  @Param({"20", "1000", "9999"})
  public int rules;

  private static Principal connected(long atMs) {
    return new Principal("uid:1007", Set.of("checkout"))
        .in(Set.of("gid:50"))
        .from(new Origin(Origin.Via.UNIX, false, Optional.empty(), "external", atMs));
  }

  /** Makes the rules. */
  @Setup
  public void prepare() throws RulesException {
    StringBuilder text = new StringBuilder("acl 1\n");
    for (int i = 0; i < rules; i++) {
      int who = 1_000 + i % PRINCIPALS;
      text.append("allow uid:").append(who).append(" send,receive queue:orders.").append(i);
      text.append(".# if via unix\n");
    }
    text.append("allow uid:1007 send queue:orders.#\n");
    policy.rules(RuleSet.parse(text.toString()));
    known = connected(-1);
  }

  /** Decided before: what a message on a link without an address costs. */
  @Benchmark
  public Decision again() {
    return policy.decide(known, Permission.SEND, queue);
  }

  /** Decided for the first time: what attaching a link costs. */
  @Benchmark
  public Decision firstTime() {
    return policy.decide(connected(connections++), Permission.SEND, queue);
  }
}
