package dev.holdfast.broker.management;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request that may carry a password, read without making a String of it.
 *
 * @param name null when absent
 * @param roles none when absent
 * @param password in UTF-8; null when absent
 */
record UserBody(@Nullable String name, Set<String> roles, byte @Nullable [] password) {

  /** Reads the body and clears it. */
  static UserBody parse(byte[] body, Set<String> fields) {
    try (JsonParser json = Json.factory().createParser(body)) {
      return parse(json, fields);
    } catch (IOException e) {
      throw Json.malformed(e);
    } finally {
      Arrays.fill(body, (byte) 0);
    }
  }

  private static UserBody parse(JsonParser json, Set<String> fields) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw Json.invalid("the body must be a JSON object");
    }
    String name = null;
    Set<String> roles = Set.of();
    byte[] password = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      if (!fields.contains(field)) {
        throw Json.unknown(field, fields);
      }
      JsonToken value = json.nextToken();
      switch (field) {
        case "name" -> name = string(json, field, value);
        case "roles" -> roles = strings(json, value);
        default -> password = secret(json, value);
      }
    }
    if (json.nextToken() != null) {
      throw Json.invalid("there is something after the JSON object");
    }
    return new UserBody(name, roles, password);
  }

  private static String string(JsonParser json, String field, JsonToken value) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      throw Json.invalid("the field " + field + " must be a string");
    }
    return json.getText();
  }

  private static Set<String> strings(JsonParser json, JsonToken value) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw Json.invalid("the field roles must be an array of strings");
    }
    Set<String> strings = new HashSet<>();
    for (JsonToken item = json.nextToken(); item != JsonToken.END_ARRAY; item = json.nextToken()) {
      strings.add(string(json, "roles", item));
    }
    return strings;
  }

  private static byte @Nullable [] secret(JsonParser json, JsonToken value) throws IOException {
    if (value == JsonToken.VALUE_NULL) {
      return null;
    }
    if (value != JsonToken.VALUE_STRING) {
      throw Json.invalid("the field password must be a string");
    }
    CharBuffer chars =
        CharBuffer.wrap(json.getTextCharacters(), json.getTextOffset(), json.getTextLength());
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(chars);
    byte[] secret = new byte[bytes.remaining()];
    bytes.get(secret);
    bytes.clear();
    while (bytes.hasRemaining()) {
      bytes.put((byte) 0);
    }
    return secret;
  }

  void clear() {
    if (password != null) {
      Arrays.fill(password, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "UserBody[" + name + "]";
  }
}
