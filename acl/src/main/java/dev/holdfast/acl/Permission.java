package dev.holdfast.acl;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** An operation that a rule can allow or deny. */
public enum Permission {
  /** Put a message into a node. */
  SEND,
  /** Take messages out of a node. */
  RECEIVE,
  /** Read messages without taking them. */
  BROWSE,
  /** Make a node. */
  CREATE,
  /** Remove a node with what is in it. */
  DELETE,
  /** Remove a node's messages. */
  PURGE,
  /** Move messages between nodes. */
  MOVE,
  /** See that a node exists, its counts and settings. */
  INSPECT,
  /** Change a node's settings. */
  CONFIGURE,
  /** Manage the broker: users, connections, settings. */
  MANAGE;

  /** The word that stands for all of them. */
  public static final String ANY = "any";

  /**
   * The operation of this name.
   *
   * @throws IllegalArgumentException for people, when there is none
   */
  public static Permission of(String word) {
    return Arrays.stream(values())
        .filter(p -> p.word().equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no operation '"
                        + word
                        + "'; there are any, "
                        + Arrays.stream(values())
                            .map(Permission::word)
                            .collect(Collectors.joining(", "))));
  }

  /** Its name in rules and scopes. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
