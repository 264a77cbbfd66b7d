package dev.holdfast.broker.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.broker.selector.Selector;
import dev.holdfast.broker.selector.SelectorException;
import dev.holdfast.broker.selector.StoredFields;

/** Selectors: refused with a position, or one that means the same when it is read again. */
public final class SelectorFuzz {
  private static final StoredFields FIELDS =
      new StoredFields().of(true, (byte) 4, 1_000, 2_000, 1, Seeds.message());

  private SelectorFuzz() {}

  /** One input: the text. */
  public static void fuzzerTestOneInput(byte[] input) {
    Selector selector;
    try {
      selector = Selector.parse(new String(input, UTF_8));
    } catch (SelectorException refused) {
      return;
    }
    boolean matches = selector.matches(FIELDS);
    try {
      Selector again = Selector.parse(selector.canonical());
      if (!again.equals(selector) || again.matches(FIELDS) != matches) {
        throw new AssertionError("another selector: " + selector.canonical());
      }
    } catch (SelectorException refused) {
      if (selector.canonical().getBytes(UTF_8).length <= Selector.MAX_BYTES) {
        throw new AssertionError("refused in its canonical form: " + selector.canonical(), refused);
      }
    }
  }
}
