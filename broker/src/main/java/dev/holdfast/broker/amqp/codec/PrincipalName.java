package dev.holdfast.broker.amqp.codec;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;

/** What property user-id of a principal's messages may say: its name, or a user's bare name. */
public final class PrincipalName {

  private static final String USER = "user:";

  private final byte[] full;
  private final byte[] bare;

  /** Makes one of a principal's name. */
  public PrincipalName(String name) {
    full = name.getBytes(UTF_8);
    bare = name.startsWith(USER) ? name.substring(USER.length()).getBytes(UTF_8) : full;
  }

  boolean is(byte[] b, int from, int to) {
    return Arrays.equals(b, from, to, bare, 0, bare.length)
        || Arrays.equals(b, from, to, full, 0, full.length);
  }
}
