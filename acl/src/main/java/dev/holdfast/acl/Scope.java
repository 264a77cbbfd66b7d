package dev.holdfast.acl;

import java.util.Optional;

/**
 * What a token is for: one operation, or any, on the resources of a pattern. Written {@code
 * send:queue:orders.#} or {@code inspect:broker}. Immutable.
 *
 * @param text as it was written
 * @param permission empty: any
 * @param pattern of resources
 */
public record Scope(String text, Optional<Permission> permission, ResourcePattern pattern) {

  /**
   * Reads one.
   *
   * @throws IllegalArgumentException with what is wrong, for people
   */
  public static Scope parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 0 || text.contains("${")) {
      throw new IllegalArgumentException(
          "'" + text + "' is no scope as send:queue:orders.# or inspect:broker");
    }
    String operation = text.substring(0, colon);
    return new Scope(
        text,
        operation.equals(Permission.ANY) ? Optional.empty() : Optional.of(Permission.of(operation)),
        ResourcePattern.parse(text.substring(colon + 1)));
  }

  /** Whether it speaks of this. */
  public boolean covers(Permission asked, Resource resource, Principal principal) {
    return (permission.isEmpty() || permission.get() == asked)
        && pattern.matches(resource, principal);
  }

  @Override
  public String toString() {
    return text;
  }
}
