package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Properties;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;

/** What the broker takes for sealed, held to the published vectors. */
class SealedEnvelopeTest {
  private static final String TYPE = "application/vnd.hf.seal1";

  private static List<byte[]> vectors() throws IOException {
    List<byte[]> envelopes = new ArrayList<>();
    Path file = Path.of("..", "docs", "vectors", "seal1.json");
    for (JsonNode vector : new ObjectMapper().readTree(file.toFile())) {
      envelopes.add(HexFormat.of().parseHex(vector.get("envelope").asText()));
    }
    return envelopes;
  }

  /** A data section. */
  private static byte[] section(byte[] content) {
    return ByteBuffer.allocate(8 + content.length)
        .put(new byte[] {0, 0x53, 0x75, (byte) 0xB0})
        .putInt(content.length)
        .put(content)
        .array();
  }

  private static byte[] properties(String contentType) {
    Properties properties = new Properties();
    properties.setContentType(Symbol.valueOf(contentType));
    DecoderImpl decoder = new DecoderImpl();
    EncoderImpl encoder = new EncoderImpl(decoder);
    AMQPDefinedTypes.registerAllTypes(decoder, encoder);
    ByteBuffer out = ByteBuffer.allocate(256);
    encoder.setByteBuffer(out);
    encoder.writeObject(properties);
    return Arrays.copyOf(out.array(), out.position());
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    Arrays.stream(parts).forEach(all::put);
    return all.array();
  }

  private static boolean sealed(byte[] message) {
    MessageView view = new MessageView();
    assertThat(view.scan(message, 0, message.length)).isTrue();
    return view.isSealed();
  }

  @Test
  void thePublishedVectorsAreSealed() throws IOException {
    List<byte[]> vectors = vectors();
    assertThat(vectors).hasSize(4);
    for (byte[] envelope : vectors) {
      assertThat(sealed(join(properties(TYPE), section(envelope)))).isTrue();
      byte[] body = section(envelope);
      assertThat(SealedEnvelope.beginsSection(body, 0, body.length)).isTrue();
      // Of a message in parts, more may follow.
      byte[] longer = section(Arrays.copyOf(envelope, envelope.length + 100_000));
      assertThat(SealedEnvelope.beginsSection(longer, 0, longer.length - 90_000)).isTrue();
    }
  }

  @Test
  void typeAndFormHaveToAgree() throws IOException {
    byte[] envelope = vectors().get(0);
    assertThat(sealed(section(envelope))).isFalse();
    assertThat(sealed(join(properties("text/plain"), section(envelope)))).isFalse();
    assertThat(sealed(join(properties(TYPE + "x"), section(envelope)))).isFalse();
    byte[] plain = section("plain".getBytes(StandardCharsets.UTF_8));
    assertThat(sealed(join(properties(TYPE), plain))).isFalse();
    assertThat(sealed(join(properties(TYPE), section(envelope), plain))).isFalse();
    assertThat(sealed(properties(TYPE))).isFalse();
    byte[] text = {0, 0x53, 0x77, (byte) 0xA1, 1, 'x'};
    assertThat(sealed(join(properties(TYPE), text))).isFalse();
  }

  @Test
  void whatIsCutOffIsNone() throws IOException {
    for (byte[] envelope : vectors()) {
      for (int length = 0; length < envelope.length - 18 - 16 - 64; length++) {
        byte[] cut = section(Arrays.copyOf(envelope, length));
        assertThat(sealed(join(properties(TYPE), cut))).as("%d bytes", length).isFalse();
        byte[] whole = section(envelope);
        SealedEnvelope.beginsSection(whole, 0, length);
      }
    }
  }

  @Test
  void otherVersionsSuitesFlagsAndLengthsAreNone() throws IOException {
    byte[] envelope = vectors().get(0);
    // Magic, version, suite, flags, zero; key block: length, version, suite, recipients, sender's.
    for (int at : new int[] {0, 1, 2, 3, 4, 5, 6, 7, 24, 25, 26, 27, 28, 29, 30, 31, 72, 73}) {
      for (int value = 0; value < 256; value++) {
        byte[] changed = envelope.clone();
        changed[at] = (byte) value;
        boolean same = changed[at] == envelope[at];
        // Without a signature nothing tells one byte of it from the message's.
        boolean signed = at == 6 && value == 1;
        if (!signed) {
          assertThat(sealed(join(properties(TYPE), section(changed))))
              .as("byte %d is %d", at, value)
              .isEqualTo(same);
        }
      }
    }
  }
}
