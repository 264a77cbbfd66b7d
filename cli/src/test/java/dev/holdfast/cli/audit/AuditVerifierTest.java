package dev.holdfast.cli.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.cli.audit.Verdict.State;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of change to the published log is found, where it was made. */
class AuditVerifierTest {
  private static final Path VECTORS = Path.of("../docs/vectors/audit");

  /** The last event of the vectors is not signed; this soon after it that is no fault. */
  private static final long NOW = 1_772_366_400_000_000L;

  /** Index of an event of the second file that follows a checkpoint. */
  private static final int EVENT = 4;

  @TempDir private Path directory;
  private String root = "";
  private List<Path> files = new ArrayList<>();

  @BeforeEach
  void copy() throws IOException {
    try (Stream<Path> all = Files.list(VECTORS)) {
      for (Path file : all.toList()) {
        Files.copy(file, directory.resolve(file.getFileName()));
      }
    }
    root = Files.readString(directory.resolve("root.pub")).strip();
    try (Stream<Path> all = Files.list(directory)) {
      files =
          all.filter(f -> f.getFileName().toString().startsWith("audit-"))
              .sorted(java.util.Comparator.comparing(f -> f.toString().length() + f.toString()))
              .toList();
    }
    assertThat(files).hasSizeGreaterThan(2);
  }

  private Verdict verify(String key, List<String> anchors, long now) throws IOException {
    return new AuditVerifier(directory, key, anchors, now).verify();
  }

  private Verdict verify() throws IOException {
    return verify(root, List.of(), NOW);
  }

  /** Changes lines of a file in the middle of the log. */
  private interface Change {
    void to(List<String> lines) throws IOException;
  }

  private Verdict changed(int index, Change change) throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(files.get(index)));
    change.to(lines);
    Files.writeString(files.get(index), String.join("\n", lines) + "\n");
    return verify();
  }

  private void broken(Verdict verdict, Path file, long line) {
    assertThat(verdict.state()).as(verdict.problem()).isEqualTo(State.BROKEN);
    assertThat(verdict.file()).isEqualTo(file.getFileName().toString());
    assertThat(verdict.line()).as(verdict.problem()).isEqualTo(line);
  }

  @Test
  void thePublishedLogIsIntact() throws IOException {
    Verdict verdict = verify();
    assertThat(verdict.problem()).isEmpty();
    assertThat(verdict.state()).isEqualTo(State.INTACT);
    assertThat(verdict.unsigned()).isEqualTo(1);
    assertThat(verdict.checkpoints()).isGreaterThan(8);
  }

  @Test
  void anOldEndWithoutASignatureIsTold() throws IOException {
    assertThat(verify(root, List.of(), NOW + 60_000_000).state()).isEqualTo(State.UNSIGNED_TAIL);
  }

  static Stream<Arguments> changes() {
    int e = EVENT;
    int line = EVENT + 1;
    return Stream.of(
        change("edit", line, l -> l.set(e, l.get(e).replace("orders.", "orders_"))),
        change("edit and its own hash", line + 1, l -> l.set(e, rehash(l.get(e - 1), l.get(e)))),
        change("remove", line, l -> l.remove(e)),
        change("remove a checkpoint", EVENT, l -> l.remove(e - 1)),
        change("insert a copy", line + 1, l -> l.add(e + 1, l.get(e))),
        change("insert a new one", line + 1, l -> l.add(e, rehash(l.get(e - 1), l.get(e)))),
        change("swap neighbours", line, l -> Collections.swap(l, e, e + 1)),
        change("swap far ones", 3, l -> Collections.swap(l, 2, l.size() - 2)),
        change("cut a line short", line, l -> l.set(e, l.get(e).substring(0, 50))),
        change("empty a line", line, l -> l.set(e, "")),
        change("change the hash", line, l -> l.set(e, l.get(e).replaceFirst(".$", "x"))),
        change("capital digits", line, l -> l.set(e, upper(l.get(e)))),
        change("genesis removed", 1, l -> l.remove(0)),
        change(
            "another first key", 1, l -> l.set(0, l.get(0).replaceAll("pub\":\"...", "pub\":\"A"))),
        change("genesis of another file", 1, l -> l.set(0, l.get(0).replace("-3.log", "-9.log"))),
        change("genesis in the middle", line + 1, l -> l.add(e + 1, rehash(l.get(e), l.get(0)))),
        change("two blanks", line, l -> l.set(e, l.get(e).replace("} ", "}  "))),
        change("carriage returns", 1, l -> l.replaceAll(s -> s + "\r")),
        change("a byte after the hash", line, l -> l.set(e, l.get(e) + "0")),
        change("no JSON", line, l -> l.set(e, rehashed(l.get(e - 1), "{\"seq\":26"))),
        change("a checkpoint without a signature", EVENT, AuditVerifierTest::unsign));
  }

  private static void unsign(List<String> lines) {
    String json = lines.get(EVENT - 1).replaceFirst(",\"sig\".*", "}");
    lines.set(EVENT - 1, rehashed(lines.get(EVENT - 2), json));
  }

  private static Arguments change(String name, int line, Consumer<List<String>> change) {
    return Arguments.of(name, line, (Change) change::accept);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void isFoundWhereItWasMade(String name, int line, Change change) throws IOException {
    broken(changed(1, change), files.get(1), line);
  }

  @Test
  void removedFilesAreFound() throws IOException {
    Files.delete(files.get(1));
    broken(verify(), files.get(2), 1);
    copyAgain();
    Files.delete(files.get(0));
    broken(verify(), files.get(1), 1);
    copyAgain();
    Files.delete(directory.resolve("retired.log"));
    broken(verify(), files.get(0), 1);
  }

  private void copyAgain() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      for (Path file : all.toList()) {
        Files.delete(file);
      }
    }
    copy();
  }

  @Test
  void checkpointsOfDeletedFilesCannotBeChanged() throws IOException {
    Path retired = directory.resolve("retired.log");
    List<String> lines = new ArrayList<>(Files.readAllLines(retired));
    lines.set(0, lines.get(0).replaceFirst("\"commit\":7", "\"commit\":8"));
    Files.write(retired, lines);
    broken(verify(), retired, 1);
  }

  @Test
  void anotherRootKeyIsFound() throws IOException {
    String other = "A".repeat(43);
    assertThat(verify(other, List.of(), NOW).state()).isEqualTo(State.BROKEN);
    assertThat(verify("no key", List.of(), NOW).state()).isEqualTo(State.BROKEN);
  }

  /** Who rewrites history with right hashes up to the end has no old key to sign it with. */
  @Test
  void aRewrittenHistoryIsFoundAtTheFirstCheckpoint() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(files.get(1)));
    lines.set(EVENT, lines.get(EVENT).replace("orders.", "orders_"));
    for (int i = EVENT; i < lines.size(); i++) {
      String before = lines.get(i - 1);
      String head = before.substring(before.length() - 64);
      String line =
          lines.get(i).replaceFirst("\"head\":\"[0-9a-f]{64}\"", "\"head\":\"" + head + "\"");
      lines.set(i, rehash(before, line));
    }
    Files.writeString(files.get(1), String.join("\n", lines) + "\n");
    int checkpoint = EVENT;
    while (!lines.get(checkpoint).startsWith("{\"checkpoint\"")) {
      checkpoint++;
    }
    Verdict verdict = verify();
    broken(verdict, files.get(1), checkpoint + 1);
    assertThat(verdict.problem()).contains("checkpoint signature");
  }

  @Test
  void aCutEndIsFoundByAnAnchorOnly() throws IOException {
    Path last = files.get(files.size() - 1);
    String anchor = verify().lastCheckpoint();
    assertThat(verify(root, List.of(anchor), NOW).state()).isEqualTo(State.INTACT);
    String text = Files.readString(last);
    Files.writeString(last, text.substring(0, text.length() - 10));
    broken(verify(), last, text.lines().count());
    Files.writeString(last, text.substring(0, text.indexOf('\n') + 1));
    assertThat(verify().state()).isEqualTo(State.INTACT);
    broken(verify(root, List.of(anchor), NOW), last, 2);
  }

  /** Any one byte of any file. */
  @Test
  void noByteCanBeChanged() throws IOException {
    Random random = new Random(7);
    for (Path file : files) {
      byte[] good = Files.readAllBytes(file);
      for (int i = 0; i < 300; i++) {
        byte[] bad = good.clone();
        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
        Files.write(file, bad);
        assertThat(verify().state()).isEqualTo(State.BROKEN);
      }
      Files.write(file, good);
    }
    assertThat(verify().state()).isEqualTo(State.INTACT);
  }

  private static String upper(String line) {
    int at = line.length() - 64;
    return line.substring(0, at) + line.substring(at).toUpperCase(java.util.Locale.ROOT);
  }

  /** Another event with the hash it has to have after a line. */
  private static String rehash(String before, String line) {
    String json = line.substring(0, line.length() - 65);
    return rehashed(before, json.replace("\"out\":\"ok\"", "\"out\":\"no\""));
  }

  private static String rehashed(String before, String json) {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(HexFormat.of().parseHex(before.substring(before.length() - 64)));
      byte[] chain = sha.digest(json.getBytes(StandardCharsets.US_ASCII));
      return json + " " + HexFormat.of().formatHex(chain);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
