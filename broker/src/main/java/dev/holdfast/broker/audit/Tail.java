package dev.holdfast.broker.audit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Where a log file ends, found by reading it: what its writer goes on from.
 *
 * @param file which
 * @param publicKey the next checkpoint has to be signed with
 * @param chain as the last whole line says
 * @param nextSequence of the next event
 * @param length of the whole lines in bytes
 * @param unsignedEvents after the last checkpoint
 * @param badLine number of the first line that does not continue the chain, 0: every line does
 * @param torn whether a part of a line follows the whole ones
 */
record Tail(
    Path file,
    String publicKey,
    byte[] chain,
    long nextSequence,
    long length,
    int unsignedEvents,
    int badLine,
    boolean torn) {

  private static final JsonMapper JSON = new JsonMapper();

  /** Reads the file; null when it has no genesis, so that nothing in it counts. */
  static @Nullable Tail of(Path file) throws IOException {
    try (LineInput in = new LineInput(file)) {
      byte[] first = in.next();
      LineInput.Line genesis = first == null ? null : LineInput.parse(first);
      if (genesis == null || !genesis.isGenesis()) {
        return null;
      }
      JsonNode begin = JSON.readTree(genesis.json());
      String key = begin.path("pub").asText();
      long sequence = begin.path("seq").asLong();
      byte[] previous = previous(begin);
      boolean good = Arrays.equals(genesis.chain(), AuditLines.chain(previous, genesis.json()));
      int bad = good ? 0 : 1;
      return new Tail(file, key, genesis.chain(), sequence, in.position(), 0, bad, false)
          .follow(in);
    }
  }

  private static byte[] previous(JsonNode genesis) {
    try {
      return HexFormat.of().parseHex(genesis.path("prev").asText());
    } catch (IllegalArgumentException e) {
      return new byte[0];
    }
  }

  /** A line that was changed stays what it is: the log goes on after it, for others to find. */
  private Tail follow(LineInput in) throws IOException {
    Tail at = this;
    int number = 1;
    for (byte[] bytes = in.next(); bytes != null; bytes = in.next()) {
      number++;
      LineInput.Line line = LineInput.parse(bytes);
      boolean good =
          line != null && Arrays.equals(line.chain(), AuditLines.chain(at.chain, line.json()));
      int bad = good || at.badLine > 0 ? at.badLine : number;
      at =
          line == null ? at.with(at.chain, in.position(), bad) : at.after(line, in.position(), bad);
    }
    return new Tail(
        file,
        at.publicKey,
        at.chain,
        at.nextSequence,
        at.length,
        at.unsignedEvents,
        at.badLine,
        in.torn());
  }

  private Tail after(LineInput.Line line, long position, int bad) throws IOException {
    if (line.isCheckpoint()) {
      String next = JSON.readTree(line.json()).path("next").asText();
      return new Tail(file, next, line.chain(), nextSequence, position, 0, bad, false);
    }
    return new Tail(
        file, publicKey, line.chain(), nextSequence + 1, position, unsignedEvents + 1, bad, false);
  }

  private Tail with(byte[] head, long position, int bad) {
    return new Tail(file, publicKey, head, nextSequence, position, unsignedEvents, bad, false);
  }
}
