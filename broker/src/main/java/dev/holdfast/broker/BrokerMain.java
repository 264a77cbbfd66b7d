package dev.holdfast.broker;

import dev.holdfast.broker.config.BrokerConfig;
import dev.holdfast.broker.config.ConfigException;
import dev.holdfast.broker.config.ConfigJson;
import dev.holdfast.broker.config.ConfigLoader;
import dev.holdfast.broker.config.LiveConfig;
import dev.holdfast.broker.config.LogFormat;
import dev.holdfast.broker.config.Surroundings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code holdfast up}: runs a broker in the foreground until SIGTERM or SIGINT (exit code 0) or a
 * failure it cannot survive (1). One line on standard output says when it is ready; everything else
 * goes to standard error.
 */
@Command(
    name = "holdfast up",
    description = "Runs the broker in the foreground.",
    mixinStandardHelpOptions = true,
    version = "holdfast",
    footer = {"", "Every key of docs/configuration.md can be given with --set."})
public final class BrokerMain implements Callable<Integer> {

  @Option(names = "--data", paramLabel = "DIR", description = "Data directory.")
  private @Nullable String data;

  @Option(
      names = "--listen",
      paramLabel = "HOST:PORT",
      description = "Where AMQP is served; port 0: any free one. Default: 127.0.0.1:5672.")
  private @Nullable String listen;

  @Option(names = "--socket-dir", paramLabel = "DIR", description = "Directory of the sockets.")
  private @Nullable String socketDirectory;

  @Option(names = "--config", paramLabel = "FILE", description = "Configuration, TOML.")
  private @Nullable Path file;

  @Option(
      names = "--check",
      description = "Only checks the configuration; prints what is wrong with it as JSON.")
  private boolean check;

  @Option(
      names = "--describe",
      description = "Only prints every key with its value and meaning as JSON.")
  private boolean describe;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Sets one key; repeatable.")
  private Map<String, String> settings = new LinkedHashMap<>();

  private final CompletableFuture<Throwable> fatal = new CompletableFuture<>();

  /**
   * What the process ends with once the broker has been up. Written before the exit is asked for.
   */
  private volatile int exitCode;

  private BrokerMain() {}

  /** Runs it; see {@code --help}. */
  public static void main(String[] args) {
    Logging.configure(LogFormat.TEXT);
    // Names are resolved by the operating system: only listeners have any.
    System.setProperty("vertx.disableDnsResolver", "true");
    boolean named = args.length > 0 && args[0].equals("up");
    String[] options = named ? Arrays.copyOfRange(args, 1, args.length) : args;
    System.exit(new CommandLine(new BrokerMain()).execute(options));
  }

  @Override
  public Integer call() throws InterruptedException {
    try {
      Surroundings surroundings = Surroundings.ofThisProcess();
      LiveConfig live = LiveConfig.load(surroundings, file, flags());
      if (check || describe) {
        System.out.println(
            check ? ConfigJson.verdict(List.of()) : ConfigJson.keys(live.settings()));
        return CommandLine.ExitCode.OK;
      }
      BrokerConfig config = live.config();
      if (config.logFormat() != LogFormat.TEXT) {
        Logging.configure(config.logFormat());
      }
      Discovery discovery = new Discovery(surroundings.socketDirectory(), config.adminSocket());
      discovery.clear();
      Broker broker = Broker.start(live, fatal::complete);
      stopAtExit(broker, discovery);
      Hangup.reloads(live);
      discovery.announce();
      System.out.println(readyLine(broker));
      System.out.flush();
    } catch (ConfigException e) {
      if (check) {
        System.out.println(ConfigJson.verdict(e.mistakes()));
        return CommandLine.ExitCode.USAGE;
      }
      System.err.println("holdfast: HF-START-CONFIG: the configuration cannot be used:");
      e.mistakes().forEach(m -> System.err.println("  " + m));
      return CommandLine.ExitCode.SOFTWARE;
    } catch (StartException e) {
      System.err.println("holdfast: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    } catch (RuntimeException | LinkageError e) {
      System.err.println("holdfast: HF-START-INTERNAL: the broker cannot start: " + e);
      logger().debug("Cannot start", e);
      return CommandLine.ExitCode.SOFTWARE;
    }
    Throwable failure = fatal.join();
    logger().error("Ending because of a failure: {}", failure.toString());
    exitCode = CommandLine.ExitCode.SOFTWARE;
    return exitCode;
  }

  private static Logger logger() {
    return LoggerFactory.getLogger(BrokerMain.class);
  }

  private List<ConfigLoader.Flag> flags() {
    List<ConfigLoader.Flag> flags = new ArrayList<>();
    settings.forEach((key, value) -> flags.add(new ConfigLoader.Flag(key, value, "--set")));
    add(flags, "data-dir", data, "--data");
    add(flags, "amqp.listen", listen, "--listen");
    add(flags, "socket-dir", socketDirectory, "--socket-dir");
    return flags;
  }

  private static void add(
      List<ConfigLoader.Flag> flags, String key, @Nullable String value, String typed) {
    if (value != null) {
      flags.add(new ConfigLoader.Flag(key, value, typed));
    }
  }

  /** SIGTERM and SIGINT run the hook; a JVM would then exit with 143 or 130, this one says 0. */
  private void stopAtExit(Broker broker, Discovery discovery) {
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  logger().info("Stopping");
                  discovery.withdraw();
                  broker.close();
                  logger().info("Stopped");
                  Runtime.getRuntime().halt(exitCode);
                },
                "holdfast-stop"));
  }

  private static String readyLine(Broker broker) {
    return "holdfast ready amqp="
        + broker.amqpAddress().map(Object::toString).orElse("off")
        + " socket="
        + broker.socketPath()
        + " admin="
        + broker.adminPath()
        + " pid="
        + ProcessHandle.current().pid();
  }
}
