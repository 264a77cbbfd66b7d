package dev.holdfast.broker.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.acl.Origin;
import dev.holdfast.acl.Permission;
import dev.holdfast.acl.Principal;
import dev.holdfast.acl.Sending;
import dev.holdfast.acl.rules.Expectations;
import dev.holdfast.acl.rules.Explanation;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what is asked of {@code acl explain}. */
final class AccessQuestion {
  private static final Set<String> FIELDS =
      Set.of(
          "who",
          "permission",
          "resource",
          "via",
          "from",
          "mechanism",
          "at",
          "size",
          "sealed",
          "roles",
          "groups");

  private AccessQuestion() {}

  /** Throws {@link ApiException} for what is none. */
  static Explanation.Request of(byte[] body) {
    ObjectNode asked = Json.object(body, FIELDS);
    OptionalLong atMs = at(asked);
    long size = Json.number(asked, "size", 0, Long.MAX_VALUE, -1);
    boolean sealed = Json.flag(asked, "sealed", false);
    Principal principal =
        new Principal(
            Expectations.checkWho(Json.text(asked, "who")),
            texts(asked, "roles"),
            Optional.empty(),
            texts(asked, "groups"),
            origin(asked, atMs.orElse(System.currentTimeMillis())));
    return new Explanation.Request(
        principal,
        Permission.of(Json.text(asked, "permission")),
        Expectations.resource(Json.text(asked, "resource")),
        atMs,
        size < 0 && !sealed
            ? Optional.empty()
            : Optional.of(new Sending(Math.max(0, size), sealed)));
  }

  private static OptionalLong at(ObjectNode asked) {
    JsonNode at = Json.optional(asked, "at");
    try {
      return at == null
          ? OptionalLong.empty()
          : OptionalLong.of(Instant.parse(at.asText()).toEpochMilli());
    } catch (DateTimeException e) {
      throw Json.invalid("the field at must be a time of UTC as 2026-12-24T10:00:00Z");
    }
  }

  private static Optional<Origin> origin(ObjectNode asked, long nowMs) {
    JsonNode via = Json.optional(asked, "via");
    JsonNode from = Json.optional(asked, "from");
    JsonNode mechanism = Json.optional(asked, "mechanism");
    if (via == null) {
      return Optional.empty();
    }
    Origin plain =
        Expectations.origin(via.asText())
            .orElseThrow(() -> Json.invalid("the field via must be unix, tls or loopback"));
    Optional<InetAddress> address = from == null ? plain.address() : Optional.of(address(from));
    return Optional.of(
        new Origin(
            plain.via(),
            plain.loopback(),
            address,
            mechanism == null
                ? plain.mechanism()
                : mechanism.asText().toLowerCase(java.util.Locale.ROOT),
            nowMs));
  }

  private static InetAddress address(JsonNode from) {
    String text = from.asText();
    try {
      if (text.matches("[0-9A-Fa-f:.]+")) {
        return InetAddress.getByName(text);
      }
    } catch (UnknownHostException e) {
      throw Json.invalid("the field from must be an address as 10.0.0.1");
    }
    throw Json.invalid("the field from must be an address as 10.0.0.1");
  }

  private static Set<String> texts(ObjectNode asked, String field) {
    Set<String> texts = new HashSet<>();
    JsonNode array = Json.optional(asked, field);
    if (array != null) {
      array.forEach(one -> texts.add(one.asText()));
    }
    return texts;
  }
}
