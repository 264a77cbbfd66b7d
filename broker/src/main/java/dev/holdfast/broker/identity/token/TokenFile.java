package dev.holdfast.broker.identity.token;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.broker.identity.token.TokenException.Code;
import dev.holdfast.storage.keys.SecureFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The list of issued tokens: a JSON array, mode 0600, replaced whole and durably. It holds no
 * token: from it nobody can log in.
 */
final class TokenFile {
  private static final JsonMapper JSON = new JsonMapper();

  private final Path file;

  TokenFile(Path file) {
    this.file = file;
  }

  Map<String, TokenInfo> read() {
    Map<String, TokenInfo> all = new HashMap<>();
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return all;
    }
    try {
      for (JsonNode node : JSON.readTree(SecureFiles.read(file))) {
        TokenInfo info =
            new TokenInfo(
                node.path("id").asText(),
                node.path("subject").asText(),
                texts(node.path("scopes")),
                Set.copyOf(new HashSet<>(texts(node.path("roles")))),
                node.path("uid").asLong(-1),
                Instant.ofEpochSecond(node.path("issued").asLong()),
                Instant.ofEpochSecond(node.path("expires").asLong()),
                node.path("revoked").asBoolean());
        all.put(info.id(), info);
      }
      return all;
    } catch (IOException e) {
      throw new TokenException(
          Code.IO, file + " cannot be read; move it away to revoke every token: " + e.getMessage());
    }
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(one -> texts.add(one.asText()));
    return texts;
  }

  void write(Collection<TokenInfo> tokens) {
    ArrayNode array = JSON.createArrayNode();
    for (TokenInfo info : tokens) {
      ObjectNode node =
          array
              .addObject()
              .put("id", info.id())
              .put("subject", info.subject())
              .put("uid", info.uid())
              .put("issued", info.issued().getEpochSecond())
              .put("expires", info.expires().getEpochSecond())
              .put("revoked", info.revoked());
      info.scopes().forEach(node.putArray("scopes")::add);
      info.roles().stream().sorted().forEach(node.putArray("roles")::add);
    }
    try {
      SecureFiles.replace(file, JSON.writeValueAsBytes(array));
    } catch (IOException e) {
      throw new TokenException(Code.IO, "the list of tokens cannot be written: " + e);
    }
  }
}
