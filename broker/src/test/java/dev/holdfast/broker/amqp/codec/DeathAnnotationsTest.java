package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.broker.domain.MessageAttributes;
import dev.holdfast.deadletter.DeadLetterReason;
import dev.holdfast.deadletter.DeathRecord;
import dev.holdfast.storage.StoredMessage;
import java.nio.ByteBuffer;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.UnsignedLong;
import org.apache.qpid.proton.codec.AMQPDefinedTypes;
import org.apache.qpid.proton.codec.DecoderImpl;
import org.apache.qpid.proton.codec.EncoderImpl;
import org.junit.jupiter.api.Test;

class DeathAnnotationsTest {

  private static DeathRecord rejected(Optional<DeathRecord> before) {
    return DeathRecord.of(
        new DeathRecord.Words(DeadLetterReason.REJECTED, "app:no", "ä".repeat(200)),
        new DeathRecord.Origin("orders", 17, 1_000),
        new DeathRecord.Failures(2, 1_100, 1_200, "uid:7"),
        1_200,
        before);
  }

  /** As a client decodes it. */
  private static Map<String, Object> decode(byte[] map) {
    DecoderImpl decoder = new DecoderImpl();
    AMQPDefinedTypes.registerAllTypes(decoder, new EncoderImpl(decoder));
    ByteBuffer in = ByteBuffer.wrap(map);
    decoder.setByteBuffer(in);
    Map<String, Object> named = new HashMap<>();
    ((Map<?, ?>) decoder.readObject()).forEach((k, v) -> named.put(((Symbol) k).toString(), v));
    assertThat(in.remaining()).isZero();
    return named;
  }

  @Test
  void saysAllOfItUnderOurNames() {
    Map<String, Object> map = decode(DeathAnnotations.of(rejected(Optional.empty())));
    assertThat(map)
        .containsEntry("x-opt-hf-reason", Symbol.getSymbol("rejected"))
        .containsEntry("x-opt-hf-condition", "app:no")
        .containsEntry("x-opt-hf-description", "ä".repeat(200))
        .containsEntry("x-opt-hf-origin", "orders")
        .containsEntry("x-opt-hf-origin-sequence", 17L)
        .containsEntry("x-opt-hf-origin-time", new Date(1_000))
        .containsEntry("x-opt-hf-failures", 2)
        .containsEntry("x-opt-hf-first-failure", new Date(1_100))
        .containsEntry("x-opt-hf-last-failure", new Date(1_200))
        .containsEntry("x-opt-hf-consumer", "uid:7")
        .containsEntry("x-opt-hf-time", new Date(1_200))
        .containsEntry("x-opt-hf-hops", 1);
  }

  @Test
  void saysItAsOtherBrokersDo() {
    DeathRecord second =
        DeathRecord.of(
            DeathRecord.Words.of(DeadLetterReason.EXPIRED),
            new DeathRecord.Origin("parking", 3, 2_000),
            new DeathRecord.Failures(0, 0, 0, ""),
            2_500,
            Optional.of(rejected(Optional.empty())));
    Map<String, Object> map = decode(DeathAnnotations.of(second));
    assertThat(map)
        .containsEntry("x-first-death-queue", "orders")
        .containsEntry("x-first-death-reason", "rejected")
        .containsEntry("x-last-death-queue", "parking")
        .containsEntry("x-last-death-reason", "expired")
        .containsEntry("x-opt-ORIG-ADDRESS", "parking")
        .containsEntry("x-opt-ORIG-QUEUE", "parking")
        .containsEntry("x-opt-ORIG-MESSAGE-ID", 3L)
        .containsEntry("x-opt-ACTUAL-EXPIRY", 2_500L)
        .containsEntry("x-opt-deadletter-source", "parking")
        .doesNotContainKeys("x-opt-hf-description", "x-opt-hf-first-failure", "x-opt-hf-consumer");
    Map<?, ?> death = (Map<?, ?>) ((Object[]) map.get("x-opt-deaths"))[0];
    assertThat(death.get(Symbol.getSymbol("queue"))).isEqualTo("parking");
    assertThat(death.get(Symbol.getSymbol("reason"))).isEqualTo(Symbol.getSymbol("expired"));
    assertThat(death.get(Symbol.getSymbol("count"))).isEqualTo(UnsignedLong.valueOf(2));
    assertThat(death.get(Symbol.getSymbol("first-time"))).isEqualTo(new Date(1_200));
    assertThat(death.get(Symbol.getSymbol("last-time"))).isEqualTo(new Date(2_500));
  }

  @Test
  void onlyDeadLettersHaveThem() {
    assertThat(DeathAnnotations.of(message(new byte[0]))).isEmpty();
    assertThat(DeathAnnotations.of(message(MessageAttributes.NONE.withGroup("g").encode())))
        .isEmpty();
    byte[] dead = MessageAttributes.NONE.withDeath(rejected(Optional.empty())).encode();
    assertThat(decode(DeathAnnotations.of(message(dead)))).containsKey("x-opt-hf-reason");
  }

  private static StoredMessage message(byte[] attributes) {
    return new StoredMessage(1, (byte) 1, (byte) 4, 0, 0, 0, 0, attributes, new byte[0]);
  }
}
