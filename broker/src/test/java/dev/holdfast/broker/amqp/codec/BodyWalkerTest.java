package dev.holdfast.broker.amqp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.qpid.proton.amqp.Binary;
import org.apache.qpid.proton.amqp.Symbol;
import org.apache.qpid.proton.amqp.messaging.AmqpSequence;
import org.apache.qpid.proton.amqp.messaging.AmqpValue;
import org.apache.qpid.proton.amqp.messaging.Data;
import org.apache.qpid.proton.amqp.messaging.Footer;
import org.junit.jupiter.api.Test;

/** The sections of a message that comes in pieces are judged as those of one that is whole. */
class BodyWalkerTest {
  private static final Data DATA = new Data(new Binary(new byte[700]));
  private static final Data SMALL = new Data(new Binary(new byte[3]));
  private static final Footer FOOTER = new Footer(Map.of(Symbol.getSymbol("z"), "x".repeat(999)));

  private final MessageView view = new MessageView();
  private final Random random = new Random(11);

  /** Whether it is taken in pieces of up to so many bytes; checks the digest when it is. */
  private boolean walks(byte[] body, int pieces) {
    BodyDigest.Running digest = new BodyDigest.Running();
    BodyWalker walker = new BodyWalker(digest);
    for (int at = 0; at < body.length; ) {
      int to = Math.min(body.length, at + 1 + random.nextInt(pieces));
      if (!walker.walk(Arrays.copyOf(body, to), at, to)) {
        return false;
      }
      at = to;
    }
    boolean ends = walker.mayEnd();
    if (ends && view.scan(body, 0, body.length)) {
      assertThat(digest.end()).isEqualTo(BodyDigest.of(view));
    }
    return ends;
  }

  private static List<byte[]> good() {
    return List.of(
        MessageViewTest.encode(DATA),
        MessageViewTest.encode(SMALL, DATA, SMALL),
        MessageViewTest.encode(DATA, FOOTER),
        MessageViewTest.encode(new AmqpValue("a text that is long ".repeat(50))),
        MessageViewTest.encode(new AmqpValue(null)),
        MessageViewTest.encode(new AmqpValue(42L), FOOTER),
        MessageViewTest.encode(new AmqpValue(Map.of("k", List.of(1, 2)))),
        MessageViewTest.encode(new AmqpValue(new Data(new Binary(new byte[9])))),
        MessageViewTest.encode(new AmqpSequence(List.of(1, 2)), new AmqpSequence(List.of())));
  }

  @Test
  void takesEveryKindOfBodyInEveryKindOfPieces() {
    for (byte[] body : good()) {
      for (int pieces : new int[] {1, 2, 7, 100, 100_000}) {
        assertThat(walks(body, pieces)).as("%s in %d", Arrays.toString(body), pieces).isTrue();
      }
    }
  }

  @Test
  void refusesWhatDoesNotFollowOrEnd() {
    List<byte[]> bad = new ArrayList<>();
    bad.add(MessageViewTest.encode(DATA, new AmqpValue(1)));
    bad.add(MessageViewTest.encode(new AmqpValue(1), new AmqpValue(1)));
    bad.add(MessageViewTest.encode(FOOTER, DATA));
    bad.add(MessageViewTest.encode(FOOTER, FOOTER));
    byte[] whole = MessageViewTest.encode(DATA, FOOTER);
    bad.add(Arrays.copyOf(whole, whole.length - 1));
    bad.add(Arrays.copyOf(whole, 500));
    bad.add(Arrays.copyOf(whole, 2));
    bad.add(new byte[5_000]);
    for (byte[] body : bad) {
      for (int pieces : new int[] {1, 9, 100_000}) {
        assertThat(walks(body, pieces)).isFalse();
      }
    }
  }

  @Test
  void judgesDamagedMessagesAsTheViewDoes() {
    int same = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] body = good().get(random.nextInt(good().size())).clone();
      body[random.nextInt(Math.min(body.length, 12))] = (byte) random.nextInt(256);
      boolean looked = view.scan(body, 0, body.length) && view.bodyFrom() == 0;
      boolean walked = walks(body, 1 + random.nextInt(50));
      // Text is not looked at, and a footer is not told from the body before the body came.
      assertThat(walked || !looked).as(Arrays.toString(body)).isTrue();
      same += walked == looked ? 1 : 0;
    }
    assertThat(same).isGreaterThan(18_000);
  }
}
