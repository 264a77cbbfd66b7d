package dev.holdfast.cli;

import dev.holdfast.cli.text.Json;
import dev.holdfast.cli.text.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Messages to a file and back: {@code msg export} and {@code msg import}. */
final class TransferCommands {
  private static final String STANDARD = "-";
  private static final int PAGE = 200;

  private TransferCommands() {}

  @Command(
      name = "export",
      description = {
        "Print messages with all their bytes, one JSON object per line; changes nothing.",
        "msg import takes what it prints."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast msg export orders --file orders.ndjson",
        "  holdfast msg export orders --where 'amount > 100' | holdfast msg import spare",
      })
  static final class Export implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(paramLabel = "QUEUE", description = "The queue, or TOPIC::NAME.")
    private String queue = "";

    @Mixin private Search.Filter filter = new Search.Filter();

    @Mixin private Search.Text text = new Search.Text();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many; default: all.")
    private long limit = Long.MAX_VALUE;

    @Option(
        names = "--file",
        paramLabel = "FILE",
        description = "Where to, complete or not at all; - or nothing: standard output.")
    private String file = STANDARD;

    Export(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (limit < 1) {
        throw new CommandFailure(ExitCode.USAGE, "usage", "--limit takes 1 or more");
      }
      Search search =
          new Search(
              root.broker(),
              queue,
              filter.containing(text.text()),
              Search.Budget.unlimited(),
              Search.Show.WHOLE);
      Output output = root.output();
      if (!file.equals(STANDARD)) {
        return toFile(search, output);
      }
      long printed = 0;
      while (search.more() && printed < limit && output.isTaken()) {
        try {
          for (JsonObject message : search.fetch(Math.min(PAGE, limit - printed))) {
            output.jsonLine(message.fields());
            printed++;
          }
        } catch (CommandFailure e) {
          throw printed == 0
              ? e
              : new CommandFailure(
                  ExitCode.PARTIAL,
                  e.code(),
                  "stopped after " + printed + " messages: " + e.reason());
        }
      }
      return output.isTaken() ? ExitCode.OK : ExitCode.FAILED;
    }

    private ExitCode toFile(Search search, Output output) throws CommandFailure {
      Path target = Path.of(file);
      Path part = target.resolveSibling(target.getFileName() + ".part");
      try {
        long written = write(search, part);
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
          channel.force(true);
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("exported", written);
        result.put("file", file);
        output.result(written + " messages of " + queue + " exported to " + file, result);
        return ExitCode.OK;
      } catch (IOException e) {
        throw new CommandFailure(ExitCode.FAILED, "file", file + " cannot be written: " + e);
      }
    }

    private long write(Search search, Path part) throws CommandFailure, IOException {
      long written = 0;
      try (BufferedWriter out = Files.newBufferedWriter(part);
          Progress progress = Progress.of(root)) {
        while (search.more() && written < limit) {
          for (JsonObject message : search.fetch(Math.min(PAGE, limit - written))) {
            out.write(Json.compact(message.fields()) + '\n');
            written++;
          }
          progress.show(written, 0, "messages written");
        }
      }
      return written;
    }
  }

  @Command(
      name = "import",
      description = {
        "Send the messages that msg export printed, byte for byte as they were.",
        "When a line fails, those before it have been sent, and the error names it."
      },
      footer = {
        "",
        "Examples:",
        "  holdfast msg import orders --file orders.ndjson --dry-run",
        "  holdfast msg import orders --file orders.ndjson",
        "  holdfast msg export orders | holdfast msg import spare -",
      })
  static final class Import implements ApiCommand {
    private final HoldfastCommand root;

    @Parameters(index = "0", paramLabel = "QUEUE", description = "Name of the queue.")
    private String queue = "";

    @Parameters(
        index = "1",
        arity = "0..1",
        paramLabel = "SOURCE",
        description = "-: standard input, which is also the default.")
    private @Nullable String standard;

    @Option(names = "--file", paramLabel = "FILE", description = "Where from.")
    private @Nullable String file;

    @Option(names = "--dry-run", description = "Only check and count the lines.")
    private boolean dryRun;

    Import(HoldfastCommand root) {
      this.root = root;
    }

    @Override
    public ExitCode execute() throws CommandFailure, IOException {
      if (standard != null && (!standard.equals(STANDARD) || file != null)) {
        throw new CommandFailure(
            ExitCode.USAGE, "usage", "name one source: --file FILE, or - for standard input");
      }
      if (file == null || file.equals(STANDARD)) {
        return take(root.surroundings().in());
      }
      Path path = Path.of(file);
      if (!Files.isReadable(path)) {
        throw new CommandFailure(ExitCode.USAGE, "usage", "there is no file " + file + " to read");
      }
      try (InputStream in = Files.newInputStream(path)) {
        return take(in);
      }
    }

    private ExitCode take(InputStream in) throws CommandFailure, IOException {
      MessageLines messages = new MessageLines(root, queue);
      return dryRun ? messages.check(in) : messages.send(in);
    }
  }
}
