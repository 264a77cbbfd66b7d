package dev.holdfast.broker.config;

import dev.holdfast.broker.limits.LimitTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a running process: what is in force and why, and what has changed since.
 * Limits of principals can be replaced while it runs; what else has changed waits for a restart.
 * Any thread; reading blocks on the file.
 */
public final class LiveConfig {
  private final ConfigLoader loader;
  private final @Nullable Path file;
  private final List<ConfigLoader.Flag> flags;
  private final BrokerConfig first;
  private List<Setting> settings;
  private volatile LimitTable limits;

  /**
   * A key whose value has changed.
   *
   * @param before what was in force
   * @param now what is asked for
   */
  public record Change(Setting before, Setting now) {}

  /**
   * What a reload has done.
   *
   * @param applied in force now
   * @param waiting for a restart
   */
  public record Reloaded(List<Change> applied, List<Change> waiting) {}

  private LiveConfig(
      ConfigLoader loader,
      @Nullable Path file,
      List<ConfigLoader.Flag> flags,
      ConfigLoader.Loaded loaded) {
    this.loader = loader;
    this.file = file;
    this.flags = List.copyOf(flags);
    this.first = loaded.config();
    this.settings = loaded.settings();
    this.limits = first.limits();
  }

  /**
   * Reads it for the first time.
   *
   * @param file the TOML file, null for none
   * @param flags as given on the command line
   * @throws ConfigException with every mistake
   */
  public static LiveConfig load(
      Surroundings surroundings, @Nullable Path file, List<ConfigLoader.Flag> flags)
      throws ConfigException {
    ConfigLoader loader = new ConfigLoader(surroundings);
    return new LiveConfig(loader, file, flags, loader.read(file, flags));
  }

  /** What the process began with. */
  public BrokerConfig config() {
    return first;
  }

  /** Every key, in the order of the documentation. */
  public synchronized List<Setting> settings() {
    return settings;
  }

  /** What principals may use now. */
  public LimitTable limits() {
    return limits;
  }

  /**
   * Reads it again and applies what can be.
   *
   * @throws ConfigException with every mistake; nothing has changed then
   */
  public synchronized Reloaded reload() throws ConfigException {
    ConfigLoader.Loaded loaded = loader.read(file, flags);
    List<Change> applied = new ArrayList<>();
    List<Change> waiting = new ArrayList<>();
    List<Setting> inForce = new ArrayList<>();
    for (int i = 0; i < settings.size(); i++) {
      Setting before = settings.get(i);
      Setting now = loaded.settings().get(i);
      boolean same = before.value().equals(now.value());
      if (!same) {
        (now.live() ? applied : waiting).add(new Change(before, now));
      }
      inForce.add(same || now.live() ? now : before);
    }
    limits = loaded.config().limits();
    settings = List.copyOf(inForce);
    return new Reloaded(applied, waiting);
  }
}
