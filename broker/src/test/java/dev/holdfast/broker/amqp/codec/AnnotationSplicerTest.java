package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.Outcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.MessageAnnotations;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;

class AnnotationSplicerTest {

  private static final Data DATA = new Data(new Binary(new byte[] {1, 2, 3}));
  private static final byte[] NO_MAPS = {};

  private static byte[] encode(Object... sections) {
    return MessageViewTest.encode(sections);
  }

  private static Symbol symbol(String name) {
    return Symbol.getSymbol(name);
  }

  private static Map<Symbol, Object> notes(Object... keysAndValues) {
    Map<Symbol, Object> notes = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      notes.put(symbol((String) keysAndValues[i]), keysAndValues[i + 1]);
    }
    return notes;
  }

  private static Map<?, ?> annotations(byte[] message) {
    DecoderImpl decoder = new DecoderImpl();
    AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
    decoder.setByteBuffer(ByteBuffer.wrap(message));
    Object first = decoder.readObject();
    return first instanceof MessageAnnotations section ? section.getValue() : Map.of();
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(p -> p.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  @Test
  void nothingToAddIsTheSameArray() {
    byte[] message = encode(DATA);
    assertThat(AnnotationSplicer.merge(message, NO_MAPS)).isSameAs(message);
  }

  @Test
  void aSectionIsMadeWhenThereIsNone() {
    byte[] merged = AnnotationSplicer.merge(encode(DATA), encode(notes("a", 1)));
    assertThat(merged).isEqualTo(encode(new MessageAnnotations(notes("a", 1)), DATA));
    assertThat(AnnotationSplicer.merge(new byte[0], encode(notes("a", 1))))
        .isEqualTo(encode(new MessageAnnotations(notes("a", 1))));
  }

  @Test
  void entriesComeAfterThoseOfTheMessageAndReplaceEqualKeys() {
    byte[] message = encode(new MessageAnnotations(notes("a", 1, "b", "old", "c", 3)), DATA);
    byte[] merged =
        AnnotationSplicer.merge(
            message, join(encode(notes("b", "mid", "d", 4)), encode(notes("b", "new"))));
    assertThat(merged)
        .isEqualTo(encode(new MessageAnnotations(notes("a", 1, "b", "new", "c", 3, "d", 4)), DATA));
  }

  @Test
  void keysAreComparedByWhatTheySay() {
    byte[] longKey = {(byte) 0xD1, 0, 0, 0, 12, 0, 0, 0, 2, (byte) 0xB3, 0, 0, 0, 1, 'a', 0x54, 7};
    byte[] message = encode(new MessageAnnotations(notes("a", 1)), DATA);
    assertThat(annotations(AnnotationSplicer.merge(message, longKey)))
        .isEqualTo(Map.of(symbol("a"), 7));
    // A number that is encoded like a letter is no letter.
    byte[] number = {(byte) 0xC1, 5, 2, 0x53, 'a', 0x54, 7};
    assertThat(AnnotationSplicer.merge(message, number))
        .startsWith(0, 0x53, 0x72, 0xC1, 10, 4, 0xA3, 1, 'a', 0x54, 1, 0x53, 'a', 0x54, 7);
  }

  @Test
  void mapsGrowFromOneByteOfSizeToFour() {
    Map<Symbol, Object> large = notes("k", "x".repeat(300));
    byte[] message = encode(new MessageAnnotations(notes("a", 1)), DATA);
    byte[] merged = AnnotationSplicer.merge(message, encode(large));
    assertThat(annotations(merged)).isEqualTo(notes("a", 1, "k", "x".repeat(300)));
    assertThat(merged[3]).isEqualTo((byte) 0xD1);
    assertThat(merged).endsWith(encode(DATA));
    byte[] twice = AnnotationSplicer.merge(merged, encode(notes("k", "short")));
    assertThat(annotations(twice)).isEqualTo(notes("a", 1, "k", "short"));
    assertThat(twice[3]).isEqualTo((byte) 0xC1);
  }

  @Test
  void allSizesAroundTheEdgeDecode() {
    for (int size = 200; size < 270; size++) {
      Map<Symbol, Object> notes = notes("k", "x".repeat(size));
      byte[] merged = AnnotationSplicer.merge(encode(DATA), encode(notes));
      assertThat(annotations(merged)).isEqualTo(notes);
      assertThat(new MessageView().scan(merged, 0, merged.length)).isTrue();
    }
  }

  @Test
  void randomMapsMergeAsMapsDo() {
    Random random = new Random(3);
    for (int round = 0; round < 2_000; round++) {
      Map<Symbol, Object> expected = new LinkedHashMap<>();
      byte[] message = encode(DATA);
      if (random.nextBoolean()) {
        Map<Symbol, Object> own = randomNotes(random);
        expected.putAll(own);
        message = encode(new MessageAnnotations(own), DATA);
      }
      byte[] maps = NO_MAPS;
      for (int i = random.nextInt(3); i > 0; i--) {
        Map<Symbol, Object> more = randomNotes(random);
        expected.putAll(more);
        maps = join(maps, encode(more));
      }
      byte[] merged = AnnotationSplicer.merge(message, maps);
      assertThat(annotations(merged)).isEqualTo(expected);
      assertThat(merged).endsWith(encode(DATA));
    }
  }

  private static Map<Symbol, Object> randomNotes(Random random) {
    Map<Symbol, Object> notes = new LinkedHashMap<>();
    for (int i = random.nextInt(6); i > 0; i--) {
      Object value =
          switch (random.nextInt(5)) {
            case 0 -> "x".repeat(random.nextInt(100));
            case 1 -> random.nextLong();
            case 2 -> List.of(1, "two", List.of(3));
            case 3 -> Map.of("k", true);
            default -> new Binary(new byte[random.nextInt(300)]);
          };
      notes.put(symbol("k" + random.nextInt(8)), value);
    }
    return notes;
  }

  @Test
  void anOutcomesAnnotationsTakeTheirPlaceAmongThoseOfTheDelivery() {
    Outcome.Modified outcome =
        new Outcome.Modified(true, false, 5, encode(notes("why", "late", "b", 2)));
    byte[] had = encode(notes("why", "early", "a", 1));
    Outcome.Modified merged = AnnotationSplicer.merged(outcome, had);
    assertThat(merged.annotations()).isEqualTo(encode(notes("why", "late", "a", 1, "b", 2)));
    assertThat(merged.deliverAtMs()).isEqualTo(5);
    assertThat(AnnotationSplicer.merged(outcome, NO_MAPS)).isSameAs(outcome);
    Outcome.Modified without = new Outcome.Modified(true, true);
    assertThat(AnnotationSplicer.merged(without, had)).isSameAs(without);
  }

  @Test
  void whatOnlyTheBrokerMayWriteIsTakenOff() {
    Map<Symbol, Object> both = notes("x-opt-hf-sender", "root", "x-opt-mine", 1);
    assertThat(ReservedAnnotations.takenOff(encode(new MessageAnnotations(both), DATA)))
        .isEqualTo(encode(new MessageAnnotations(notes("x-opt-mine", 1)), DATA));
    byte[] only = encode(new MessageAnnotations(notes("x-opt-hf-", 1)), DATA);
    assertThat(ReservedAnnotations.takenOff(only)).isEqualTo(encode(DATA));
    assertThat(ReservedAnnotations.takenOff(encode(DATA))).isEqualTo(encode(DATA));
  }
}
