package dev.holdfast.broker.config;

import java.util.List;

/** The configuration cannot be used; carries every mistake, not only the first. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<String> mistakes;

  ConfigException(List<String> mistakes) {
    super(String.join("\n", mistakes), null, false, false);
    this.mistakes = List.copyOf(mistakes);
  }

  /** One sentence each: where, key, value, what is allowed. */
  public List<String> mistakes() {
    return mistakes;
  }
}
