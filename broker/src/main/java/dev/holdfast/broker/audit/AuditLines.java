package dev.holdfast.broker.audit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lines of the log (SECURITY §7): JSON, a blank, 64 hexadecimal digits of the chain, a line feed.
 * The JSON is ASCII: nothing in a name can move a cursor or turn text around. Stateless.
 */
final class AuditLines {
  static final int CHAIN_BYTES = 32;
  static final byte[] CHECKPOINT = "{\"checkpoint\":".getBytes(StandardCharsets.US_ASCII);
  static final byte[] GENESIS = "{\"genesis\":".getBytes(StandardCharsets.US_ASCII);

  private static final int MAX_TEXT = 1_024;
  private static final JsonFactory JSON =
      JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private AuditLines() {}

  /** What fills the fields of a line. */
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] object(Fields fields) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(384);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      fields.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory can always be written to", e);
    }
    return out.toByteArray();
  }

  /** The JSON of an event. */
  static byte[] event(AuditEvent event, long seq, long micros) {
    return object(
        json -> {
          json.writeNumberField("seq", seq);
          json.writeNumberField("ts", micros);
          text(json, "ev", event.name());
          text(json, "out", event.outcome().name().toLowerCase(Locale.ROOT));
          text(json, "code", event.code());
          peer(json, event.peer());
          text(json, "op", event.operation());
          text(json, "res", event.resource());
          text(json, "rule", event.rule());
          text(json, "conn", event.connection());
          text(json, "corr", event.correlation());
          if (event.count() != 1) {
            json.writeNumberField("n", event.count());
          }
          if (!event.extra().isEmpty()) {
            json.writeObjectFieldStart("extra");
            for (Map.Entry<String, String> entry : event.extra().entrySet()) {
              text(json, entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
          }
        });
  }

  private static void peer(JsonGenerator json, @Nullable AuditPeer peer) throws IOException {
    if (peer == null) {
      return;
    }
    json.writeObjectFieldStart("peer");
    text(json, "p", peer.principal());
    text(json, "mech", peer.mechanism());
    text(json, "via", peer.via());
    if (peer.uid() >= 0) {
      json.writeNumberField("uid", peer.uid());
    }
    if (peer.pid() >= 0) {
      json.writeNumberField("pid", peer.pid());
    }
    text(json, "ip", peer.ip());
    text(json, "cert", peer.certificate());
    json.writeEndObject();
  }

  /** Texts come from peers: a long one must not make a long line. */
  private static void text(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeStringField(
          name, value.length() <= MAX_TEXT ? value : value.substring(0, MAX_TEXT) + "...");
    }
  }

  /** The JSON of a file's first line. */
  static byte[] genesis(String file, long seq, long micros, Origin origin) {
    return object(
        json -> {
          json.writeStringField("genesis", file);
          json.writeNumberField("seq", seq);
          json.writeNumberField("ts", micros);
          json.writeStringField("db", origin.database());
          json.writeStringField("pub", origin.publicKey());
          json.writeStringField("prev", HexFormat.of().formatHex(origin.previous()));
        });
  }

  /**
   * Where a file begins.
   *
   * @param database id of the store
   * @param publicKey of the key that signs its first checkpoint
   * @param previous chain of the line before
   */
  record Origin(String database, String publicKey, byte[] previous) {}

  /** The JSON of a checkpoint without its signature: what is signed. */
  static byte[] unsigned(long seq, byte[] head, long commit, String next) {
    return object(json -> checkpoint(json, seq, head, commit, next));
  }

  /** The JSON of a checkpoint. */
  static byte[] signed(long seq, byte[] head, long commit, String next, String signature) {
    return object(
        json -> {
          checkpoint(json, seq, head, commit, next);
          json.writeStringField("sig", signature);
        });
  }

  private static void checkpoint(
      JsonGenerator json, long seq, byte[] head, long commit, String next) throws IOException {
    json.writeNumberField("checkpoint", seq);
    json.writeStringField("head", HexFormat.of().formatHex(head));
    json.writeNumberField("commit", commit);
    json.writeStringField("next", next);
  }

  /** The chain after this JSON. */
  static byte[] chain(byte[] before, byte[] json) {
    MessageDigest sha = sha256();
    sha.update(before);
    return sha.digest(json);
  }

  /** The whole line. */
  static byte[] line(byte[] json, byte[] chain) {
    byte[] hex = HexFormat.of().formatHex(chain).getBytes(StandardCharsets.US_ASCII);
    byte[] line = new byte[json.length + 1 + hex.length + 1];
    System.arraycopy(json, 0, line, 0, json.length);
    line[json.length] = ' ';
    System.arraycopy(hex, 0, line, json.length + 1, hex.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /** Whether the line begins so. */
  static boolean begins(byte[] line, byte[] with) {
    return line.length >= with.length
        && java.util.Arrays.equals(line, 0, with.length, with, 0, with.length);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java runtime has no SHA-256", e);
    }
  }
}
