package dev.holdfast.broker.amqp.codec;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Descriptors of AMQP's own types in their symbolic form. Each of these types has a name and a code
 * (part 1 §1.3), and a peer may use either; nearly all use the code.
 */
final class Descriptors {

  private static final Map<String, Integer> CODES = new HashMap<>();

  static {
    number(0x10, "open", "begin", "attach", "flow", "transfer", "disposition", "detach");
    number(0x17, "end", "close");
    number(0x23, "received", "accepted", "rejected", "released", "modified");
    number(0x30, "coordinator", "declare", "discharge", "declared", "transactional-state");
    number(0x40, "sasl-mechanisms", "sasl-init", "sasl-challenge", "sasl-response");
    number(0x44, "sasl-outcome");
    number(0x70, "header");
    CODES.put("amqp:delivery-annotations:map", 0x71);
    CODES.put("amqp:message-annotations:map", 0x72);
    CODES.put("amqp:properties:list", 0x73);
    CODES.put("amqp:application-properties:map", 0x74);
    CODES.put("amqp:data:binary", 0x75);
    CODES.put("amqp:amqp-sequence:list", 0x76);
    CODES.put("amqp:amqp-value:*", 0x77);
    CODES.put("amqp:footer:map", 0x78);
  }

  private Descriptors() {}

  private static void number(int first, String... names) {
    for (int i = 0; i < names.length; i++) {
      CODES.put("amqp:" + names[i] + ":list", first + i);
    }
  }

  /** The code of the type with this symbol, -1 when it is not known. */
  static int code(byte[] b, int from, int to) {
    return CODES.getOrDefault(new String(b, from, to - from, StandardCharsets.US_ASCII), -1);
  }
}
