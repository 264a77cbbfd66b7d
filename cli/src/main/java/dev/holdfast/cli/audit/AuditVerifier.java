package dev.holdfast.cli.audit;

import dev.holdfast.cli.audit.Verdict.State;
import dev.holdfast.cli.text.JsonObject;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Verifies an audit log from the root public key on: every line continues the hash chain, every
 * checkpoint is signed by the key that the one before it named. One use, one thread.
 */
public final class AuditVerifier {
  private static final Pattern NAME = Pattern.compile("audit-(\\d{8})-(\\d{1,9})\\.log");
  private static final String RETIRED = "retired.log";
  private static final long FRESH_MICROS = 10_000_000;
  private static final int MAX_LINE = 1 << 20;

  private final Path directory;
  private final String rootKey;
  private final List<String> anchors;
  private final long nowMicros;
  private final MessageDigest sha = sha256();

  private String file = "";
  private long line;
  private String key;
  private byte[] chain = new byte[LogLine.CHAIN_BYTES];
  private boolean begun;
  private long sequence;
  private long events;
  private long checkpoints;
  private long unsigned;
  private long firstUnsignedMicros;
  private String lastCheckpoint = "";
  private int anchorsFound;

  /** Ends a verification at the place where it has got to. */
  private static final class Broken extends Exception {
    private static final long serialVersionUID = 1L;

    Broken(String problem) {
      super(problem, null, false, false);
    }
  }

  /**
   * Prepares one.
   *
   * @param directory with the log's files
   * @param rootKey public key printed when the log began, base64url
   * @param anchors JSON of checkpoints seen earlier, that have to be there still
   * @param nowMicros the time now, in microseconds since the epoch
   */
  public AuditVerifier(Path directory, String rootKey, List<String> anchors, long nowMicros) {
    this.directory = directory;
    this.rootKey = rootKey;
    this.anchors = List.copyOf(anchors);
    this.nowMicros = nowMicros;
    this.key = rootKey;
  }

  /**
   * Verifies.
   *
   * @throws IOException when the files cannot be read
   */
  public Verdict verify() throws IOException {
    try {
      if (!PublicKeys.isKey(rootKey)) {
        throw new Broken("the root key is no Ed25519 public key in base64url");
      }
      Path retired = directory.resolve(RETIRED);
      if (Files.exists(retired)) {
        read(retired, this::retired);
      }
      List<Path> files = files();
      if (files.isEmpty()) {
        throw new Broken("there is no file of an audit log in " + directory);
      }
      for (Path next : files) {
        read(next, this::line);
      }
      file = String.valueOf(files.get(files.size() - 1).getFileName());
      if (anchorsFound < anchors.stream().distinct().count()) {
        line++;
        throw new Broken(
            "a checkpoint seen earlier is not there: the end was cut off or rewritten");
      }
      boolean old = unsigned > 0 && nowMicros - firstUnsignedMicros > FRESH_MICROS;
      return verdict(
          old ? State.UNSIGNED_TAIL : State.INTACT,
          old ? "the end has not been signed for more than 10 s" : "");
    } catch (Broken e) {
      return verdict(State.BROKEN, String.valueOf(e.getMessage()));
    }
  }

  private Verdict verdict(State state, String problem) {
    boolean fault = state == State.BROKEN;
    return new Verdict(
        state,
        fault ? file : "",
        fault ? line : 0,
        problem,
        events,
        checkpoints,
        unsigned,
        lastCheckpoint);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(f -> name(f).matches())
          .sorted(
              java.util.Comparator.comparing((Path f) -> part(f, 1))
                  .thenComparing(f -> Integer.parseInt(part(f, 2))))
          .toList();
    }
  }

  private static Matcher name(Path file) {
    return NAME.matcher(String.valueOf(file.getFileName()));
  }

  private static String part(Path file, int group) {
    Matcher name = name(file);
    return name.matches() ? name.group(group) : "";
  }

  private interface LineReader {
    void accept(LogLine line) throws Broken, IOException;
  }

  private void read(Path from, LineReader reader) throws Broken, IOException {
    file = String.valueOf(from.getFileName());
    line = 0;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(from), 1 << 16)) {
      ByteArrayOutputStream buffer = new ByteArrayOutputStream(512);
      for (int b = in.read(); b >= 0; b = in.read()) {
        if (b == '\n') {
          line++;
          LogLine parsed = LogLine.parse(buffer.toByteArray());
          if (parsed == null) {
            throw new Broken("the line has not the form of one");
          }
          accept(reader, parsed);
          buffer.reset();
        } else {
          buffer.write(b);
        }
        if (buffer.size() > MAX_LINE) {
          line++;
          throw new Broken("the line has no end");
        }
      }
      if (buffer.size() > 0 || line == 0) {
        line++;
        throw new Broken(line == 1 ? "the file is empty" : "the line is cut off");
      }
    }
  }

  private static void accept(LineReader reader, LogLine parsed) throws Broken {
    try {
      reader.accept(parsed);
    } catch (IOException e) {
      // The bytes are in memory: it is about what they say.
      throw new Broken("the line does not hold the JSON it should");
    }
  }

  /** Checkpoints of files that were deleted lead from the root key to what is left. */
  private void retired(LogLine parsed) throws Broken, IOException {
    JsonObject checkpoint = parsed.object();
    String head = field(checkpoint, "head");
    byte[] before;
    try {
      before = HexFormat.of().parseHex(head);
    } catch (IllegalArgumentException e) {
      throw new Broken("a checkpoint of a deleted file has no head");
    }
    if (!parsed.isCheckpoint() || !Arrays.equals(hash(before, parsed.json()), parsed.chain())) {
      throw new Broken("a checkpoint of a deleted file was changed");
    }
    chain = before;
    sequence = checkpoint.number("checkpoint");
    signed(parsed, checkpoint);
    chain = parsed.chain();
    begun = true;
  }

  private void line(LogLine parsed) throws Broken, IOException {
    if (line == 1) {
      genesis(parsed);
    }
    if (!Arrays.equals(hash(chain, parsed.json()), parsed.chain())) {
      throw new Broken("the chain is broken: this line or the one before it was changed");
    }
    if (parsed.isCheckpoint()) {
      JsonObject checkpoint = parsed.object();
      if (checkpoint.number("checkpoint", -1) != sequence) {
        throw new Broken("the checkpoint is not of the event before it");
      }
      signed(parsed, checkpoint);
    } else if (parsed.isGenesis()) {
      if (line != 1) {
        throw new Broken("a file begins within a file");
      }
    } else {
      event(parsed);
    }
    chain = parsed.chain();
  }

  private void genesis(LogLine parsed) throws Broken, IOException {
    if (!parsed.isGenesis()) {
      throw new Broken("the first line of the file is missing");
    }
    JsonObject genesis = parsed.object();
    if (!field(genesis, "genesis").equals(file)) {
      throw new Broken("the file is not " + file + " but " + field(genesis, "genesis"));
    }
    if (!field(genesis, "prev").equals(HexFormat.of().formatHex(chain))) {
      throw new Broken(
          begun
              ? "a file before this one is missing, or its end is"
              : "what came before this file is missing");
    }
    if (!field(genesis, "pub").equals(key)) {
      throw new Broken(
          begun ? "the file begins with another key" : "the log does not begin with the root key");
    }
    if (genesis.number("seq", -1) != sequence + 1) {
      throw new Broken("the file does not begin where the one before it ends");
    }
    begun = true;
  }

  private void signed(LogLine parsed, JsonObject checkpoint) throws Broken {
    byte[] message = parsed.signedPart();
    if (!field(checkpoint, "head").equals(HexFormat.of().formatHex(chain))) {
      throw new Broken("the checkpoint is of other lines");
    }
    if (message == null || !PublicKeys.verifies(key, message, field(checkpoint, "sig"))) {
      throw new Broken("the checkpoint signature is not of the key that the one before it names");
    }
    key = field(checkpoint, "next");
    checkpoints++;
    unsigned = 0;
    lastCheckpoint = new String(parsed.json(), StandardCharsets.US_ASCII);
    if (anchors.contains(lastCheckpoint)) {
      anchorsFound++;
    }
  }

  private void event(LogLine parsed) throws Broken, IOException {
    String start =
        new String(
            parsed.json(), 0, Math.min(64, parsed.json().length), StandardCharsets.ISO_8859_1);
    if (!start.startsWith("{\"seq\":" + (sequence + 1) + ",\"ts\":")) {
      throw new Broken("the event is not number " + (sequence + 1));
    }
    sequence++;
    events++;
    if (unsigned++ == 0) {
      firstUnsignedMicros = parsed.object().number("ts", 0);
    }
  }

  private static String field(JsonObject object, String name) throws Broken {
    return object.value(name) instanceof String text ? text : missing(name);
  }

  private static String missing(String name) throws Broken {
    throw new Broken("the line has no " + name);
  }

  private byte[] hash(byte[] before, byte[] json) {
    sha.update(before);
    return sha.digest(json);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
