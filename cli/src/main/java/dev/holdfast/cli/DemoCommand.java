package dev.holdfast.cli;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: a broker of its own, shown at work, killed, shown again, and cleared away. */
@Command(
    name = "demo",
    description = "Start a broker of its own, show it at work, and clear it away.",
    footer = {
      "",
      "Needs no configuration and touches no other broker. With --data the directory stays.",
    })
final class DemoCommand implements ApiCommand {
  private static final String HOME = "holdfast.home";
  private static final String LOG_CONFIGURATION = "logback.configurationFile";

  private final HoldfastCommand root;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data directory to use and keep; default: a temporary one.")
  private @Nullable Path given;

  DemoCommand(HoldfastCommand root) {
    this.root = root;
  }

  /** Before the first class of the client asks for a logger: the output is the command's. */
  static void quietLogs() {
    System.setProperty(LOG_CONFIGURATION, "holdfast-cli-logback.xml");
  }

  @Override
  public ExitCode execute() throws CommandFailure, IOException {
    quietLogs();
    Path launcher = launcher();
    Surroundings surroundings = root.surroundings();
    Path work = Files.createTempDirectory(surroundings.temporary(), "holdfast-");
    Path data = given == null ? work.resolve("data") : given.toAbsolutePath();
    try (DemoBroker broker = new DemoBroker(launcher, data, work)) {
      // A demo that is interrupted must not leave a broker or a directory behind.
      Thread hook = new Thread(() -> clear(broker, work), "demo-clean-up");
      Runtime.getRuntime().addShutdownHook(hook);
      new DemoStory(root.output(), surroundings.nanoTime(), broker).tell(work, given);
      return ExitCode.OK;
    }
  }

  private static Path launcher() throws CommandFailure {
    String home = System.getProperty(HOME, "");
    Path launcher = Path.of(home, "bin", "holdfast");
    if (home.isEmpty() || !Files.isExecutable(launcher)) {
      throw new CommandFailure(
          ExitCode.FAILED, "demo", "the demo starts through the launcher: holdfast demo");
    }
    return launcher;
  }

  private static void clear(DemoBroker broker, Path work) {
    broker.close();
    try {
      Files.walkFileTree(
          work,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e)
                throws IOException {
              Files.delete(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      System.err.println("holdfast: " + work + " could not be removed: " + e.getMessage());
    }
  }
}
