package dev.holdfast.broker.access;

import dev.holdfast.acl.rules.Explanation;
import dev.holdfast.acl.rules.Problem;
import dev.holdfast.acl.rules.RuleSet;
import dev.holdfast.acl.rules.RuleText;
import dev.holdfast.acl.rules.RulesException;
import dev.holdfast.acl.rules.RulesPolicy;
import dev.holdfast.broker.audit.AuditEvent;
import dev.holdfast.broker.audit.AuditTrail;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules that are in force. The file is looked at once a second, and taken when it has changed
 * and is right as a whole; otherwise what was in force stays. Whoever is connected is held to new
 * rules at once. Any thread; methods that read or write files block.
 */
public final class AccessRules implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AccessRules.class);
  private static final long POLL_MS = 1_000;
  private static final int MOST_TOLD = 3;

  private final RuleFile file;
  private final SignalFile signalFile;
  private final RulesPolicy policy;
  private final AuditTrail trail;
  private final Clock clock;
  private final ScheduledExecutorService watch =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "access-rules");
            thread.setDaemon(true);
            return thread;
          });
  private volatile Runnable changed = () -> {};

  /** Guarded by this. */
  private RuleText text = RuleText.EMPTY;

  private volatile List<Problem> problems = List.of();

  /**
   * What rules were found to be.
   *
   * @param text of the file that is in force
   * @param state that decides
   * @param warnings about it
   * @param problems of a newer file, which is not in force; empty: there is none
   */
  public record Snapshot(
      String text, RulesPolicy.State state, List<Problem> warnings, List<Problem> problems) {}

  private AccessRules(
      RuleFile file, SignalFile signalFile, RulesPolicy policy, AuditTrail trail, Clock clock) {
    this.file = file;
    this.signalFile = signalFile;
    this.policy = policy;
    this.trail = trail;
    this.clock = clock;
  }

  /**
   * Reads the file, which need not be there.
   *
   * @throws RulesException when it is no set of rules: nobody knows what was meant
   * @throws IOException when it cannot be read
   */
  public static AccessRules open(
      RuleFile file, SignalFile signalFile, AuditTrail trail, Clock clock)
      throws RulesException, IOException {
    AccessRules rules = new AccessRules(file, signalFile, new RulesPolicy(clock), trail, clock);
    rules.policy.signals(signalFile.read());
    rules.take(file.read());
    return rules;
  }

  /** Decides by the rules in force. */
  public RulesPolicy policy() {
    return policy;
  }

  /**
   * Begins to watch.
   *
   * @param onChange holds everybody who is connected to what is in force now
   * @param everySecond done beside it
   */
  public void start(Runnable onChange, Runnable everySecond) {
    changed = onChange;
    watch.scheduleWithFixedDelay(() -> poll(everySecond), POLL_MS, POLL_MS, TimeUnit.MILLISECONDS);
  }

  private void poll(Runnable everySecond) {
    try {
      everySecond.run();
      if (file.hasChanged()) {
        reload();
      } else if (policy.state().rules().timed()) {
        changed.run();
      }
    } catch (RulesException e) {
      LOG.error("{}: the access rules stay as they were: {}", file.path(), told(e.problems()));
    } catch (IOException | RuntimeException e) {
      LOG.error("{}: the access rules stay as they were: {}", file.path(), e.toString());
    }
  }

  private static String told(List<Problem> problems) {
    List<String> first = problems.stream().limit(MOST_TOLD).map(Problem::toString).toList();
    return String.join("; ", first)
        + (problems.size() > MOST_TOLD ? "; and " + (problems.size() - MOST_TOLD) + " more" : "");
  }

  /**
   * Reads the file again.
   *
   * @return how many rules there are now
   * @throws RulesException when it is no set of rules; the old ones stay
   * @throws IOException when it cannot be read; the old ones stay
   */
  public synchronized int reload() throws RulesException, IOException {
    return take(file.read());
  }

  private synchronized int take(String read) throws RulesException {
    RuleSet set;
    try {
      set = RuleSet.parse(read);
    } catch (RulesException e) {
      problems = e.problems();
      trail.keep(
          AuditEvent.of("acl.reload", AuditEvent.Outcome.ERROR)
              .extra("problem", e.problems().get(0).toString()));
      throw e;
    }
    problems = List.of();
    if (!read.equals(text.text())) {
      text = new RuleText(read);
      policy.rules(set);
      trail.keep(
          AuditEvent.of("acl.reload", AuditEvent.Outcome.OK)
              .extra("rules", Integer.toString(set.rules().size())));
      LOG.info("{}: {} access rules in force", file.path(), set.rules().size());
      changed.run();
    }
    return set.rules().size();
  }

  /**
   * Adds a rule that allows this, in the file and at once.
   *
   * @return whether it was not allowed by such a rule before
   * @throws RulesException when the file, as it is now, is no set of rules
   * @throws IOException when it cannot be read or written; nothing has changed
   */
  public synchronized boolean grant(RuleText.Right right) throws RulesException, IOException {
    RuleText now = new RuleText(file.read());
    return replace(now, now.grant(right));
  }

  /**
   * Takes it out of all rules that allow it.
   *
   * @return whether there was one
   * @throws RulesException as for {@link #grant}
   * @throws IOException as for {@link #grant}
   */
  public synchronized boolean revoke(RuleText.Right right) throws RulesException, IOException {
    RuleText now = new RuleText(file.read());
    return replace(now, now.revoke(right));
  }

  private boolean replace(RuleText now, RuleText next) throws RulesException, IOException {
    if (!next.equals(now)) {
      file.write(next.text());
    }
    take(next.text());
    return !next.equals(now);
  }

  /** What is in force. */
  public synchronized Snapshot snapshot() {
    RulesPolicy.State state = policy.state();
    return new Snapshot(text.text(), state, state.rules().warnings(clock.millis()), problems);
  }

  /** Where the rules are read from. */
  public String path() {
    return file.path().toString();
  }

  /** Why the rules in force decide as they do. */
  public Explanation explain(Explanation.Request request) {
    return policy.explain(request);
  }

  /**
   * Sets or clears a signal; it stays so over a restart.
   *
   * @return whether it was not so before
   * @throws IOException when that cannot be kept; nothing has changed
   */
  public synchronized boolean signal(String name, boolean on) throws IOException {
    Set<String> signals = new TreeSet<>(policy.state().signals());
    boolean other = on ? signals.add(name) : signals.remove(name);
    if (other) {
      signalFile.write(signals);
      policy.signals(signals);
      changed.run();
    }
    return other;
  }

  /** How the newer file is wrong that is not in force; null: there is none. */
  public @Nullable String problem() {
    List<Problem> now = problems;
    return now.isEmpty() ? null : told(now);
  }

  /** Stops watching. */
  @Override
  public void close() {
    watch.shutdownNow();
  }
}
