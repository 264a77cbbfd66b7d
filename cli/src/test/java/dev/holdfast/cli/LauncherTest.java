package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher of the distribution, with Javas that only say how they were called. */
class LauncherTest {
  private static final Path SOURCES = Path.of("../docker/src/dist");

  @TempDir Path directory;

  private Path home;

  private record Run(int exit, String out, String err) {}

  @BeforeEach
  void install() throws IOException {
    home = directory.resolve("a place with blanks");
    for (String file : List.of("bin/holdfast", "libexec/find-java.sh")) {
      Files.createDirectories(home.resolve(file).getParent());
      Files.copy(SOURCES.resolve(file), home.resolve(file));
    }
    executable(home.resolve("bin/holdfast"));
    Files.createDirectories(home.resolve("lib/cds"));
    Files.createFile(home.resolve("lib/holdfast-cli-1.jar"));
    Files.createFile(home.resolve("lib/holdfast-broker-1.jar"));
  }

  /** A Java of this version, newer than any real one of this machine unless said otherwise. */
  private Path java(String version) throws IOException {
    Path java = Files.createDirectories(directory.resolve("jdk " + version + "/bin"));
    Path program = java.resolve("java");
    Files.writeString(
        program,
        "#!/bin/sh\necho \"version=" + version + "\"\nfor a in \"$@\"; do echo \"<$a>\"; done\n");
    executable(program);
    Files.writeString(java.resolveSibling("release"), "JAVA_VERSION=\"" + version + "\"\n");
    return java.getParent();
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Run run(Path launcher, Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(args));
    Path out = directory.resolve("out");
    Path err = directory.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.directory(directory.toFile());
    builder.environment().keySet().removeIf(name -> name.startsWith("HOLDFAST_"));
    builder.environment().put("XDG_CACHE_HOME", directory.resolve("cache").toString());
    builder.environment().putAll(environment);
    int exit = builder.start().waitFor();
    return new Run(
        exit,
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }

  private Run run(Map<String, String> environment, String... args)
      throws IOException, InterruptedException {
    return run(home.resolve("bin/holdfast"), environment, args);
  }

  private static Map<String, String> use(Path java) {
    return Map.of("HOLDFAST_JAVA_HOME", java.toString());
  }

  @Test
  void passesEveryWordAsItIs() throws Exception {
    Run run = run(use(java("97.0.1")), "msg", "send", "a b", "*", "", "$HOME", "it's");
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .contains("<dev.holdfast.cli.Main>\n<msg>\n<send>\n<a b>\n<*>\n<>\n<$HOME>\n<it's>\n")
        .contains("<-cp>\n<" + home.toRealPath().resolve("lib/holdfast-cli-1.jar") + ">");
  }

  @Test
  void startsTheBrokerWithItsOptionsLast() throws Exception {
    Path java = java("97");
    Run run =
        run(
            Map.of("HOLDFAST_JAVA_HOME", java.toString(), "HOLDFAST_JAVA_OPTS", "-Xmx1g -Da=*"),
            "up",
            "--data",
            "x y");
    assertThat(run.out())
        .contains("<-Djdk.serialFilter=!*>", "<-XX:+ExitOnOutOfMemoryError>")
        .contains("<--enable-native-access=ALL-UNNAMED>")
        .containsSubsequence("<-XX:+UseSerialGC>", "<-Xmx1g>", "<-Da=*>", "<-cp>")
        .doesNotContain("-Xmx256m", "-Xmn")
        .endsWith("<dev.holdfast.broker.BrokerMain>\n<--data>\n<x y>\n");
  }

  @Test
  void boundsTheHeapAndYieldsToAnotherCollector() throws Exception {
    Path java = java("97");
    assertThat(run(use(java), "up").out()).contains("<-Xmx256m>", "<-XX:+UseSerialGC>");
    Map<String, String> other =
        Map.of("HOLDFAST_JAVA_HOME", java.toString(), "HOLDFAST_JAVA_OPTS", "-XX:+UseG1GC");
    assertThat(run(other, "up").out()).contains("<-XX:+UseG1GC>").doesNotContain("SerialGC");
  }

  @Test
  void leavesOutWhatAnOldJavaDoesNotKnow() throws Exception {
    assertThat(run(use(java("17.0.2")), "up").out())
        .startsWith("version=17.0.2\n")
        .doesNotContain("native-access", "sun-misc");
  }

  @Test
  void takesTheNewestJava() throws Exception {
    Path older = java("97.0.9");
    Path newest = java("98-ea");
    Map<String, String> environment =
        Map.of(
            "JAVA_HOME",
            older.toString(),
            "PATH",
            newest.resolve("bin") + ":" + System.getenv("PATH"));
    assertThat(run(environment, "x").out()).contains("version=98-ea\n");
    assertThat(run(Map.of("JAVA_HOME", newest.toString()), "x").out()).contains("version=98-ea\n");
  }

  @Test
  void findsItsHomeThroughLinks() throws Exception {
    Path links = Files.createDirectories(directory.resolve("links"));
    Path first = links.resolve("first");
    Files.createSymbolicLink(first, home.resolve("bin/holdfast"));
    Path second = Files.createSymbolicLink(links.resolve("second"), Path.of("first"));
    assertThat(run(second, use(java("97")), "x").out())
        .contains("<-Dholdfast.home=" + home.toRealPath() + ">");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Run old = run(use(java("11.0.1")), "status");
    assertThat(old.exit()).isEqualTo(1);
    assertThat(old.err()).contains("is not a Java 17 or newer").contains("jdk 11.0.1");
    Files.delete(home.resolve("lib/holdfast-cli-1.jar"));
    Run incomplete = run(use(java("97")), "status");
    assertThat(incomplete.exit()).isEqualTo(1);
    assertThat(incomplete.err()).contains("this installation is incomplete");
  }

  @Test
  void asksAJavaWithoutArchivesOnlyOnce() throws Exception {
    Path java = java("97");
    run(use(java), "status");
    try (var files = Files.list(home.resolve("lib/cds"))) {
      assertThat(files).singleElement().satisfies(file -> assertThat(file).isEmptyFile());
    }
    assertThat(run(use(java), "status").out()).doesNotContain("SharedArchiveFile");
  }
}
