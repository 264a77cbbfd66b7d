package dev.holdfast.it.durability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.it.harness.BrokerOptions;
import dev.holdfast.it.harness.Command;
import dev.holdfast.it.harness.Environment;
import dev.holdfast.it.harness.Scratch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Makes a data directory what a machine that lost its power may have kept. A preloaded library (its
 * source says how) notes how to take back every change that was not synced; after the kill this
 * class takes them back.
 */
final class PowerCut {
  /** What survives of the changes that were not synced. */
  enum Survivors {
    /** Nothing. */
    NONE,
    /** A random beginning, its last write torn. */
    BEGINNING,
    /** Random pages: a disk may write them in any order. */
    PAGES
  }

  private final Path data;
  private final Path journal;
  private final Path library;

  private PowerCut(Path data, Path journal, Path library) {
    this.data = data;
    this.journal = journal;
    this.library = library;
  }

  /** Builds the library with the C compiler and watches the test's data directory. */
  static PowerCut over(Scratch scratch) throws IOException {
    Path library = Environment.target("powercut.so");
    Path source = Environment.source("c/powercut.c");
    Files.createDirectories(library.getParent());
    Command.Result built =
        Command.run(
            List.of("gcc", "-shared", "-fPIC", "-O2", "-o", library.toString(), source.toString()));
    assertThat(built.exitCode()).as("gcc (install it): %s", built.all()).isZero();
    Path journal = scratch.path("journal");
    Files.createDirectories(journal);
    return new PowerCut(scratch.data(), journal, library);
  }

  /** What a process needs in its environment to be watched. */
  Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD", library.toString(),
        "POWERCUT_DIR", data.toString(),
        "POWERCUT_JOURNAL", journal.toString());
  }

  /** The options of a broker that is watched. */
  BrokerOptions watching(BrokerOptions options) {
    BrokerOptions watched = options;
    for (Map.Entry<String, String> entry : environment().entrySet()) {
      watched = watched.env(entry.getKey(), entry.getValue());
    }
    return watched;
  }

  /** The same, but no sync of a file with this in its path ever counts. */
  BrokerOptions watchingWithoutSyncOf(String part, BrokerOptions options) {
    return watching(options).env("POWERCUT_IGNORE_SYNC", part);
  }

  /** Takes back what was not synced. The process that was watched must be gone. */
  Losses restore(Survivors survivors, Random random) throws IOException {
    Losses losses = new Losses();
    try (Stream<Path> files = Files.list(journal)) {
      for (Path file : files.sorted().toList()) {
        String name = file.getFileName().toString();
        if (name.startsWith("content-")) {
          Path content = journal.resolve(name.replace("content-", "inode-"));
          losses.add(UndoContent.read(file).apply(content, survivors, random));
        }
      }
    }
    losses.names = UndoNames.read(journal.resolve("names")).apply(journal, survivors, random);
    forget();
    return losses;
  }

  /** Starts with an empty journal: what is there now counts as durable. */
  void forget() throws IOException {
    Scratch.delete(journal);
    Files.createDirectories(journal);
  }

  /** What a power cut took. */
  static final class Losses {
    int files;
    int writes;
    int names;

    private void add(int undone) {
      files += undone > 0 ? 1 : 0;
      writes += undone;
    }

    @Override
    public String toString() {
      return writes + " writes in " + files + " files and " + names + " names";
    }
  }
}
