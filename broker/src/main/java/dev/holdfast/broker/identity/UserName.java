package dev.holdfast.broker.identity;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.Optional;

/** The rules for names of users: NFC, 1 to 256 bytes of UTF-8, compared as bytes. */
final class UserName {
  private static final int MAX_BYTES = 256;

  private UserName() {}

  /** The form names are stored and looked up in. */
  static String normalise(String name) {
    return Normalizer.isNormalized(name, Normalizer.Form.NFC)
        ? name
        : Normalizer.normalize(name, Normalizer.Form.NFC);
  }

  /** Why this cannot name a user; empty when it can. */
  static Optional<String> problem(String name) {
    if (name.isEmpty()) {
      return Optional.of("a user's name must not be empty");
    }
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
      return Optional.of("a user's name has at most " + MAX_BYTES + " bytes of UTF-8");
    }
    if (!name.equals(name.strip())) {
      return Optional.of("a user's name must not start or end with a blank");
    }
    if (name.indexOf(':') >= 0 || name.indexOf('/') >= 0) {
      return Optional.of("a user's name must not contain : or /");
    }
    if (name.codePoints().anyMatch(UserName::invisible)) {
      return Optional.of("a user's name must not contain control or formatting characters");
    }
    return Optional.empty();
  }

  static boolean invisible(int c) {
    int type = Character.getType(c);
    return Character.isISOControl(c)
        || c == 0xFFFD
        || type == Character.FORMAT
        || type == Character.SURROGATE
        || type == Character.LINE_SEPARATOR
        || type == Character.PARAGRAPH_SEPARATOR
        || type == Character.UNASSIGNED;
  }
}
